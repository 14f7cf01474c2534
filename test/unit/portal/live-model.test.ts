import { describe, expect, test } from 'vitest';
import type { HubState, LiveEvent } from '../../../portal/src/api/hub-state.ts';
import { homeTimeAt, hourOfDay } from '../../../portal/src/live/home-clock.ts';
import {
  EMPTY,
  type LiveModel,
  nextModel,
  ROWS,
  withoutSettledRefusals,
  withoutStaleWindows,
} from '../../../portal/src/live/live-model.ts';
import { deviceName } from '../../../portal/src/live/localised.ts';

const TEXT = { ja: '開いた', en: 'opened' };
const DOOR = { id: 1, name: 'Front door', room: 'Hall' };

function seen(id: number, device = DOOR): LiveEvent {
  const reading = { kind: 'contact.state', value: 1, unit: '', text: TEXT, origin: 'change' };
  return { event: 'seen', id, atMs: id * 1000, device, ...reading };
}

function refused(id: number, reason: string, seenId: number | null = null, device = DOOR): LiveEvent {
  return { event: 'refused', id, atMs: id * 1000, seenId, device, kind: 'contact.state', reason, text: TEXT };
}

function held(id: number, seenId: number, untilMs: number): LiveEvent {
  return { event: 'held', id, atMs: id * 1000, seenId, offer: 'energy-advice', untilMs, category: 'power.appliance' };
}

function left(id: number, timeMs: number, windowS: number): LiveEvent {
  const recipient = { ja: 'みなと', en: 'Minato' };
  const what = { category: 'power.appliance', quantity: 'mean_power_w', value: 5, unit: 'W', text: TEXT };
  return { event: 'left', id, atMs: id, offer: 'energy-advice', recipient, ...what, timeMs, windowS, fromDevice: 1 };
}

function run(events: readonly LiveEvent[]): LiveModel {
  return events.reduce(nextModel, EMPTY);
}

describe('live model', () => {
  test('a flood leaves every list bounded and the counts true', () => {
    const events = Array.from({ length: 2_000 }, (_, index) => [
      seen(index * 3, { ...DOOR, id: index }),
      refused(index * 3 + 1, 'noGrant', index * 3, { ...DOOR, id: index }),
      left(index * 3 + 2, index, 0),
    ]).flat();
    const model = run(events);
    expect(model.seen).toHaveLength(ROWS.seen);
    expect(model.refused).toHaveLength(ROWS.refused);
    expect(model.left).toHaveLength(ROWS.left);
    expect(model.latest.size).toBeLessThanOrEqual(256);
    expect(model.tally).toEqual({ seen: 2_000, left: 2_000, refused: 2_000, repeats: 0 });
    expect(Object.values(ROWS).reduce((sum, rows) => sum + rows, 0)).toBeLessThanOrEqual(60);
  });

  test('refusals that differ only in time are one counted row that keeps its place', () => {
    const model = run([refused(1, 'noGrant'), refused(2, 'secret'), refused(3, 'noGrant')]);
    expect(model.refused.map((row) => [row.reason, row.times])).toEqual([
      ['secret', 1],
      ['noGrant', 2],
    ]);
  });

  test('batteries and radio are counted, joined over all devices, and crowd nothing out', () => {
    const battery = { ...seen(1), kind: 'battery.percent' } as LiveEvent;
    const other = { ...DOOR, id: 2 };
    const refusals = [refused(2, 'noGrant', 1), refused(3, 'noGrant', null, other)];
    const model = run([battery, ...refusals.map((event) => ({ ...event, kind: 'battery.percent' }) as LiveEvent)]);
    expect(model.seen).toEqual([]);
    expect(model.tally.seen).toBe(1);
    expect(model.refused).toMatchObject([{ kind: 'upkeep', deviceId: null, deviceName: null, times: 2 }]);
  });

  test('a repeat is counted and gets no row', () => {
    const model = run([refused(1, 'notAnEvent')]);
    expect(model.refused).toEqual([]);
    expect(model.tally).toMatchObject({ refused: 0, repeats: 1 });
  });

  test('the stronger outcome of one reading stays', () => {
    const model = run([seen(1), held(2, 1, 9_000), refused(3, 'outOfScope', 1)]);
    expect(model.seen[0]?.outcome).toBe('held');
  });

  test('a window gathers, leaves as one value and is gone; a later one stays', () => {
    const filling = run([seen(1), held(2, 1, 900_000), seen(3), held(4, 3, 900_000)]);
    expect(filling.held).toMatchObject([{ gathered: 2, untilMs: 900_000, firstMs: 2_000 }]);
    expect(nextModel(filling, left(5, 0, 900)).held).toEqual([]);
    const next = nextModel(filling, held(6, 3, 1_800_000));
    expect(nextModel(next, left(7, 0, 900)).held).toMatchObject([{ gathered: 1, untilMs: 1_800_000 }]);
  });

  test('what the data broker acknowledged is marked, the rest not', () => {
    const model = run([left(1, 0, 0), left(5, 0, 0), { event: 'provided', upToId: 4 }]);
    expect(model.left.map((row) => row.provided)).toEqual([false, true]);
  });

  test('windows end with their consent and with their time', () => {
    const model = run([held(1, 0, 60_000)]);
    const granted = { offers: [{ offer: 'energy-advice', granted: {} }] } as unknown as HubState;
    const withdrawn = { offers: [{ offer: 'energy-advice', granted: null }] } as unknown as HubState;
    expect(withoutStaleWindows(model, granted, 60_000, 10_000).held).toHaveLength(1);
    expect(withoutStaleWindows(model, granted, 70_000, 10_000).held).toEqual([]);
    expect(withoutStaleWindows(model, withdrawn, 0, 10_000).held).toEqual([]);
  });
});

describe('refusals that no longer say how things stand', () => {
  const at = (granted: object | null, homeTimeMs: number) =>
    ({ homeTimeMs, devices: [{ id: 1, approved: true }], offers: [{ offer: 'a', granted }] }) as unknown as HubState;

  test('go when the device was approved, the consents changed or half a day went by', () => {
    const model = run([refused(1, 'deviceNotApproved'), refused(2, 'noGrant'), refused(3, 'secret')]);
    const reasons = (before: HubState, now: HubState) =>
      withoutSettledRefusals(model, before, now, 1_000_000).refused.map((row) => row.reason);
    expect(reasons(at(null, 0), at(null, 10))).toEqual(['secret', 'noGrant']);
    expect(reasons(at(null, 0), at({ sinceMs: 5 }, 10))).toEqual(['secret']);
    expect(reasons(at(null, 0), at(null, 1_010_000))).toEqual([]);
  });
});

describe('names of devices', () => {
  test('lose their underscores and nothing else', () => {
    expect(deviceName('front_door')).toBe('Front door');
    expect(deviceName('玄関ドア')).toBe('玄関ドア');
    expect(deviceName('Kitchen/plug_1')).toBe('Kitchen/plug_1');
  });
});

describe('home clock', () => {
  test('runs at the speed of the home and never backwards', () => {
    expect(homeTimeAt({ homeTimeMs: 1_000, speed: 60 }, 100, 600)).toBe(31_000);
    expect(homeTimeAt({ homeTimeMs: 1_000, speed: 60 }, 100, 50)).toBe(1_000);
  });

  test('knows the hour in the home’s time zone', () => {
    expect(hourOfDay(Date.UTC(2026, 0, 1, 15, 30), 'Asia/Tokyo')).toBe(0.5);
  });
});
