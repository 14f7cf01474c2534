import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { InnerHome } from '../../../kit/inner-home.ts';
import { anOffer, testOperator } from '../../../kit/test-operator.ts';

const COUNTED = anOffer({
  offer: 'counted',
  categories: [{ category: 'contact.doorWindow', level: 'L3', retentionDays: 30, legalClass: 'personal' }],
});
const METERED = anOffer({
  offer: 'metered',
  categories: [
    { category: 'power.appliance', level: 'L4', windowMinutes: 15, retentionDays: 30, legalClass: 'personal' },
  ],
});

let home: InnerHome;

beforeEach(async () => {
  home = await InnerHome.open();
  await home.enrol(await testOperator(), [anOffer(), COUNTED, METERED]);
  await home.approve('plug', { power: 0 });
  await home.approve('door', { contact: true });
  await home.publish('door', { contact: true });
});
afterEach(() => home.remove());

/** What memory and disk say of the same things; they must never differ once nothing is under way. */
function memory() {
  const { devices, lastValues, windows, usedSubjects } = home.core.state;
  const states = devices.all().flatMap(({ id }) => lastValues.ofDevice(id));
  return {
    devices: devices.all().map(({ id, thing, approvedAtMs }) => `${id} ${thing} ${approvedAtMs ?? '-'}`),
    contact: states.filter(({ kind }) => kind === 'contact.state').map(({ device, value }) => `${device} ${value}`),
    windows: [...windows.keys()].sort(),
    totals: [...windows.values()].map(({ window }) => Object.values(window.shares).map(({ total }) => total)),
    used: [...usedSubjects].sort(),
  };
}
async function disk() {
  const windows = await home.query<{
    agreement: number;
    category: string;
    property: string;
    subject: number;
    state: string;
  }>('SELECT * FROM window ORDER BY agreement');
  return {
    devices: (
      await home.query<{ id: number; thing: string; approved_at: number | null }>('SELECT * FROM device ORDER BY id')
    ).map(({ id, thing, approved_at }) => `${id} ${thing} ${approved_at ?? '-'}`),
    contact: (
      await home.query<{ device: number; value: number }>("SELECT * FROM last_value WHERE kind = 'contact.state'")
    ).map(({ device, value }) => `${device} ${value}`),
    windows: windows.map((row) => `${row.agreement}|${row.category}|${row.property}|${row.subject}`).sort(),
    totals: windows.map(({ state }) =>
      Object.values(JSON.parse(state).shares as Record<string, { total: number }>).map(({ total }) => total),
    ),
    used: (await home.query<{ agreement: number; epoch: number; subject: number }>('SELECT * FROM used_subject'))
      .map(({ agreement, epoch, subject }) => `${agreement}|${epoch}|${subject}`)
      .sort(),
  };
}
const outbox = async () => (await home.journal()).filter(({ isWaiting }) => isWaiting).map(({ value }) => ({ value }));

describe('a commit that fails', () => {
  test('leaves memory equal to the disk, and a packet sent again is processed as new', async () => {
    await home.way.consent.give('every-sample', {});
    await home.way.consent.give('counted', {});
    home.store.shouldFail = () => true;
    const messages = [
      home.message('plug', { power: 7 }),
      home.message('door', { contact: false }),
      home.message('new thing', { contact: true }),
    ];
    const fates = await Promise.all(messages.map((message) => home.core.pipeline.take(message)));
    expect(fates).toEqual(['failed', 'failed', 'failed']);
    expect(memory()).toEqual(await disk());
    expect(await outbox()).toEqual([]);

    home.store.shouldFail = () => false;
    const again = await Promise.all(messages.map((message) => home.core.pipeline.take({ ...message, dup: true })));
    expect(again).toEqual(['committed', 'committed', 'committed']);
    expect((await outbox()).map(({ value }) => value)).toEqual([7]);
    expect(memory()).toEqual(await disk());
    expect(home.core.state.windows.size).toBe(1);
  });

  test('fails with it every later message that leaned on it, and none before it', async () => {
    await home.way.consent.give('every-sample', {});
    let count = 0;
    home.store.shouldFail = () => ++count === 3;
    const fates = await Promise.all([1, 2, 3, 4, 5].map((power) => home.publish('plug', { power })));
    expect(fates).toEqual(['committed', 'committed', 'failed', 'failed', 'failed']);
    expect((await outbox()).map(({ value }) => value)).toEqual([1, 2]);
    await home.way.outbox.settle();
    await home.way.outbox.settle();
    expect(await home.query('SELECT first FROM outbox_void')).toEqual([{ first: 3 }, { first: 4 }, { first: 5 }]);
    expect(await home.publish('plug', { power: 6 })).toBe('committed');
  });

  test('gives a packet sent again while its first sending is under way the same fate', async () => {
    await home.way.consent.give('every-sample', {});
    home.store.shouldFail = () => true;
    const message = home.message('plug', { power: 7 });
    const fates = await Promise.all([
      home.core.pipeline.take(message),
      home.core.pipeline.take({ ...message, dup: true }),
    ]);
    expect(fates).toEqual(['failed', 'failed']);
    home.store.shouldFail = () => false;
    const both = await Promise.all([
      home.core.pipeline.take(message),
      home.core.pipeline.take({ ...message, dup: true }),
    ]);
    expect(both).toEqual(['committed', 'committed']);
    expect(await outbox()).toEqual([{ value: 7 }]);
  });

  test('is said without content', async () => {
    home.store.shouldFail = () => true;
    await home.publish('secret name', { contact: true });
    expect(home.said.join()).toMatch(/could not be stored/);
    expect(home.said.join()).not.toMatch(/secret name/);
  });
});

describe('a fault in the walk', () => {
  test('lets nothing of the message leave, and leaves memory equal to the disk', async () => {
    await home.way.consent.give('counted', {});
    await home.way.consent.give('every-sample', {});
    const enqueue = vi.spyOn(home.way.outbox, 'enqueue').mockImplementation(() => {
      throw new Error('SECRET\n    SECRET-CONTENT in a message of two lines');
    });
    expect(await home.publish('plug', { power: 9 })).toBe('committed');
    expect(await home.publish('door', { contact: false, power: 9 })).toBe('committed');
    enqueue.mockRestore();
    expect(memory()).toEqual(await disk());
    expect(await outbox()).toEqual([]);
    expect(home.said.join()).toMatch(/fault while handling a message/);
    expect(home.said.join()).not.toMatch(/SECRET/);
    await home.core.writeLazily();
    expect(await home.query("SELECT count FROM refusal WHERE reason = 'fault'")).toEqual([{ count: 2 }]);
  });

  test('after a first record was named forgets that name with it, so that the next one is noted', async () => {
    await home.way.consent.give('every-sample', {});
    const other = anOffer({ offer: 'second' });
    await home.way.offers.take([await (await testOperator()).shelve(other)], 0);
    await home.way.consent.give('second', {});
    const real = home.way.outbox.enqueue.bind(home.way.outbox);
    let calls = 0;
    const enqueue = vi.spyOn(home.way.outbox, 'enqueue').mockImplementation((release, atMs) => {
      calls += 1;
      if (calls === 2) throw new Error('fault');
      return real(release, atMs);
    });
    await home.publish('plug', { power: 9 });
    enqueue.mockRestore();
    expect(memory()).toEqual(await disk());
    await home.publish('plug', { power: 10 });
    expect((await disk()).used.length).toBe(2);
    expect(memory()).toEqual(await disk());
  });

  test('in one window discards that window and closes the others', async () => {
    await home.way.consent.give('metered', {});
    await home.way.consent.give('counted', {});
    await home.publish('plug', { power: 100 });
    await home.publish('door', { contact: false });
    for (const [key, kept] of home.core.state.windows)
      if (kept.window.category === 'power.appliance')
        home.core.state.windows.set(key, { ...kept, window: { ...kept.window, shares: null as never } });
    for (let minutes = 0; minutes < 5 * 60; minutes += 4) {
      home.machine.pass(4 * 60_000);
      await home.core.tick();
    }
    expect(await home.query('SELECT value FROM journal WHERE quantity = 7')).toEqual([{ value: 1 }]);
    expect((await disk()).windows).toEqual(memory().windows);
    expect(memory().windows.length).toBe(1);
  });
});

describe('windows', () => {
  test('are discarded when their grant has run out', async () => {
    await home.way.consent.give('metered', {});
    await home.publish('plug', { power: 100 });
    home.machine.pass(400 * 86_400_000);
    await home.core.tick();
    expect(memory()).toMatchObject({ windows: [] });
    expect((await disk()).windows).toEqual([]);
    expect(await outbox()).toEqual([]);
  });

  test('wait while the clock cannot be trusted, instead of being lost', async () => {
    await home.way.consent.give('counted', {});
    await home.publish('door', { contact: false });
    await home.core.writeLazily();
    home.machine.set(Date.UTC(2027, 0, 1));
    home = await home.reopen();
    expect(home.core.parts.clock.now().estimated).toBe(true);
    await home.core.tick();
    expect(memory().windows.length).toBe(1);
    home.machine.set(Date.UTC(2027, 0, 20, 18));
    await home.core.tick();
    expect(await home.query('SELECT value FROM journal WHERE quantity = 7')).toEqual([{ value: 1 }]);
  });

  test('that filled in a home whose disk refuses the closing are closed again, once', async () => {
    await home.way.consent.give('counted', {});
    await home.publish('door', { contact: false });
    home.machine.pass(5 * 3_600_000);
    home.store.shouldFail = () => true;
    expect(await home.core.tick()).toBe('failed');
    home.store.shouldFail = () => false;
    expect(await home.core.tick()).toBe('committed');
    expect(await home.core.tick()).toBe('committed');
    expect(await home.query('SELECT value FROM journal WHERE quantity = 7')).toEqual([{ value: 1 }]);
  });
});

describe('what costs no sync', () => {
  test('is not forgotten when writing it fails', async () => {
    await home.publish('plug', { power: 9 });
    home.store.shouldFail = () => true;
    await home.core.writeLazily();
    home.store.shouldFail = () => false;
    await home.core.writeLazily();
    expect(await home.query("SELECT count FROM refusal WHERE reason = 'noGrant'")).toMatchObject([{ count: 1 }]);
    expect(await home.query("SELECT value FROM history WHERE kind = 'power.active' AND value = 9000")).toHaveLength(1);
  });

  test('a page that throws while it is told does not hold up an acknowledgement', async () => {
    home.core.live.listen(() => {
      throw new Error('a page is gone');
    });
    expect(await home.publish('plug', { power: 9 })).toBe('committed');
  });
});
