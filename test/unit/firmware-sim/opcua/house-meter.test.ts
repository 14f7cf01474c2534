import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../../firmware-sim/faults/fault.ts';
import { FaultyMeter, type SaidReading } from '../../../../firmware-sim/opcua/faulty-meter.ts';
import { HouseMeter } from '../../../../firmware-sim/opcua/house-meter.ts';
import { dayAt } from '../../../../firmware-sim/world/calendar.ts';
import { dayWorld } from '../../../../firmware-sim/world/happenings.ts';

const ZONE = 'Asia/Tokyo';
const START_MS = Date.parse('2026-11-23T18:00+09:00');
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What all appliances draw at an instant, each looked up by itself. */
function drawnMw(seed: number, atMs: number): number {
  const world = dayWorld(seed, dayAt(atMs, ZONE), ZONE);
  const { total: _, ...each } = world.loads;
  return Object.values(each)
    .map(({ restMw, steps }) => steps.findLast((step) => step.atMs <= atMs)?.powerMw ?? restMw)
    .reduce((sum, each) => sum + each, 0);
}

const meterFrom = (startMs: number, seed = 7): HouseMeter => new HouseMeter({ seed, timeZone: ZONE, startMs });

describe('the meter of the house', () => {
  it('measures what all the appliances draw, over days', () => {
    const meter = meterFrom(START_MS);
    const powers = new Set<number>();
    for (let atMs = START_MS; atMs < START_MS + 2 * DAY_MS; atMs += 7 * MINUTE_MS) {
      const { powerMw } = meter.read(atMs);
      expect([atMs, powerMw]).toEqual([atMs, drawnMw(7, atMs)]);
      powers.add(powerMw);
    }
    expect(powers.size).toBeGreaterThan(100);
  });

  it('counts the energy that flowed, the same however often it is read', () => {
    const [often, seldom] = [meterFrom(START_MS), meterFrom(START_MS)];
    const fromMwh = often.read(START_MS).energyMwh;
    let wattSeconds = 0;
    for (let second = 0; second < 7200; second += 1) {
      wattSeconds += drawnMw(7, START_MS + second * 1000) / 1000;
      often.read(START_MS + second * 1000);
    }
    const { energyMwh } = often.read(START_MS + 7200_000);
    expect(energyMwh).toBe(seldom.read(START_MS + 7200_000).energyMwh);
    const countedWh = (energyMwh - fromMwh) / 1000;
    expect(countedWh).toBeGreaterThan(10);
    // A step inside a second counts for the meter from that instant on, for the sum of seconds only from the next.
    expect(Math.abs(countedWh - wattSeconds / 3600)).toBeLessThan(countedWh / 100);
  });

  it('never counts backwards: not for an earlier instant, not in a run that begins later', () => {
    const meter = meterFrom(START_MS);
    const late = meter.read(START_MS + 3 * DAY_MS);
    expect(meter.read(START_MS)).toEqual(late);
    expect(meterFrom(START_MS + 3 * DAY_MS).read(0).energyMwh).toBeGreaterThan(late.energyMwh);
  });

  it('has mains that wander a little and sag under load, the same for the same seed', () => {
    const meter = meterFrom(START_MS);
    const readings = Array.from({ length: 600 }, (_, minute) => meter.read(START_MS + minute * MINUTE_MS));
    for (const { voltageMv, frequencyMillihertz } of readings) {
      expect(voltageMv > 95_000 && voltageMv < 105_000).toBe(true);
      expect(Math.abs(frequencyMillihertz - 50_000)).toBeLessThanOrEqual(40);
    }
    expect(new Set(readings.map(({ voltageMv }) => voltageMv)).size).toBeGreaterThan(100);
    const again = meterFrom(START_MS).read(START_MS + 599 * MINUTE_MS);
    expect(again).toEqual(readings.at(-1));
    expect(meterFrom(START_MS, 8).read(START_MS).voltageMv).not.toBe(readings[0]?.voltageMv);
  });

  it('sees the front door open', () => {
    const [opening] = dayWorld(7, dayAt(START_MS, ZONE), ZONE).openings.front_door ?? [];
    if (opening === undefined) throw new Error('nobody opens the door that day');
    const meter = meterFrom(opening.fromMs - 1);
    const seen = [opening.fromMs - 1, opening.fromMs, opening.toMs].map((atMs) => meter.read(atMs).isDoorOpen);
    expect(seen).toEqual([false, true, false]);
  });
});

describe('the faults of a scenario at the meter', () => {
  const window = { fromMs: START_MS + 10 * MINUTE_MS, toMs: START_MS + 20 * MINUTE_MS };
  /** What is said a minute before the fault, in its midst, and when it is over. */
  function said(fault: Fault): [SaidReading, SaidReading, SaidReading] {
    const meter = new FaultyMeter(meterFrom(START_MS), [fault]);
    const read = (minute: number): SaidReading => meter.read(START_MS + minute * MINUTE_MS);
    return [read(9), read(15), read(20)];
  }
  const truth = (minute: number) => meterFrom(START_MS).read(START_MS + minute * MINUTE_MS);

  it.each([
    [{ kind: 'sentinel', value: -1 }, 'sensorFailure'],
    [{ kind: 'powerCut' }, 'noCommunication'],
    [{ kind: 'wifiLoss', topics: 'opcua/#' }, 'noCommunication'],
    [{ kind: 'wifiLoss', topics: 'tele/#' }, undefined],
    [{ kind: 'drop', permille: 1000 }, undefined],
  ] as const)('%j is %s', (fault, trouble) => {
    expect(said({ ...fault, ...window }).map((each) => each.trouble)).toEqual([undefined, trouble, undefined]);
  });

  it('is stuck at what it said when the fault began, and its clock goes on', () => {
    const [, during, after] = said({ kind: 'stuck', ...window });
    expect(during).toMatchObject({ ...truth(10), sourceMs: START_MS + 15 * MINUTE_MS });
    expect(after).toMatchObject(truth(20));
    expect(after.energyMwh).toBeGreaterThan(during.energyMwh);
  });

  it('says the power in another unit, or another time', () => {
    expect(said({ kind: 'unitFlip', to: 'kW', ...window })[1].powerMw).toBe(truth(15).powerMw / 1000);
    expect(said({ kind: 'unitFlip', to: 'mW', ...window })[1].powerMw).toBe(truth(15).powerMw * 1000);
    const times = said({ kind: 'clockSkew', byMs: -DAY_MS, ...window }).map(({ sourceMs }) => sourceMs - START_MS);
    expect(times).toEqual([9 * MINUTE_MS, 15 * MINUTE_MS - DAY_MS, 20 * MINUTE_MS]);
    expect(said({ kind: 'clock1970', ...window })[1].sourceMs).toBe(5 * MINUTE_MS);
  });
});
