import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backUp } from '../../../../gateway/backup/back-up.ts';
import type { Cost } from '../../../../gateway/backup/sealed-stream.ts';
import { takeSnapshot } from '../../../../gateway/backup/snapshot.ts';
import { type Answer, done } from '../../../../gateway/household/answer.ts';
import { rehearse } from '../../../../gateway/restore/rehearse.ts';
import { type Restored, restoreHome } from '../../../../gateway/restore/restore.ts';
import { BrokerInMemory } from '../../../kit/broker-in-memory.ts';
import { InnerHome, NOON_MS } from '../../../kit/inner-home.ts';
import { Line } from '../../../kit/line.ts';
import { anOffer, type TestOperator, testOperator } from '../../../kit/test-operator.ts';

const CHEAP: Cost = { logN: 4, r: 8, p: 1 };
const PASSPHRASE = 'correct horse battery staple';

let home: InnerHome;
let operator: TestOperator;
let broker: BrokerInMemory;
let place: string;
let opened: InnerHome[];

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'engawa-restore-'));
  operator = await testOperator();
  broker = new BrokerInMemory(operator);
  home = await InnerHome.open();
  writeFileSync(join(home.folder, 'home.secret'), home.secret);
  opened = [home];
  await home.enrol(operator, [anOffer(), anOffer({ offer: 'second', epochDays: 28, subject: 'device' })]);
  await home.approve('plug', { power: 0 });
  await home.way.consent.give('every-sample', {});
});
afterEach(async () => {
  for (const one of opened) await one.remove();
  rmSync(place, { recursive: true, force: true });
});

const file = () => join(place, 'backup');
const folder = () => join(place, 'new', 'home');

async function backup(passphrase = PASSPHRASE): Promise<void> {
  const made = await backUp({
    folder: home.folder,
    home: 'home',
    version: '0.0.0',
    file: file(),
    passphrase,
    nowMs: NOON_MS,
    snapshot: async () => done(await takeSnapshot(home.store, home.folder)),
    cost: CHEAP,
  });
  if (!made.ok) throw new Error(made.problem.error.en);
}

const restore = (): Promise<Answer<Restored>> =>
  restoreHome({ file: file(), passphrase: PASSPHRASE, folder: folder(), home: 'home', nowMs: NOON_MS });

async function reopen(): Promise<InnerHome> {
  const secret = readFileSync(join(folder(), 'home.secret'));
  const again = await InnerHome.open({ folder: folder(), secret, machine: home.machine });
  opened.push(again);
  return again;
}

const outcome = (answer: Answer<unknown>): string => (answer.ok ? 'done' : answer.problem.error.en);

describe('a backup', () => {
  test('is for this user only, leaves nothing beside it, and holds neither secret nor name in clear', async () => {
    await backup();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(place)).toEqual(['backup']);
    expect(readdirSync(home.folder).filter((name) => name.startsWith('backup.'))).toEqual(['backup.lock']);
    const bytes = readFileSync(file());
    for (const known of [home.secret, 'every-sample', 'plug']) expect(bytes.includes(known)).toBe(false);
  });

  test('replaces an older backup, and never another file', async () => {
    await backup();
    await backup();
    writeFileSync(file(), 'a letter');
    await expect(backup()).rejects.toThrow('is not a backup');
    expect(readFileSync(file(), 'utf8')).toBe('a letter');
  });

  test('that cannot be written leaves the older one', async () => {
    await backup();
    const before = readFileSync(file());
    mkdirSync(`${file()}.partial`);
    writeFileSync(join(`${file()}.partial`, 'x'), '');
    await expect(backup()).rejects.toThrow('could not be written');
    expect(readFileSync(file()).equals(before)).toBe(true);
  });
});

describe('a restored home', () => {
  test('holds what the backed up one held, with every consent suspended by a signed record', async () => {
    await home.publish('plug', { power: 5 });
    await backup();
    const restored = await restore();
    expect(restored).toMatchObject({ ok: true, value: { suspended: 1 } });
    const again = await reopen();
    expect(again.secret.equals(home.secret)).toBe(true);
    const { consent } = again.way;
    expect(consent.fault).toBeUndefined();
    expect(again.way.index.all()).toEqual([]);
    expect(consent.suspended('every-sample')).toMatchObject([
      { event: { state: 'ConsentInvalidated' }, process: { piiType: 'power.appliance' } },
    ]);
    expect(consent.agreements.open('every-sample')).toBeUndefined();
    expect(again.core.devices.all()).toHaveLength(1);
  });

  test('lets nothing leave until a new yes, and then under an ordinal above all the data broker has seen', async () => {
    await home.publish('plug', { power: 5 });
    await backup();
    const before = new Line(home, broker);
    await before.drain();
    await home.publish('plug', { power: 6 });
    await before.drain();
    await home.way.consent.give('every-sample', {});
    await home.publish('plug', { power: 7 });
    await before.drain();
    expect(broker.records).toHaveLength(3);
    const lost = broker.highestOrdinal;
    await home.crash();

    await restore();
    const again = await reopen();
    const line = new Line(again, broker);
    await again.core.tick();
    await again.publish('plug', { power: 8 });
    await line.drain();
    expect(broker.records).toHaveLength(3);
    expect(again.way.consent.lost).toMatchObject({ why: 'restored', keptOrdinal: lost, isSettled: true });
    await again.way.consent.give('every-sample', {});
    await again.publish('plug', { power: 9 });
    await line.drain();
    expect(broker.records).toHaveLength(4);
    expect(new Set(broker.records.map(({ pseudonym }) => pseudonym)).size).toBe(3);
    expect(again.way.consent.agreements.open('every-sample')?.ordinal).toBeGreaterThan(lost);
    expect(again.way.consent.suspended('every-sample')).toEqual([]);
  });

  test('says of what waited in the backup that it does not know whether it arrived', async () => {
    await home.publish('plug', { power: 5 });
    await backup();
    await restore();
    const again = await reopen();
    await again.core.tick();
    await again.settled();
    await new Line(again, broker).drain();
    expect(broker.ever).toEqual([]);
    const rows = await again.query<{ outcome: unknown }>('SELECT outcome FROM journal');
    expect(rows.map(({ outcome: one }) => one)).toEqual([
      expect.toSatisfy((one: unknown) => one === 'sent' || one === 2),
    ]);
  });

  test('reaches by a withdrawal what was released after the backup, under ordinals and epochs it never knew', async () => {
    await backup();
    const before = new Line(home, broker);
    await before.drain();
    await home.publish('plug', { power: 5 });
    await before.drain();
    home.machine.pass(40 * 86_400_000);
    await home.publish('plug', { power: 6 });
    await before.drain();
    await home.way.consent.give('every-sample', {});
    await home.publish('plug', { power: 7 });
    await home.way.consent.give('second', {});
    await home.publish('plug', { power: 8 });
    await before.drain();
    const names = () => new Set(broker.records.map(({ pseudonym }) => pseudonym)).size;
    expect(names()).toBe(4);
    await home.crash();

    await restore();
    const again = await reopen();
    const line = new Line(again, broker);
    await line.drain();
    await again.way.consent.withdraw('every-sample');
    await line.drain();
    const left = new Set(broker.records.map(({ offer }) => offer));
    expect(left.size).toBeLessThanOrEqual(1);
    expect(again.way.consent.withdrawals.latest('every-sample')?.state).toBe('erased');
    await again.way.consent.withdraw('second');
    await line.drain();
    expect(broker.records).toEqual([]);
  });

  test('withdraws before the data broker ever answered, and reaches the forgotten names afterwards', async () => {
    await backup();
    const before = new Line(home, broker);
    await before.drain();
    await home.way.consent.give('every-sample', {});
    await home.publish('plug', { power: 5 });
    await before.drain();
    await home.crash();
    await restore();
    const again = await reopen();
    await again.core.tick();
    await again.way.consent.withdraw('every-sample');
    const line = new Line(again, broker);
    await line.drain();
    await again.way.consent.writeRefused();
    await line.drain();
    expect(broker.records).toEqual([]);
    expect(again.way.consent.lost?.owed).toEqual([]);
  });
});

describe('a restore', () => {
  test.each<[string, () => Promise<void> | void, RegExp]>([
    [
      'into a folder that holds anything',
      () => void mkdirSync(join(folder(), 'x'), { recursive: true }),
      /holds a home/,
    ],
    ['of another file', () => writeFileSync(file(), 'a letter'), /not a backup/],
    ['of no file', () => rmSync(file()), /could not be read/],
    ['of one cut short', () => writeFileSync(file(), readFileSync(file()).subarray(0, -1)), /damaged|does not fit/],
    ['of a backup with another passphrase', async () => backup('another long passphrase'), /does not fit/],
  ])('%s is refused and changes nothing', async (_, spoil, words) => {
    await backup();
    await spoil();
    expect(outcome(await restore())).toMatch(words);
    expect(readdirSync(place).filter((name) => name.includes('restoring'))).toEqual([]);
  });

  test('of the demonstration does not become a real home', async () => {
    await backup();
    const wanted = { file: file(), passphrase: PASSPHRASE, home: 'demo' };
    expect(outcome(await restoreHome({ ...wanted, folder: folder(), nowMs: NOON_MS }))).toMatch(/a real home/);
    expect(readdirSync(join(place, 'new'))).toEqual([]);
  });

  test('after one that was broken off begins anew', async () => {
    await backup();
    mkdirSync(`${folder()}.restoring`, { recursive: true });
    writeFileSync(join(`${folder()}.restoring`, 'home.secret'), 'half');
    expect(outcome(await restore())).toBe('done');
    expect(readdirSync(join(place, 'new'))).toEqual(['home']);
  });

  test('that is rehearsed says the backup is good and leaves nothing', async () => {
    await backup();
    const rehearsed = await rehearse({ file: file(), passphrase: PASSPHRASE, home: 'home' });
    expect(rehearsed).toMatchObject({ ok: true, value: { manifest: { contents: { agreements: 1, devices: 1 } } } });
    expect(readdirSync(place)).toEqual(['backup']);
  });
});

describe('a home whose disk is set back', () => {
  /** Lives on after the copy was taken, then finds itself on the copy again. */
  async function setBack(live: (line: Line) => Promise<void>): Promise<InnerHome> {
    await home.crash();
    const copy = mkdtempSync(join(tmpdir(), 'engawa-copy-'));
    cpSync(home.folder, copy, { recursive: true });
    const lived = await InnerHome.open({ folder: home.folder, secret: home.secret, machine: home.machine });
    opened.push(lived);
    home = lived;
    const line = new Line(lived, broker);
    await line.drain();
    await live(line);
    await line.drain();
    await lived.crash();
    const back = await InnerHome.open({ folder: copy, secret: home.secret, machine: home.machine });
    opened.push(back);
    return back;
  }

  test('notices it by a start it does not remember, suspends, says so, and draws a new ordinal', async () => {
    const first = new Line(home, broker);
    await first.drain();
    const back = await setBack(async () => void (await home.publish('plug', { power: 5 })));
    expect(back.way.index.all()).toHaveLength(1);
    const line = new Line(back, broker);
    await line.drain();
    await back.core.tick();
    expect(back.way.index.all()).toEqual([]);
    expect(back.way.consent.lost?.why).toBe('setBack');
    expect(back.said.join()).toContain('older than what the data broker knows');
    await back.way.consent.writeRefused();
    expect(back.way.consent.suspended('every-sample')).toHaveLength(1);
    await back.publish('plug', { power: 6 });
    await line.drain();
    expect(broker.records).toHaveLength(1);
    const kept = broker.highestOrdinal;
    await back.way.consent.give('every-sample', {});
    expect(back.way.consent.agreements.open('every-sample')?.ordinal).toBeGreaterThan(kept);
    const reopened = await back.reopen();
    opened.push(reopened);
    await new Line(reopened, broker).drain();
    expect(reopened.way.index.all()).toHaveLength(1);
  });

  test('does not give again what was taken back, and can erase what was released meanwhile', async () => {
    const back = await setBack(async (line) => {
      await home.way.consent.withdraw('every-sample');
      await line.drain();
      await home.way.consent.give('second', {});
      await home.publish('plug', { power: 5 });
    });
    expect(broker.records).toHaveLength(1);
    const line = new Line(back, broker);
    await line.drain();
    await back.way.consent.writeRefused();
    await back.publish('plug', { power: 6 });
    await line.drain();
    expect(broker.records).toHaveLength(1);
    await back.way.consent.withdraw('second');
    await line.drain();
    expect(broker.records).toEqual([]);
  });

  test('that only restarts notices nothing', async () => {
    for (let start = 0; start < 3; start += 1) {
      await new Line(home, broker).drain();
      const again = await home.reopen();
      opened.push(again);
      home = again;
    }
    await new Line(home, broker).drain();
    expect(home.way.consent.lost).toBeUndefined();
    expect(home.way.index.all()).toHaveLength(1);
  });
});
