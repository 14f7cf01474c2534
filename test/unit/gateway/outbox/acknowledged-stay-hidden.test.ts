import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { Outbox } from '../../../../gateway/outbox/outbox.ts';
import { openHome, pending, release } from './home.ts';

const ROWS = 3_000;

// Guards that what is acknowledged stays hidden until the tables hold it (`Recent.settled`), however many pieces a settling has.
test('rows acknowledged while a settling of several pieces runs do not wait, leave or get thinned again', async () => {
  const home = await openHome();
  onTestFinished(() => home.close());
  const { store } = home;
  home.agreement(1, 1);
  const outbox = await Outbox.open({ store, operator: 1, randomBytes });
  await outbox.commit(Array.from({ length: ROWS }, () => outbox.enqueue(release({ agreement: 1 }), 0)).flat());
  await store.settle();
  expect(outbox.waiting()).toBe(ROWS);

  // What is only logged, several pieces of it, as a day of last values and marks would be.
  const log = (name: string) => {
    for (let more = 0; more < 12; more += 1) store.later([['meta.put', `${name}-${more}`, Buffer.alloc(200_000)]]);
  };
  let pieces = 0;
  let taken = 0;
  const waitingAfter: number[] = [];
  store.onSettled(() => {
    pieces += 1;
    if (taken > 0) waitingAfter.push(outbox.waiting(), outbox.exit.oldestPower(10).length);
    if (pieces > 1) return;
    const answer = { run: outbox.run, intervals: [{ first: 1, last: ROWS }] };
    setImmediate(() => {
      taken = outbox.exit.acknowledge(answer);
    });
  });
  log('first');
  await store.commit([['meta.put', 'x', null]]);
  log('second');
  await store.settle();

  expect(pieces).toBeGreaterThan(2);
  expect(taken).toBe(ROWS);
  expect(waitingAfter.length).toBeGreaterThan(0);
  expect(new Set(waitingAfter)).toEqual(new Set([0]));
  expect([outbox.waiting(), pending(outbox, 'shaped').length, outbox.exit.oldestPower(10)]).toEqual([0, 0, []]);
  // Once the tables hold the acknowledgement they say the same by themselves.
  await store.settle();
  expect([outbox.waiting(), store.get('outbox.count')]).toEqual([0, { count: 0 }]);
});
