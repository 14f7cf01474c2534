import { describe, expect, it } from 'vitest';
import { trace } from '../../../../firmware-sim/simulate.ts';
import { dayStartMs } from '../../../../firmware-sim/world/calendar.ts';

interface Reading {
  atMs: number;
  power: number;
  current: number;
  voltage: number;
  energy: number;
}

function readings(name: string, days: number, firstDay = 20_780): Reading[] {
  const startMs = dayStartMs(firstDay, 'Asia/Tokyo');
  const endMs = dayStartMs(firstDay + days, 'Asia/Tokyo');
  return [...trace({ seed: 4, startMs, endMs, timeZone: 'Asia/Tokyo' })]
    .filter(({ topic }) => topic === `zigbee2mqtt/${name}`)
    .map(({ atMs, payload }) => ({ ...(JSON.parse(payload) as Omit<Reading, 'atMs'>), atMs }));
}

describe.each([
  ['refrigerator', 0.4, 1.6, 250],
  ['television_and_kettle', 0.2, 2.5, 1600],
])('%s', (name, leastKwh, mostKwh, mostWatts) => {
  const week = readings(name, 7);

  it('never draws a negative or an impossible power, and its current fits', () => {
    for (const { power, current, voltage } of week) {
      expect(power).toBeGreaterThanOrEqual(0);
      expect(power).toBeLessThan(mostWatts);
      expect(Math.abs(current * voltage - power)).toBeLessThan(2);
    }
  });

  it('counts energy that only rises, by as much as a day of it needs', () => {
    for (const [index, { energy }] of week.slice(1).entries()) {
      expect(energy).toBeGreaterThanOrEqual(week[index]?.energy ?? 0);
    }
    const perDay = ((week.at(-1)?.energy ?? 0) - (week[0]?.energy ?? 0)) / 7;
    expect(perDay).toBeGreaterThan(leastKwh);
    expect(perDay).toBeLessThan(mostKwh);
  });

  it('does not count backwards when a run begins a day later', () => {
    expect(readings(name, 1, 20_781)[0]?.energy).toBeGreaterThanOrEqual(readings(name, 1).at(-1)?.energy ?? 0);
  });

  it('reports at least every five minutes', () => {
    for (const [index, { atMs }] of week.slice(1).entries()) {
      expect(atMs - (week[index]?.atMs ?? 0)).toBeLessThanOrEqual(300_000);
    }
  });
});
