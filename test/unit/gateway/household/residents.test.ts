import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Speaker } from '../../../../gateway/household/person.ts';
import { HELD_SENTENCES, viewOf } from '../../../../gateway/household/view.ts';
import { moveOut } from '../../../../gateway/move-out.ts';
import { BrokerInMemory } from '../../../kit/broker-in-memory.ts';
import { InnerHome } from '../../../kit/inner-home.ts';
import { Line } from '../../../kit/line.ts';
import { anOffer, testOperator } from '../../../kit/test-operator.ts';

const OFFER = anOffer({
  categories: [
    { category: 'power.appliance', level: 'L4', windowMinutes: 15, retentionDays: 30, legalClass: 'personal' },
    { category: 'contact.doorWindow', level: 'L5', retentionDays: 30, legalClass: 'personal' },
  ],
  validityMonths: 2,
});
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let home: InnerHome;
let broker: BrokerInMemory;
beforeEach(async () => {
  open.clear();
  const operator = await testOperator();
  broker = new BrokerInMemory(operator);
  home = await InnerHome.open();
  await home.enrol(operator, [OFFER]);
  await door('door');
});
afterEach(() => home.remove());

const desk = () => home.way.consent;
const people = () => home.core.people;

async function speaker(name: string, asker?: number): Promise<Speaker> {
  const found = people().speaker(name, asker);
  if (!found.ok) throw new Error(found.problem.error.en);
  return found.value;
}
async function moveIn(name: string, more: object = {}): Promise<number> {
  const added = await people().add({ name, ...more });
  if (!added.ok) throw new Error(added.problem.error.en);
  return added.value.id;
}
const yes = async (name: string, choice = {}) => desk().give('every-sample', choice, await speaker(name));

/** A closed door that is known, approved, and perhaps one person's; returns its number. */
async function door(thing: string, person?: number): Promise<number> {
  const id = await home.approve(thing, { contact: true }, { person });
  await home.publish(thing, { contact: true });
  return id;
}

const open = new Set<string>();
/** Opens or closes a door, and says whether that was released. */
async function leaves(thing = 'door'): Promise<boolean> {
  const before = (await home.journal()).length;
  if (!open.delete(thing)) open.add(thing);
  await home.publish(thing, { contact: !open.has(thing) });
  return (await home.journal()).length > before;
}
const refusals = async () => {
  await home.core.writeLazily();
  const rows = await home.query<{ reason: string }>('SELECT DISTINCT reason FROM refusal ORDER BY reason');
  return rows.map(({ reason }) => reason);
};

describe('a home of several people', () => {
  test('lets nothing of a shared sensor leave until every adult has said yes, also after a restart', async () => {
    await yes('owner');
    expect(await leaves()).toBe(true);
    await moveIn('Hana');
    expect(await leaves()).toBe(false);
    expect(await refusals()).toContain('notEveryone');
    home = await home.reopen();
    expect(await leaves()).toBe(false);
    await yes('Hana');
    expect(await leaves()).toBe(true);
    home = await home.reopen();
    expect(await leaves()).toBe(true);
  });

  test('opens a new agreement with each yes and keeps what the others said, with its own time and end', async () => {
    await moveIn('Hana');
    await yes('owner');
    home.machine.pass(10 * DAY_MS);
    await yes('Hana');
    const open = desk().agreements.open('every-sample');
    expect(open?.ordinal).toBe(2);
    const records = desk().given('every-sample');
    expect(records.map(({ principal, event }) => [principal?.person, event.channel])).toEqual([
      [2, 'commandLine'],
      [2, 'commandLine'],
      [1, 'carriedOver'],
      [1, 'carriedOver'],
    ]);
    expect((records[0]?.event.atMs ?? 0) - (records[2]?.event.atMs ?? 0)).toBe(10 * DAY_MS);
    const names = new Set(records.map(({ piiPrincipalId }) => piiPrincipalId));
    expect(names.size).toBe(2);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
  });

  test('gives what all agree to: the coarsest level, the earliest end, everybody’s hours', async () => {
    await moveIn('Hana');
    await yes('owner', { scope: { hours: { fromMinute: 0, toMinute: 1440 } } });
    await yes('Hana', {
      categories: ['contact.doorWindow'],
      level: 'L2',
      scope: { hours: { fromMinute: 0, toMinute: 60 } },
    });
    const grant = home.way.index.of(2, 'contact.doorWindow');
    expect(grant).toMatchObject({ level: 'L2', expiresMs: desk().given('every-sample').at(-1)?.event.expiresMs });
    // It is nine in the evening in the home.
    await leaves();
    expect(await refusals()).toContain('outsideHours');
  });

  test('takes a device of one person by that person’s yes alone', async () => {
    await moveIn('Hana');
    await door('bedroom', 2);
    await yes('owner');
    expect(await leaves('bedroom')).toBe(false);
    await yes('Hana');
    await moveIn('Kenji');
    expect(await leaves('bedroom')).toBe(true);
    expect(await leaves('door')).toBe(false);
  });

  test('stops for all what one takes back, erases it, and goes on among the others under a new name', async () => {
    await moveIn('Hana');
    await door('desk', 1);
    const line = new Line(home, broker);
    line.connect();
    await line.deliver();
    await yes('owner');
    await yes('Hana');
    expect(await leaves('desk')).toBe(true);
    await line.drain();
    const [before] = broker.records;
    await desk().withdraw('every-sample', undefined, 2);
    expect(desk().agreements.open('every-sample')?.ordinal).toBe(4);
    expect(await leaves('door')).toBe(false);
    expect(await leaves('desk')).toBe(true);
    await line.drain();
    expect(broker.records).toHaveLength(1);
    expect(broker.records[0]?.pseudonym).not.toBe(before?.pseudonym);
    home = await home.reopen();
    expect(await leaves('door')).toBe(false);
    expect(await leaves('desk')).toBe(true);
  });

  test('keeps a withdrawal that the disk refused out of what goes on among the others', async () => {
    await moveIn('Hana');
    await yes('owner');
    await yes('Hana');
    home.store.shouldFail = () => true;
    await expect(desk().withdraw('every-sample', undefined, 1)).rejects.toThrow();
    home.store.shouldFail = () => false;
    await desk().withdraw('every-sample', undefined, 2);
    expect(home.way.index.all()).toEqual([]);
    await desk().writeRefused();
    home = await home.reopen();
    expect(home.way.index.all()).toEqual([]);
  });

  test('takes a guardian’s yes for a minor, and a no for him as a no', async () => {
    const kid = await moveIn('Sora', { capacity: 'minor' });
    await yes('owner');
    expect(await leaves()).toBe(true);
    await desk().decline('every-sample', 'ConsentRefused', await speaker('Sora'));
    expect(await leaves()).toBe(false);
    home = await home.reopen();
    expect(await leaves()).toBe(false);
    await yes('Sora');
    expect(await leaves()).toBe(true);
    expect(desk().lastWord('every-sample', 'contact.doorWindow', kid)?.principal).toEqual({
      person: kid,
      capacity: 'minor',
      decidedBy: 1,
    });
    expect((await desk().decline('every-sample', 'ConsentRefused', await speaker('Sora'))).ok).toBe(false);
  });

  test('waits for a guest as long as the guest stays', async () => {
    await yes('owner');
    await moveIn('Yuki', { capacity: 'guest', minutes: 120 });
    expect(await leaves()).toBe(false);
    home.machine.pass(2 * HOUR_MS - 1);
    expect(await leaves()).toBe(false);
    home.machine.pass(1);
    expect(await leaves()).toBe(true);
  });

  test('lets one person on a page answer for himself and for a minor in his care, and for nobody else', async () => {
    await moveIn('Hana');
    await moveIn('Sora', { capacity: 'minor', guardian: 'Hana' });
    expect(people().speaker(undefined, 2)).toMatchObject({ value: { person: 2, decidedBy: 2, channel: 'page' } });
    expect(people().speaker('Sora', 2)).toMatchObject({ value: { person: 3, decidedBy: 2 } });
    expect(people().speaker('Sora', 1).ok).toBe(false);
    expect(people().speaker('Hana', 1).ok).toBe(false);
    expect(people().speaker('nobody', undefined).ok).toBe(false);
  });

  test('lets what ran out for one go on among the others, and calls it expired', async () => {
    await moveIn('Hana');
    await door('desk', 2);
    await yes('owner');
    home.machine.pass(30 * DAY_MS);
    await yes('Hana');
    home.machine.pass(32 * DAY_MS);
    await desk().writeRefused();
    expect(
      desk()
        .given('every-sample')
        .map(({ principal }) => principal?.person),
    ).toEqual([2, 2]);
    expect(desk().lastWord('every-sample', 'contact.doorWindow', 1)?.event.state).toBe('ConsentExpired');
    expect(await leaves('desk')).toBe(true);
    expect(await leaves('door')).toBe(false);
    home.machine.pass(31 * DAY_MS);
    await desk().writeRefused();
    expect(desk().agreements.open('every-sample')).toBeUndefined();
    const pages = (await home.query('SELECT id FROM consent_record')).length;
    await desk().writeRefused();
    expect(await home.query('SELECT id FROM consent_record')).toHaveLength(pages);
  });
});

describe('what the page and the command line show', () => {
  const view = () => viewOf({ ...VIEW, clock: home.core.parts.clock, people: people(), state: () => home.core.state });
  const VIEW = {
    mode: 'home' as const,
    leftToday: () => 0,
    offers: () => home.way.offers,
    consent: () => desk(),
    counts: () => home.core.live.counts,
    uplink: () => ({ enrolled: true, connected: true, waiting: 0, lastAcknowledgedMs: null }),
    queue: () => ({ waiting: 0, isFull: false, thinnedAbove: 10, limit: 12, thinned: 0 }),
    card: () => ({ ja: '量', en: 'amount' }),
    ranMs: () => 0,
  };

  test('who has said what, and the strictest of it', async () => {
    await moveIn('Hana');
    await yes('owner');
    await yes('Hana', { categories: ['contact.doorWindow'], level: 'L2' });
    expect(view().offers[0]).toMatchObject({
      answers: [
        { name: 'owner', state: 'ConsentGiven' },
        { name: 'Hana', state: 'ConsentGiven' },
      ],
      granted: {
        categories: [
          { category: 'contact.doorWindow', level: 'L2' },
          { category: 'power.appliance', level: 'L4' },
        ],
      },
    });
    await moveIn('Kenji');
    expect(view().offers[0]?.answers[2]).toEqual({ person: 3, name: 'Kenji', capacity: 'adult', state: null });
  });

  test('that everything is paused, that visitors are here, and nothing of it afterwards', async () => {
    await people().hold('visitors', 60);
    expect(view().hub.sentence).toBe(HELD_SENTENCES.visitors);
    await people().hold('paused', 60);
    expect(view().hub).toEqual({ health: 'attention', sentence: HELD_SENTENCES.paused });
    home.machine.pass(HOUR_MS);
    expect(view().hub.sentence).not.toBe(HELD_SENTENCES.paused);
    expect(view().hub.sentence).not.toBe(HELD_SENTENCES.visitors);
  });
});

describe('somebody who moves out', () => {
  test('takes every yes along, and what he said is erased while the chain still verifies', async () => {
    await moveIn('Hana');
    await yes('owner');
    await yes('Hana');
    expect(await moveOut(home.core, 'Hana', undefined)).toMatchObject({ ok: true, value: { left: 2, owner: 1 } });
    expect(people().find('Hana').ok).toBe(false);
    expect(await leaves()).toBe(true);
    const hana = home.way.keys.principal(OFFER.recipient.id, 2);
    const pages = await home.query<{ content: string | null }>('SELECT content FROM consent_record');
    expect(pages.filter(({ content }) => content === null).length).toBeGreaterThan(2);
    expect(pages.filter(({ content }) => content?.includes(hana))).toEqual([]);
    expect(await home.query('SELECT name FROM person WHERE id = 2')).toEqual([{ name: null }]);
    home = await home.reopen();
    expect(desk().fault).toBeUndefined();
    expect(await leaves()).toBe(true);
  });

  test('leaves own devices behind unapproved, their history gone', async () => {
    await moveIn('Hana');
    const bedroom = await door('bedroom', 2);
    await home.publish('bedroom', { contact: false });
    await home.core.writeLazily();
    await moveOut(home.core, 'Hana', undefined);
    expect(home.core.state.devices.get(bedroom)).toMatchObject({ person: undefined, approvedAtMs: undefined });
    expect(await home.query('SELECT * FROM history WHERE device = ?', bedroom)).toEqual([]);
  });

  test('hands the home over if it was his, to an adult, and to nobody else', async () => {
    expect((await moveOut(home.core, 'owner', undefined)).ok).toBe(false);
    await moveIn('Sora', { capacity: 'minor' });
    expect((await moveOut(home.core, 'owner', 'Sora')).ok).toBe(false);
    await moveIn('Hana');
    expect((await moveOut(home.core, 'owner', 'Hana')).ok).toBe(false);
    home = await home.reopen();
    expect(people().owner).toBe(1);
  });

  test('is not forgotten by a restart, the owner either', async () => {
    await moveIn('Hana');
    expect((await moveOut(home.core, 'owner', 'Hana')).ok).toBe(true);
    home = await home.reopen();
    expect(people().owner).toBe(2);
    expect(
      people()
        .all()
        .map(({ name }) => name),
    ).toEqual(['Hana']);
    expect(people().speaker(undefined, undefined)).toMatchObject({ value: { person: 2 } });
  });
});

describe('what is held back for a time', () => {
  test('a pause lets nothing be decided or sent, and ends by itself', async () => {
    await yes('owner');
    expect(await leaves()).toBe(true);
    const line = new Line(home, broker);
    await people().hold('paused', 60);
    line.connect();
    await line.deliver();
    line.tick();
    await line.deliver();
    expect(broker.records).toEqual([]);
    expect(await leaves()).toBe(false);
    expect(await refusals()).toContain('paused');
    home.machine.pass(HOUR_MS);
    expect(await leaves()).toBe(true);
    await line.drain();
    expect(broker.records).toHaveLength(2);
  });

  test('a pause without end survives a restart, until it is resumed', async () => {
    await yes('owner');
    await people().hold('paused', undefined);
    home = await home.reopen();
    home.machine.pass(40 * DAY_MS);
    expect(await leaves()).toBe(false);
    await people().release('paused');
    expect(await leaves()).toBe(true);
    home = await home.reopen();
    expect(await leaves()).toBe(true);
  });

  test('counts at once, even when the disk refuses to remember it', async () => {
    await yes('owner');
    home.store.shouldFail = () => true;
    await expect(people().hold('paused', 60)).rejects.toThrow();
    home.store.shouldFail = () => false;
    expect(await leaves()).toBe(false);
  });

  test('visitors hold back what shared sensors see, and not a device of one person', async () => {
    await door('desk', 1);
    await yes('owner');
    await people().hold('visitors', 60);
    expect(await leaves('door')).toBe(false);
    expect(await leaves('desk')).toBe(true);
    expect(await refusals()).toContain('visitors');
  });

  test('a window does not say that it watched meanwhile', async () => {
    await home.approve('plug', { power: 0 });
    await yes('owner', { categories: ['power.appliance'] });
    await home.publish('plug', { power: 40 });
    home.machine.pass(5 * 60_000);
    await home.core.tick();
    await people().hold('paused', 60);
    for (let minute = 0; minute < 10; minute += 1) {
      home.machine.pass(60_000);
      await home.core.tick();
    }
    const [record] = await home.query<{ observed: number; value: number }>('SELECT observed, value FROM journal');
    expect(record?.value).toBe(40);
    expect(record?.observed).toBeGreaterThan(300);
    expect(record?.observed).toBeLessThan(350);
  });
});

describe('who lives here', () => {
  test.each<[string, Parameters<InnerHome['core']['people']['add']>[0]]>([
    ['no name', { name: '  ' }],
    ['a name that is taken', { name: 'owner' }],
    ['a number as a name', { name: '2' }],
    ['a guest without a time', { name: 'Yuki', capacity: 'guest' }],
    ['a minor whose guardian nobody knows', { name: 'Sora', capacity: 'minor', guardian: 'nobody' }],
  ])('refuses %s, and nobody moves in', async (_, person) => {
    expect((await people().add(person)).ok).toBe(false);
    expect(people().all()).toHaveLength(1);
  });

  test('that cannot be read whole any more holds shared sensors back until somebody says that the list is whole', async () => {
    await moveIn('Hana');
    await yes('owner');
    await yes('Hana');
    expect(await leaves()).toBe(true);
    await home.store.settle();
    await home.crash();
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(`${home.folder}/hub.db`);
    database.exec('DELETE FROM person WHERE id = 2');
    database.close();
    home = await home.reopen();
    expect(people().isUncertain).toBe(true);
    await desk().withdraw('every-sample', undefined, 2);
    expect(await leaves()).toBe(false);
    await people().confirm();
    expect(people().isUncertain).toBe(false);
    home = await home.reopen();
    expect(people().isUncertain).toBe(false);
  });

  test('is called otherwise on request, and the name is kept', async () => {
    await people().rename('owner', 'Mika');
    home = await home.reopen();
    expect(people().all()).toMatchObject([{ id: 1, name: 'Mika', capacity: 'adult' }]);
    expect((await people().rename('Mika', '7')).ok).toBe(false);
  });
});
