import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HandClock, InnerHome, NOON_MS } from '../../../kit/inner-home.ts';
import { anOffer, type TestOperator, testOperator } from '../../../kit/test-operator.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEARS_MS = 20 * 365 * DAY_MS;
/** Within the consents of this home, so that nothing ends. */
const AHEAD_MS = 60 * DAY_MS;

/** Counts of a door in days, and each opening as it is. */
const COUNTED = anOffer({
  offer: 'counted',
  lane: 'prompt',
  categories: [{ category: 'contact.doorWindow', level: 'L2', legalClass: 'personal', retentionDays: 30 }],
});
const EACH = anOffer({
  offer: 'each',
  lane: 'prompt',
  categories: [{ category: 'contact.doorWindow', level: 'L5', legalClass: 'personal', retentionDays: 30 }],
});

let operator: TestOperator;
let home: InnerHome;
let machine: HandClock;
let opened: number;

beforeEach(async () => {
  operator = await testOperator();
  home = await InnerHome.open();
  ({ machine } = home);
  opened = 0;
  home.core.parts.clock.hear('service');
  await home.enrol(operator, [COUNTED, EACH]);
  await home.approve('door', { contact: true });
  await home.publish('door', { contact: true });
  await home.way.consent.give('counted', {});
  await home.way.consent.give('each', {});
});

afterEach(() => home.remove());

/** Minutes of a home whose system vouches for the wall clock, or does not; the door opens every half hour. */
async function live(minutes: number, voucher: 'service' | 'nobody'): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    machine.pass(MINUTE_MS);
    home.core.parts.clock.hear(voucher);
    await home.core.tick();
    if (minute % 30 === 0) await turn();
  }
}

/** The door opens and closes again. */
async function turn(): Promise<void> {
  opened += 1;
  await home.publish('door', { contact: false });
  await home.publish('door', { contact: true });
}

async function lookups() {
  await home.settled();
  const rows = (await home.journal()).map(({ slug, time_s, window_s, value }) => ({ slug, time_s, window_s, value }));
  const counted = rows.filter(({ slug }) => slug === 'counted').sort((a, b) => a.time_s - b.time_s);
  const openNow = [...home.core.state.windows.values()].flatMap(({ window }) => Object.values(window.shares));
  const filling = openNow.reduce((sum, { total }) => sum + total, 0);
  await home.core.writeLazily();
  await home.settled();
  const late = await home.query<{ count: number }>(
    "SELECT coalesce(sum(count), 0) AS count FROM refusal WHERE reason = 'late'",
  );
  return { rows, counted, filling, late: late[0]?.count ?? 0, each: rows.filter(({ slug }) => slug === 'each') };
}

function neverTwice(counted: readonly { time_s: number; window_s: number }[]): void {
  for (const [at, { time_s }] of counted.entries()) {
    const before = counted[at - 1];
    if (before) expect(before.time_s + before.window_s).toBeLessThanOrEqual(time_s);
  }
}

describe('a home whose clock goes wrong', () => {
  test('tells every opening once, through a clock set ahead, set back, and put right', async () => {
    await live(5 * 60, 'nobody');
    machine.set(machine.wallMs() + YEARS_MS);
    await live(90, 'nobody');
    machine.set(NOON_MS);
    await live(90, 'nobody');
    machine.set(NOON_MS + 8 * HOUR_MS);
    await live(60, 'service');
    await live(8 * 60, 'nobody');
    const { counted, filling, each, late } = await lookups();
    neverTwice(counted);
    expect(counted.reduce((sum, { value }) => sum + value, 0) + filling).toBe(opened);
    expect(late).toBe(0);
    expect(each).toHaveLength(2 * opened);
    expect(Math.max(...counted.map(({ time_s }) => time_s * 1000))).toBeLessThan(machine.wallMs());
  });

  test('that was lied to comes back, tells nothing twice and stamps nothing again', async () => {
    await live(90, 'service');
    machine.set(machine.wallMs() + AHEAD_MS);
    await live(150, 'service');
    const before = await lookups();
    machine.set(machine.wallMs() - AHEAD_MS);
    await live(24 * 60, 'service');
    const after = await lookups();
    expect(after.rows.slice(0, before.rows.length)).toEqual(before.rows);
    neverTwice(after.counted);
    const told = after.counted.reduce((sum, { value }) => sum + value, 0);
    expect(told + after.filling + after.late / 2).toBe(opened);
    expect(after.each).toHaveLength(2 * opened);
    expect(home.core.parts.clock.now()).toEqual({ ms: machine.wallMs(), estimated: false });
    for (const { window } of home.core.state.windows.values())
      expect(window.startMs).toBeLessThanOrEqual(machine.wallMs());
  });

  test('comes back in its windows also when the disk refuses it the first time', async () => {
    await live(90, 'service');
    machine.set(machine.wallMs() + AHEAD_MS);
    await live(90, 'service');
    machine.set(machine.wallMs() - AHEAD_MS);
    await live(59, 'service');
    home.store.shouldFail = () => true;
    await live(3, 'service');
    home.store.shouldFail = () => false;
    opened -= 1;
    await live(10 * 60, 'service');
    const { counted } = await lookups();
    neverTwice(counted);
    for (const { window } of home.core.state.windows.values())
      expect(window.startMs).toBeLessThanOrEqual(machine.wallMs());
  });
});
