import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.ts';
import { type Home, makeHome } from '../kit/home.ts';
import { type Account, publish } from '../kit/mosquitto-clients.ts';
import { publishOffer, shippedOffer } from '../kit/offers.ts';
import { mindPrograms, type Program, runProgram } from '../kit/programs.ts';
import { type Feed, readAll, recordsIn } from '../kit/recipient.ts';
import { deviceList, door } from '../kit/zigbee.ts';

const PASSPHRASE = 'seven rivers under one old roof';
const OFFER = 'watch-service';

mindPrograms();

interface Status {
  readonly consent: { readonly suspended: { readonly en: string } | null; readonly grants: number };
  readonly uplink: { readonly connected: boolean };
}

/** How far the withdrawal of the offer has come at a hub. */
async function stageOf(home: Home): Promise<string | undefined> {
  const [offer] = (await home.hub('offer', 'list')) as { withdrawal: { state: string } | null }[];
  return offer?.withdrawal?.state;
}

describe('a home that is backed up, lost and restored', () => {
  let home: Home;
  let broker: Program;
  let hub: Program;
  let place: string;
  let account: Account;
  let feed: Feed;
  const more = () => ({ ENGAWA_PASSPHRASE_FILE: join(place, 'passphrase') });
  const file = () => join(place, 'home.backup');
  const records = async () => recordsIn(await readAll(feed));
  const command = (of: Home, ...words: readonly string[]) =>
    runProgram('hub', [...words, '--json'], { ...of.settings, ...more() });

  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), 'engawa-backup-'));
    writeFileSync(join(place, 'passphrase'), `${PASSPHRASE}\n`);
    home = await makeHome();
    broker = await home.start('broker');
    await publishOffer(home, shippedOffer(OFFER));
    hub = await home.start('hub');
    const { url, code } = (await home.broker('hub', 'invite')) as { url: string; code: string };
    await home.hub('enroll', url, code);
    const made = (await home.hub('device', 'add', 'zigbee')) as { name: string; password: string };
    account = { port: home.ports.mqtt, user: made.name, password: made.password };
    await publish(account, deviceList([{ name: 'front_door', ieee: '0x00158d0001b149eb', kind: 'door' }]));
    await home.hub('device', 'approve', '--all');
    await publish(account, door('front_door', false));
    await home.hub('grant', OFFER);
    feed = await home.feed(OFFER);
  });
  afterAll(async () => {
    await hub?.stop();
    await broker?.stop();
    home?.remove();
    rmSync(place, { recursive: true, force: true });
  });

  /** Opens and closes the door so many times, each acknowledged. */
  async function openAndClose(to: Account, times: number): Promise<void> {
    for (let n = 0; n < times; n += 1) await publish(to, door('front_door', n % 2 === 0));
  }

  test('a passphrase that is too short is refused with a sentence, and no file is left', async () => {
    writeFileSync(join(place, 'short'), 'abc');
    const settings = { ...home.settings, ENGAWA_PASSPHRASE_FILE: join(place, 'short') };
    const { code, err } = await runProgram('hub', ['backup', file()], settings);
    expect(code).toBe(1);
    expect(err).toMatch(/at least 12 characters/);
    const without = await runProgram('hub', ['backup', file()], home.settings);
    expect(without.err).toMatch(/no terminal.*ENGAWA_PASSPHRASE_FILE/s);
    expect(readdirSync(place).sort()).toEqual(['passphrase', 'short']);
  });

  test('is backed up while events flow, and nothing of them is lost', async () => {
    const [made] = await Promise.all([command(home, 'backup', file()), openAndClose(account, 40)]);
    expect(made.code, made.out + made.err).toBe(0);
    const all = await eventually(records, (lines) => lines.length >= 40);
    expect(all).toHaveLength(40);
    const bytes = readFileSync(file());
    for (const known of ['front_door', OFFER, PASSPHRASE]) expect(bytes.includes(known)).toBe(false);
    expect(bytes.includes(readFileSync(join(home.folder, 'home', 'home.secret')))).toBe(false);
  });

  test('a rehearsal says in one paragraph that the backup is good', async () => {
    const { code, out } = await runProgram('hub', ['restore', file(), '--rehearse'], { ...home.settings, ...more() });
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(out).toMatch(/This backup is good.*1 devices, 1 agreements, 2 consent records/);
    const wrong = { ...home.settings, ENGAWA_PASSPHRASE: 'seven rivers under one new roof' };
    expect((await runProgram('hub', ['restore', file(), '--rehearse'], wrong)).err).toMatch(/passphrase does not fit/);
  });

  test('a backup that is killed half way leaves the older one, and the next one succeeds', async () => {
    const before = readFileSync(file());
    const settings = { ...home.settings, ...more() };
    const killed = home.begin('hub', ['backup', file()], settings);
    await eventually(
      () => existsSync(`${file()}.partial`),
      (is) => is,
    );
    await killed.kill();
    expect(readFileSync(file()).equals(before)).toBe(true);
    expect((await command(home, 'backup', file())).code).toBe(0);
    expect(existsSync(`${file()}.partial`)).toBe(false);
    expect(existsSync(join(home.folder, 'home', 'backup.new'))).toBe(false);
  });

  test('lives on after its backup, under a new agreement too, and is lost', async () => {
    await openAndClose(account, 4);
    await eventually(records, (lines) => lines.length >= 44);
    await home.hub('grant', OFFER);
    await openAndClose(account, 4);
    const all = await eventually(records, (lines) => lines.length >= 48);
    expect(new Set(all.map(({ pseudonym }) => pseudonym)).size).toBe(2);
    await hub.kill();
  });

  describe('on a new machine', () => {
    let other: Home;
    const there = () => ({ ...account, port: other.ports.mqtt });
    const status = async () => (await other.hub('status')) as Status;
    const highest = async () =>
      ((await home.broker('hub', 'list')) as { hubs: { highestOrdinal: number }[] }).hubs[0]?.highestOrdinal ?? 0;

    beforeAll(async () => {
      other = await makeHome();
    });
    afterAll(() => other?.remove());

    test('a restore that is killed half way leaves the place as it was, and the next one succeeds', async () => {
      const settings = { ...other.settings, ...more() };
      const killed = other.begin('hub', ['restore', file()], settings);
      await eventually(
        () => existsSync(join(other.folder, 'home.restoring', 'home.secret')),
        (is) => is,
      );
      await killed.kill();
      expect(existsSync(join(other.folder, 'home'))).toBe(false);
      const restored = await command(other, 'restore', file());
      expect(restored.code, restored.out + restored.err).toBe(0);
      expect(JSON.parse(restored.out)).toMatchObject({ suspended: 2 });
      expect(readdirSync(other.folder)).toEqual(['home']);
      expect((await command(other, 'restore', file())).out).toMatch(/holds a home/);
    });

    test('nothing leaves until somebody says yes again; then it flows under a new ordinal and a new name', async () => {
      const used = await highest();
      hub = await other.start('hub');
      const now = await eventually(status, ({ uplink }) => uplink.connected);
      expect(now.consent).toMatchObject({
        grants: 0,
        suspended: { en: expect.stringMatching(/restored from a backup/) },
      });
      const [offer] = (await other.hub('offer', 'list')) as { granted: unknown; suspended: string[] }[];
      expect(offer).toMatchObject({ granted: null, suspended: ['lock.state', 'contact.doorWindow'] });
      await openAndClose(there(), 6);
      await other.hub('grant', OFFER);
      await openAndClose(there(), 1);
      const all = await eventually(records, (lines) => lines.length > 48);
      expect(all).toHaveLength(49);
      expect(new Set(all.map(({ pseudonym }) => pseudonym)).size).toBe(3);
      await eventually(highest, (ordinal) => ordinal > used);
      expect((await status()).consent.suspended).toBeNull();
    });

    test('a withdrawal reaches what the lost hub shared, before its backup and after', async () => {
      await other.hub('withdraw', OFFER);
      await eventually(
        () => stageOf(other),
        (stage) => stage === 'erased',
        150_000,
      );
      const left = await readAll(feed);
      expect(recordsIn(left)).toEqual([]);
      expect(left.filter(({ type }) => type === 'tombstone')).toHaveLength(3);
      await hub.stop();
    });
  });
});

describe('a home whose folder is put back as it was', () => {
  let home: Home;
  let broker: Program;
  let hub: Program;
  let copy: string;
  let account: Account;

  beforeAll(async () => {
    home = await makeHome();
    copy = mkdtempSync(join(tmpdir(), 'engawa-image-'));
    broker = await home.start('broker');
    await publishOffer(home, shippedOffer(OFFER));
    hub = await home.start('hub');
    const { url, code } = (await home.broker('hub', 'invite')) as { url: string; code: string };
    await home.hub('enroll', url, code);
    const made = (await home.hub('device', 'add', 'zigbee')) as { name: string; password: string };
    account = { port: home.ports.mqtt, user: made.name, password: made.password };
    await publish(account, deviceList([{ name: 'front_door', ieee: '0x00158d0001b149eb', kind: 'door' }]));
    await home.hub('device', 'approve', '--all');
    await publish(account, door('front_door', false));
    await home.hub('grant', OFFER);
    await hub.stop();
  });
  afterAll(async () => {
    await hub?.stop();
    await broker?.stop();
    home?.remove();
    rmSync(copy, { recursive: true, force: true });
  });

  const folder = () => join(home.folder, 'home');
  const isOfHub = (path: string): boolean => !path.startsWith(join(folder(), 'broker')) && !path.endsWith('.sock');

  test('notices it at the first answer, says so, suspends, and gives back nothing that was withdrawn', async () => {
    cpSync(folder(), copy, { recursive: true, filter: isOfHub });
    const feed = await home.feed(OFFER);
    hub = await home.start('hub');
    await publish(account, door('front_door', true));
    await eventually(
      async () => recordsIn(await readAll(feed)).length,
      (count) => count === 1,
    );
    await home.hub('withdraw', OFFER);
    await eventually(
      () => stageOf(home),
      (stage) => stage === 'erased',
      60_000,
    );
    expect(recordsIn(await readAll(feed))).toEqual([]);
    await hub.stop();

    for (const name of readdirSync(folder())) if (name !== 'broker') rmSync(join(folder(), name), { recursive: true });
    cpSync(copy, folder(), { recursive: true });
    hub = await home.start('hub');
    await hub.until(/older than what the data broker knows/);
    const status = await eventually(
      async () => (await home.hub('status')) as Status,
      ({ consent }) => consent.suspended !== null,
    );
    expect(status.consent).toMatchObject({ grants: 0, suspended: { en: expect.stringMatching(/set back/) } });
    await publish(account, door('front_door', false));
    await publish(account, door('front_door', true));
    await home.hub('grant', OFFER);
    await publish(account, door('front_door', false));
    const left = await eventually(
      async () => recordsIn(await readAll(feed)),
      (all) => all.length > 0,
    );
    expect(left.map(({ state }) => state)).toEqual(['closed']);
  });
});
