import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cardFromSecret } from '../../proto/keys.ts';
import { eventually } from '../kit/eventually.ts';
import { type Home, makeHome } from '../kit/home.ts';
import { publish } from '../kit/mosquitto-clients.ts';
import { publishOffer, shippedOffer } from '../kit/offers.ts';
import { mindPrograms, type Program, type ProgramName, runProgram } from '../kit/programs.ts';
import { type Feed, readAll, recordsIn } from '../kit/recipient.ts';
import { deviceList, door } from '../kit/zigbee.ts';

const OFFER = 'watch-service';

mindPrograms();

describe('the recovery card alone, on a machine that never was the hub', () => {
  let home: Home;
  let broker: Program;
  let place: string;
  let feed: Feed;
  let printed: { card: string; operator: string; broker: string };
  const url = () => `http://127.0.0.1:${home.ports.broker}`;
  const card = (...words: readonly string[]) =>
    runProgram('card' as ProgramName, words, { ENGAWA_DATA: join(place, 'nothing'), LANG: 'C' });
  const records = async () => recordsIn(await readAll(feed));
  const at = (name: string) => join(place, name);

  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), 'engawa-card-'));
    home = await makeHome();
    broker = await home.start('broker');
    await publishOffer(home, shippedOffer(OFFER));
    const hub = await home.start('hub');
    const { url: where, code } = (await home.broker('hub', 'invite')) as { url: string; code: string };
    await home.hub('enroll', where, code);
    const made = (await home.hub('device', 'add', 'zigbee')) as { name: string; password: string };
    const account = { port: home.ports.mqtt, user: made.name, password: made.password };
    const doors = ['front_door', 'back_door'];
    await publish(
      account,
      deviceList(doors.map((name, n) => ({ name, ieee: `0x00158d0001b149e${n}`, kind: 'door' as const }))),
    );
    await home.hub('device', 'approve', '--all');
    for (const name of doors) await publish(account, door(name, false));
    feed = await home.feed(OFFER);
    await home.hub('grant', OFFER);
    for (const name of doors) await publish(account, door(name, true));
    await eventually(records, (all) => all.length === 2);
    await home.hub('grant', OFFER);
    for (const name of doors) await publish(account, door(name, false));
    await eventually(records, (all) => all.length === 4);
    printed = (await home.hub('recovery-card')) as typeof printed;
    await hub.kill();
    rmSync(join(home.folder, 'home', 'home.secret'));
    rmSync(join(home.folder, 'home', 'hub.db'));
    writeFileSync(at('card'), `${printed.card.toLowerCase().replaceAll('-', ' ')}\n`);
  });
  afterAll(async () => {
    await broker?.stop();
    home?.remove();
    rmSync(place, { recursive: true, force: true });
  });

  test('is checked, and a mistake in it is named by its group', async () => {
    expect((await card('check', '--card', at('card'))).out).toMatch(/copied right/);
    const groups = printed.card.split('-');
    const sixth = groups[5] ?? '';
    groups[5] = `${sixth.slice(0, 2)}${sixth[2] === 'A' ? 'B' : 'A'}${sixth.slice(3)}`;
    writeFileSync(at('miscopied'), groups.join('-'));
    const { code, err } = await card('check', '--card', at('miscopied'));
    expect(code).toBe(1);
    expect(err).toMatch(/Group 6/);
  });

  test('speaks to no other operator than the one named, and to no broker that is not there', async () => {
    const other = 'ab'.repeat(32);
    const words = ['erase', '--broker', url(), '--card', at('card'), '--receipts', at('r0')];
    expect((await card(...words, '--operator', other)).err).toMatch(/does not belong to the operator you named/);
    expect(await records()).toHaveLength(4);
  });

  test('a file of withdrawals is written without network, and posted from elsewhere', async () => {
    const written = await card(
      ...['write', at('withdrawals'), '--operator', printed.operator, '--card', at('card')],
      ...['--ordinals', '2', '--devices', '8'],
    );
    expect(written.code, written.err).toBe(0);
    expect(readFileSync(at('withdrawals'), 'utf8')).not.toContain(printed.card);
    expect(await records()).toHaveLength(4);
    const posted = await card('post', at('withdrawals'), '--broker', url(), '--receipts', at('r1'), '--json');
    expect(posted.code, posted.err).toBe(0);
    // Two ordinals hold the first agreement and the mark of the hub's start: the file was told to count no further.
    expect(JSON.parse(posted.out)).toMatchObject({ erased: 2 });
    expect(await records()).toHaveLength(2);
  });

  test('everything the home shared is withdrawn and erased, with receipts; asked again it only says so again', async () => {
    const words = ['erase', '--broker', url(), '--operator', printed.operator, '--card', at('card')];
    const first = await card(...words, '--receipts', at('r2'), '--json');
    expect(first.code, first.err).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ erased: 4 });
    expect(await records()).toEqual([]);
    const tombs = (await readAll(feed)).filter(({ type }) => type === 'tombstone');
    expect(tombs).toHaveLength(4);
    const again = await card(...words, '--receipts', at('r2'), '--json');
    expect(JSON.parse(again.out)).toEqual(JSON.parse(first.out));
    const anew = await card(...words, '--receipts', at('r3'), '--json');
    expect(JSON.parse(anew.out)).toMatchObject({ erased: 4 });
    expect(readFileSync(at('r2'), 'utf8')).not.toContain(printed.card);
  });

  test('speaks Japanese too, and lets a new hub take the place of the old one, once', async () => {
    const settings = { ENGAWA_DATA: at('new'), LANG: 'ja_JP.UTF-8' };
    const words = ['hub', '--card', at('card')];
    const put = await runProgram('card' as ProgramName, words, settings);
    expect(put.out).toMatch(/カードの秘密を .* に入れました/);
    expect(cardFromSecret(readFileSync(join(place, 'new', 'home', 'home.secret')))).toBe(printed.card);
    expect((await runProgram('card' as ProgramName, words, settings)).code).toBe(1);
  });
});
