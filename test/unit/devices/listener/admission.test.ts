import { expect, test } from 'vitest';
import { Admission } from '../../../../devices/listener/admission.ts';

/** Lets everything planned for the next turn happen. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

function entered(most: number, count: number): Admission {
  const admission = new Admission(most);
  for (let message = 0; message < count; message += 1) admission.enter();
  return admission;
}

// Guards the limit itself: without it throughput falls when too much is offered.
test('the door is open below the limit and closed at it', () => {
  const admission = entered(4, 3);
  expect(admission.isOpen).toBe(true);
  admission.enter();
  expect(admission.isOpen).toBe(false);
});

// Guards that the door does not flutter: one answer for one message would have each socket read alone.
test('who waits is let in at half of the limit, not before', async () => {
  const admission = entered(4, 4);
  const read: string[] = [];
  admission.whenOpen(() => read.push('a'));
  admission.leave();
  await turn();
  expect(read).toEqual([]);
  admission.leave();
  expect(read).toEqual([]);
  await turn();
  expect([read, admission.isOpen]).toEqual([['a'], true]);
});

// Guards that nobody overtakes: a new connection would otherwise starve those that wait.
test('the door is closed to others while somebody waits, and those who wait come in the order in which they asked', async () => {
  const admission = entered(4, 4);
  const read: string[] = [];
  for (const name of ['a', 'b', 'c']) admission.whenOpen(() => read.push(name));
  for (let message = 0; message < 4; message += 1) admission.leave();
  expect(admission.isOpen).toBe(false);
  await turn();
  expect(read).toEqual(['a', 'b', 'c']);
});

// Guards that it is never stuck: with nothing under way nobody's `leave` will open the door.
test('who begins to wait when nothing is under way is let in', async () => {
  const admission = new Admission(4);
  const read: string[] = [];
  admission.whenOpen(() => read.push('a'));
  await turn();
  expect(read).toEqual(['a']);
});

test('everybody is let in at last when each brings a message and waits again', async () => {
  const admission = entered(8, 8);
  const left = new Map(Array.from({ length: 200 }, (_, at) => [at, 3]));
  let done = 0;
  const read = (connection: number) => {
    const more = (left.get(connection) ?? 0) - 1;
    left.set(connection, more);
    admission.enter();
    setImmediate(() => {
      admission.leave();
      done += 1;
    });
    if (more > 0) admission.whenOpen(() => read(connection));
  };
  for (const connection of left.keys()) admission.whenOpen(() => read(connection));
  for (let message = 0; message < 8; message += 1) admission.leave();
  for (let turns = 0; turns < 2_000 && done < 600; turns += 1) await turn();
  expect([done, [...left.values()].every((more) => more === 0), admission.isOpen]).toEqual([600, true, true]);
});

// Guards that what some bring is counted before the next are read, so that many connections do not overrun the limit at once.
test('of many who wait only some are let in at a time, and none while what they brought is above half', async () => {
  const admission = new Admission(100);
  const read: number[] = [];
  for (let connection = 0; connection < 150; connection += 1) {
    admission.whenOpen(() => {
      read.push(connection);
      admission.enter();
    });
  }
  await turn();
  await turn();
  expect(read).toEqual(Array.from({ length: 64 }, (_, at) => at));
  for (let message = 0; message < 64; message += 1) admission.leave();
  await turn();
  expect(read).toHaveLength(128);
});
