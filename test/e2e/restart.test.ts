import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.ts';
import { type Home, makeHome } from '../kit/home.ts';
import { type Account, publish } from '../kit/mosquitto-clients.ts';
import { publishOffer, shippedOffer } from '../kit/offers.ts';
import { mindPrograms, type Program } from '../kit/programs.ts';
import { readAll, recordsIn } from '../kit/recipient.ts';
import { deviceList, door } from '../kit/zigbee.ts';

const MEANWHILE = 20;

mindPrograms();

describe('started again', () => {
  let home: Home;
  let program: Program | undefined;
  const timed = async (start: () => Promise<Program>): Promise<{ seconds: string; program: Program }> => {
    const beganMs = performance.now();
    const started = await start();
    return { seconds: ((performance.now() - beganMs) / 1000).toFixed(2), program: started };
  };

  beforeAll(async () => {
    home = await makeHome();
  });
  afterAll(async () => {
    await program?.stop();
    home?.remove();
  });

  test('the second start is quick, and knows devices, accounts, grants and its operator', async () => {
    const first = await timed(() => home.start('start', ['--no-sim']));
    const made = (await home.hub('device', 'add', 'zigbee')) as { name: string; password: string };
    const account = { port: home.ports.mqtt, user: made.name, password: made.password };
    await publish(account, deviceList([{ name: 'front_door', ieee: '0x00158d0001b149eb', kind: 'door' }]));
    await home.hub('device', 'approve', '--all', '--room', 'hall');
    await publish(account, door('front_door', false));
    await home.hub('grant', 'watch-service');
    // When a device was last heard is not kept: a restart costs no card.
    const identities = async () => {
      const { devices, credentials } = (await home.hub('device', 'list')) as {
        devices: { id: number; name: string; room: string | null; approved: boolean; kinds: string[] }[];
        credentials: object[];
      };
      const faces = devices.map(({ id, name, room, approved, kinds }) => ({ id, name, room, approved, kinds }));
      return [faces, credentials];
    };
    const known = async () => [await identities(), await home.hub('offer', 'list'), await home.hub('recovery-card')];
    const before = await known();
    const ended = await first.program.stop();
    expect(ended).toEqual({ code: 0, signal: null });

    const second = await timed(() => home.start('start', ['--no-sim']));
    program = second.program;
    console.log(`from nothing to ready: first start ${first.seconds} s, second start ${second.seconds} s`);
    expect(await known()).toEqual(before);
    // The state the door had before is still known: the same again is no event, a change is one.
    const feed = await home.feed('watch-service');
    await publish(account, door('front_door', false));
    await publish(account, door('front_door', true));
    const lines = await eventually(
      () => readAll(feed),
      (all) => all.length > 0,
    );
    expect(recordsIn(lines).map(({ state }) => state)).toEqual(['open']);
    await program.stop();
    program = undefined;
  });
});

describe('the data broker is away', () => {
  let home: Home;
  let hub: Program;
  let broker: Program;
  let account: Account;

  beforeAll(async () => {
    home = await makeHome();
    broker = await home.start('broker');
    await publishOffer(home, shippedOffer('watch-service'));
    hub = await home.start('hub');
    const { url, code } = (await home.broker('hub', 'invite')) as { url: string; code: string };
    await home.hub('enroll', url, code);
    const made = (await home.hub('device', 'add', 'zigbee')) as { name: string; password: string };
    account = { port: home.ports.mqtt, user: made.name, password: made.password };
    await publish(account, deviceList([{ name: 'front_door', ieee: '0x00158d0001b149eb', kind: 'door' }]));
    await home.hub('device', 'approve', '--all');
    await publish(account, door('front_door', false));
    await home.hub('grant', 'watch-service');
  });
  afterAll(async () => {
    await hub?.stop();
    await broker?.stop();
    home?.remove();
  });

  test('what was released meanwhile waits, survives a restart of the hub, and arrives once when the broker is back', async () => {
    const feed = await home.feed('watch-service');
    await broker.stop();
    for (let n = 0; n < MEANWHILE / 2; n += 1) await publish(account, door('front_door', n % 2 === 0));
    expect((await home.hubStatus()).uplink).toMatchObject({ connected: false, waiting: MEANWHILE / 2 });
    await hub.stop();
    hub = await home.start('hub');
    expect((await home.hubStatus()).uplink.waiting).toBe(MEANWHILE / 2);
    for (let n = 0; n < MEANWHILE / 2; n += 1) await publish(account, door('front_door', n % 2 === 0));
    expect((await home.hubStatus()).uplink.waiting).toBe(MEANWHILE);

    broker = await home.start('broker');
    await eventually(home.hubStatus, ({ uplink }) => uplink.waiting === 0, 60_000);
    const states = recordsIn(await readAll(feed)).map(({ state }) => state);
    expect(states).toHaveLength(MEANWHILE);
    expect(states.filter((state) => state === 'open')).toHaveLength(MEANWHILE / 2);
  });
});
