import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.ts';
import { type Home, makeHome } from '../kit/home.ts';
import { type Mosquitto, startMosquitto } from '../kit/mosquitto.ts';
import { publish } from '../kit/mosquitto-clients.ts';
import { mindPrograms, type Program } from '../kit/programs.ts';
import { openLive, readAll, recordsIn } from '../kit/recipient.ts';
import { deviceList, door, lock, type Said } from '../kit/zigbee.ts';

const PASSWORDS = { zigbee2mqtt: 'a', homeassistant: 'b', engawa: 'c' };
const AWAY = 12;

/** The acl_file that docs/connect tells a household to write. */
function documentedAcl(): string {
  const page = readFileSync(new URL('../../docs/connect/your-mosquitto.md', import.meta.url), 'utf8');
  const block = /```acl\n([\s\S]*?)```/.exec(page)?.[1];
  if (block === undefined) throw new Error('docs/connect/your-mosquitto.md has no acl block any more');
  return block;
}

mindPrograms();

describe('a real home that keeps its own Mosquitto', () => {
  let mosquitto: Mosquitto;
  let home: Home;
  let program: Program;
  let settings: Record<string, string | undefined>;
  const say = async (said: Said, qos: 0 | 1 | 2 = 1): Promise<void> => {
    const account = { port: mosquitto.port, user: 'zigbee2mqtt', password: PASSWORDS.zigbee2mqtt };
    expect(await publish(account, said, qos)).toEqual({ code: 0, said: '' });
  };
  const reading = () => eventually(home.hubStatus, ({ intake }) => intake.source === 'connected');
  const doorsAt = async (feed: Parameters<typeof readAll>[0]): Promise<number> => recordsIn(await readAll(feed)).length;

  beforeAll(async () => {
    mosquitto = await startMosquitto({ acl: documentedAcl(), passwords: PASSWORDS });
    home = await makeHome();
    settings = {
      ENGAWA_MQTT_PORT: undefined,
      ENGAWA_SOURCE_URL: `mqtt://engawa:${PASSWORDS.engawa}@127.0.0.1:${mosquitto.port}`,
    };
    // Retained before the hub has ever been there, as in a house that has run for years.
    await say({ topic: 'zigbee2mqtt/bridge/state', payload: '{"state":"online"}', retain: true });
    await say(
      deviceList([
        { name: 'front_door', ieee: '0x00158d0001b149eb', kind: 'door' },
        { name: 'front_lock', ieee: '0x00158d0001b149ee', kind: 'lock' },
      ]),
    );
    await say({ ...door('front_door', false), retain: true });
    program = await home.start('start', ['--no-sim'], settings);
  });
  afterAll(async () => {
    await program?.stop();
    await mosquitto?.stop();
    home?.remove();
  });

  test('reads with an account that may only read; its own listener stays closed', async () => {
    const { intake } = await reading();
    expect(intake).toMatchObject({ listener: null, source: 'connected' });
    const list = () => home.hub('device', 'list') as Promise<{ devices: { name: string }[] }>;
    const { devices } = await eventually(list, (found) => found.devices.length === 2);
    expect(devices.map(({ name }) => name).sort()).toEqual(['front_door', 'front_lock']);
  });

  test('a retained message is a picture, not an event; a change is one', async () => {
    await home.hub('device', 'approve', '--all');
    const feed = await home.feed('watch-service');
    await home.hub('grant', 'watch-service');
    const live = await openLive(feed);
    await say(lock('front_lock', true));
    // Approved after the retained message came: this one is the first that is known of the door.
    await say({ ...door('front_door', false), retain: true });
    await say({ ...door('front_door', true), retain: true });
    expect((await live.next()).line).toMatchObject({ category: 'contact.doorWindow', state: 'open' });
    await say(lock('front_lock', false), 2);
    expect((await live.next()).line).toMatchObject({ category: 'lock.state', state: 'unlocked' });
    await live.close();
    expect(await doorsAt(feed)).toBe(2);
  });

  test('Mosquitto restarts, the hub restarts: what was said meanwhile at QoS 1 arrives, all of it and once', async () => {
    const feed = await home.feed('watch-service');
    await mosquitto.restart();
    // The hub is not back yet; Mosquitto keeps this for its session.
    await say({ ...door('front_door', false), retain: true });
    await eventually(
      () => doorsAt(feed),
      (count) => count === 3,
    );
    await reading();

    await program.stop();
    for (let n = 0; n < AWAY; n += 1) await say({ ...door('front_door', n % 2 === 0), retain: true });
    await mosquitto.restart();
    program = await home.start('start', ['--no-sim'], settings);
    await eventually(
      () => doorsAt(feed),
      (count) => count >= 3 + AWAY,
    );
    await say(lock('front_lock', true));
    await eventually(
      () => doorsAt(feed),
      (count) => count >= 4 + AWAY,
    );
    const records = recordsIn(await readAll(feed));
    expect(records.filter(({ state }) => state === 'open')).toHaveLength(1 + AWAY / 2);
    expect(records.filter(({ state }) => state === 'closed')).toHaveLength(1 + AWAY / 2);
    expect(records).toHaveLength(4 + AWAY);
  });

  test('with ENGAWA_MQTT_PORT set as well the listener is open beside it', async () => {
    await program.stop();
    program = await home.start('start', ['--no-sim'], { ...settings, ENGAWA_MQTT_PORT: String(home.ports.mqtt) });
    const { intake } = await reading();
    expect(new URL(intake.listener ?? '').port).toBe(String(home.ports.mqtt));
  });

  test('an account that is refused is named in status, and counted as nobody’s fault but its own', async () => {
    await program.stop();
    const wrong = `mqtt://engawa:wrong@127.0.0.1:${mosquitto.port}`;
    program = await home.start('start', ['--no-sim'], { ...settings, ENGAWA_SOURCE_URL: wrong });
    const { intake } = await eventually(home.hubStatus, (status) => /refused/.test(status.intake.source ?? ''));
    expect(intake.source).toBe('not connected (refusedAccount)');
    expect(program.said()).not.toContain('wrong');
  });
});
