import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Kind } from '../../../../devices/vocabulary.ts';
import { approvalOf } from '../../../../gateway/household/approval.ts';
import { deviceViews } from '../../../../gateway/household/device-view.ts';
import { newDevice } from '../../../../gateway/intake/device-table.ts';
import { eventually } from '../../../kit/eventually.ts';
import { InnerHome } from '../../../kit/inner-home.ts';
import { anOffer, testOperator } from '../../../kit/test-operator.ts';

const device = (...kinds: Kind[]) => ({ ...newDevice(7, 's', 'garage'), claim: { kinds, categories: {}, traits: {} } });

describe('what is said with an approval', () => {
  test.each<[string, Kind[], Parameters<typeof approvalOf>[1], string]>([
    ['nothing of an input', ['input.state'], {}, 'Only you know what hangs on the input of "garage".'],
    ['only that it is inverted', ['input.state'], { inverted: true }, 'Only you know'],
    ['a word that does not exist', ['input.state'], { is: 'sofa' }, 'This device cannot be "sofa".'],
    ['a word every object has', ['input.state'], { is: 'toString' }, 'This device cannot be "toString".'],
    ['motion of a contact', ['contact.state'], { is: 'motion' }, 'This device cannot be "motion".'],
    ['anything of a plug', ['power.active'], { is: 'door' }, '"garage" says itself what it is.'],
    ['a category that does not exist', ['power.active'], { category: 'weather' }, 'There is no category "weather".'],
  ])('%s is refused', (_, kinds, said, words) => {
    const answer = approvalOf(device(...kinds), said, 1);
    expect(answer.ok ? 'yes' : answer.problem.error.en).toContain(words);
    if (!answer.ok) expect(answer.problem.remedy.ja).not.toBe('');
  });

  test('the refusal names every choice, in both languages', () => {
    const answer = approvalOf(device('input.state'), {}, 1);
    const remedy = answer.ok ? { ja: '', en: '' } : answer.problem.remedy;
    for (const text of [remedy.ja, remedy.en])
      expect(text).toMatch(/approve 7 --is door.*door, window, motion, animal, lock, switch.*--inverted/);
  });

  test('a meaning stays when only the room is said, and can be turned round alone', () => {
    const said = { ...device('input.state'), meaning: { of: 'input.state', is: 'lock', inverted: false } } as const;
    expect(approvalOf(said, { room: 'hall' }, 1)).toMatchObject({ value: { room: 'hall', meaning: said.meaning } });
    expect(approvalOf(said, { inverted: true }, 1)).toMatchObject({
      value: { meaning: { is: 'lock', inverted: true } },
    });
    expect(approvalOf(said, { is: 'door' }, 1)).toMatchObject({ value: { meaning: { is: 'door', inverted: false } } });
  });

  test('a contact may be turned round without another word', () => {
    expect(approvalOf(device('contact.state'), { inverted: true }, 1)).toMatchObject({
      value: { meaning: { of: 'contact.state', is: 'door', inverted: true } },
    });
    expect(approvalOf(device('contact.state'), {}, 1)).toMatchObject({ value: { meaning: undefined } });
  });
});

describe('a wired input', () => {
  let home: InnerHome;
  beforeEach(async () => {
    home = await InnerHome.open();
    const made = await home.core.devices.add('relay', 'shelly1');
    if (!made.ok) throw new Error('no account');
  });
  afterEach(() => home.remove());

  const more = () => ({ source: 'relay', base: 'shellies', topic: 'shellies/relay/input/0' });
  const say = (word: string) => home.publish('', Buffer.from(word), more());
  const states = () => home.core.state.lastValues.ofDevice(1).map(({ kind, value }) => `${kind} ${value}`);
  const approve = (which: readonly string[] | 'all', said: Parameters<typeof approvalOf>[1]) =>
    home.core.devices.approve(which, said);
  const view = () => deviceViews({ state: () => home.core.state, clock: home.core.parts.clock, ranMs: () => 0 })[0];
  const origins = async () => {
    await home.core.writeLazily();
    const rows = await home.query<{ kind: string; value: number; origin: string }>('SELECT * FROM history ORDER BY id');
    return rows.map(({ kind, value, origin }) => `${kind} ${value} ${origin}`);
  };

  test('is left waiting by "all", and approved once somebody says what hangs on it', async () => {
    await say('0');
    expect(await approve('all', {})).toMatchObject({ value: { approved: [], waiting: [{ thing: 'relay/input/0' }] } });
    expect(await approve('all', { is: 'door' })).toMatchObject({ ok: false });
    expect(await approve(['1'], {})).toMatchObject({ ok: false });
    expect(view()).toMatchObject({ needsMeaning: true, meaning: null, kinds: ['input.state', 'device.online'] });
    expect(await approve(['1'], { is: 'door', room: 'hall' })).toMatchObject({ value: { waiting: [] } });
    expect(view()).toMatchObject({
      needsMeaning: false,
      approved: true,
      meaning: { is: 'door', inverted: false },
      kinds: ['contact.state', 'device.online'],
    });
    await say('0');
    await say('1');
    expect(states()).toEqual(['contact.state 1']);
    expect(await origins()).toEqual(['contact.state 0 snapshot', 'contact.state 1 change']);
  });

  test('means the same after a restart', async () => {
    await say('0');
    await approve(['1'], { is: 'lock', inverted: true });
    await say('0');
    home = await home.reopen();
    await say('1');
    expect(states()).toEqual(['lock.state 2']);
    expect(view()).toMatchObject({ meaning: { is: 'lock', inverted: true } });
  });

  test('whose meaning changes forgets what it said: the next word is where it stands, no event', async () => {
    await say('1');
    await approve(['1'], { is: 'door' });
    await say('1');
    await approve(['1'], { room: 'hall' });
    expect(states()).toEqual(['contact.state 1']);
    await approve(['1'], { is: 'window' });
    expect(states()).toEqual(['contact.state 1']);
    await approve(['1'], { is: 'window', inverted: true });
    expect(states()).toEqual([]);
    expect(await home.query('SELECT * FROM last_value')).toEqual([]);
    await say('1');
    expect(states()).toEqual(['contact.state 0']);
    expect(await origins()).toEqual(['contact.state 1 snapshot', 'contact.state 0 snapshot']);
  });

  test('whose meaning changes is no last state any more, in memory and on disk', async () => {
    const category = { category: 'contact.doorWindow', level: 'L4', windowMinutes: 15 } as const;
    const offer = anOffer({ offer: 'last', categories: [{ ...category, retentionDays: 30, legalClass: 'personal' }] });
    await home.enrol(await testOperator(), [offer]);
    await home.way.consent.give('last', {});
    await say('0');
    await approve(['1'], { is: 'door' });
    await say('0');
    await say('1');
    const shares = () => [...home.core.state.windows.values()].map(({ window }) => Object.keys(window.shares));
    expect(shares()).toEqual([['1']]);
    await approve(['1'], { is: 'lock' });
    expect(shares()).toEqual([[]]);
    const rows = await home.query<{ state: string }>('SELECT state FROM window');
    expect(rows.map(({ state }) => JSON.parse(state).shares)).toEqual([{}]);
  });

  test('whose new meaning the disk refuses means what it meant', async () => {
    await say('1');
    await approve(['1'], { is: 'door' });
    await say('1');
    home.store.shouldFail = () => true;
    await expect(approve(['1'], { is: 'lock' })).rejects.toThrow();
    home.store.shouldFail = () => false;
    await eventually(
      () => states(),
      (all) => all.includes('contact.state 1'),
    );
    expect(view()).toMatchObject({ meaning: { is: 'door' } });
  });

  test('its meaning goes with it', async () => {
    await say('1');
    await approve(['1'], { is: 'door' });
    await home.core.devices.remove('1');
    await say('1');
    expect(view()).toMatchObject({ id: 2, needsMeaning: true, meaning: null, approved: false });
  });
});
