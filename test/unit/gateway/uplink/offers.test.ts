import { expect, test } from 'vitest';
import type { Clock } from '../../../../gateway/uplink/clock.ts';
import { keepRefreshed } from '../../../../gateway/uplink/offers.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function handClock() {
  const waits: { waitMs: number; run: () => void; cancelled: boolean }[] = [];
  const clock: Clock = {
    now: () => 0,
    wall: () => 0,
    after: (waitMs, run) => {
      const wait = { waitMs, run, cancelled: false };
      waits.push(wait);
      return () => {
        wait.cancelled = true;
      };
    },
  };
  return { clock, waits };
}

test('the first refresh has a random phase, the others a random distance, whatever becomes of them', async () => {
  const { clock, waits } = handClock();
  const drawn = [0.3, 0, 0.9];
  let asked = 0;
  const refresh = async () => {
    asked += 1;
    if (asked === 1) throw new Error('unreachable');
  };
  const stop = keepRefreshed(refresh, { clock, random: () => drawn.shift() ?? 0, everyMs: 1000 });
  expect(asked).toBe(0);
  waits[0]?.run();
  await turn();
  waits[1]?.run();
  await turn();
  expect(waits.map(({ waitMs }) => waitMs)).toEqual([300, 500, 1400]);
  stop();
  expect(waits[2]?.cancelled).toBe(true);
});

test('stopped while it asks, it asks no more', async () => {
  const { clock, waits } = handClock();
  const stop = keepRefreshed(async () => stop(), { clock, random: () => 0, everyMs: 1000 });
  waits[0]?.run();
  await turn();
  expect(waits.length).toBe(1);
});
