import { describe, expect, test } from 'vitest';
import type { Arrived } from '../../../../devices/intake.ts';
import { PointLine } from '../../../../devices/opcua/point-line.ts';
import { eventually } from '../../../kit/eventually.ts';

const NOON_MS = Date.UTC(2027, 0, 20, 12);

/** A line whose hub answers what it is told to, in order, and then that all is well. */
function bench(...fates: readonly ('committed' | 'failed')[]) {
  const answers = [...fates];
  const taken: Arrived[] = [];
  const counted: string[] = [];
  const clock = { nowMs: NOON_MS };
  let done = 0;
  const line = new PointLine({
    nodeId: 'i=1',
    take: async (arrived) => {
      taken.push(arrived);
      return answers.shift() ?? 'committed';
    },
    count: (reason) => counted.push(reason),
    nowMs: () => clock.nowMs,
    pause: async (ms) => {
      clock.nowMs += ms;
    },
    isOver: () => false,
  });
  const push = (value: unknown, more: { sourceMs?: number; isFirst?: boolean; status?: number } = {}): void => {
    const said = { status: 0, value, sourceMs: undefined, heardMs: clock.nowMs, isFirst: false, ...more };
    line.push(said, () => {
      done += 1;
    });
  };
  const said = () => taken.map(({ payload, retained }) => [JSON.parse(payload.toString()).value, retained]);
  const idle = (count: number) =>
    eventually(
      () => done,
      (now) => now === count,
    );
  return { line, push, said, idle, taken, counted, clock };
}

describe('the values of one node', () => {
  test('go in one after the other, with the time of their source', async () => {
    const { push, said, idle, taken } = bench();
    push(1, { isFirst: true, sourceMs: 5 });
    push(2, { sourceMs: 6 });
    await idle(2);
    expect(said()).toEqual([
      [1, true],
      [2, false],
    ]);
    expect(taken.map(({ topic, source, sourceMs }) => [source, topic, sourceMs])).toEqual([
      ['opcua:server', 'i=1', 5],
      ['opcua:server', 'i=1', 6],
    ]);
  });

  test('of which none could be committed: the newest is tried again, once committed never again', async () => {
    const { push, said, idle, counted } = bench('failed', 'failed');
    push(1);
    push(2);
    push(3);
    await idle(3);
    expect(said()).toEqual([
      [1, false],
      [3, false],
      [3, false],
    ]);
    expect(counted).toEqual(['commitFailed', 'commitFailed']);
  });

  test('that waited long are pictures, not events', async () => {
    const { push, said, idle } = bench('failed', 'failed', 'failed');
    push(1);
    await idle(1);
    expect(said().map(([, retained]) => retained)).toEqual([false, false, false, true]);
  });

  test('that are older than the one known are dropped, counted; a clock that was set is no order', async () => {
    const { push, said, idle, counted } = bench();
    push(1, { sourceMs: NOON_MS });
    push(2, { sourceMs: NOON_MS - 1 });
    push(3, { sourceMs: NOON_MS - 3_600_000 });
    push(4, { sourceMs: NOON_MS - 3_600_001, isFirst: true });
    await idle(4);
    expect(said().map(([value]) => value)).toEqual([1, 3, 4]);
    expect(counted).toEqual(['lateValue']);
  });

  test('that do not change are said again without a source time, those that are bad are not', async () => {
    const { line, push, said, idle, taken } = bench();
    line.sayAgain();
    push(7, { isFirst: true, sourceMs: NOON_MS });
    await idle(1);
    line.sayAgain();
    await eventually(
      () => taken.length,
      (count) => count === 2,
    );
    expect(said()).toEqual([
      [7, true],
      [7, false],
    ]);
    expect(taken[1]?.sourceMs).toBeUndefined();
    push(8, { status: 0x80_00_00_00 });
    await idle(2);
    line.sayAgain();
    expect(taken.length).toBe(3);
  });
});
