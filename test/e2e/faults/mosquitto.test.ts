import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askHub } from '../../../bin/hub-client.ts';
import { eventually } from '../../kit/eventually.ts';
import { type Home, makeHome } from '../../kit/home.ts';
import { InsistentClient } from '../../kit/insistent-client.ts';
import { type Mosquitto, startMosquitto } from '../../kit/mosquitto.ts';
import { everySample, publishOffer } from '../../kit/offers.ts';
import { mindPrograms, type Program } from '../../kit/programs.ts';
import { type Feed, readAll, recordsIn } from '../../kit/recipient.ts';
import { deviceList, plug } from '../../kit/zigbee.ts';

const ROUNDS = Number(process.env.ENGAWA_FAULT_ROUNDS ?? 2);
const WINDOW = 8;
/** Values said before a server is restarted, so that some are on every part of the way. */
const BEFORE = 40;

mindPrograms();

describe('Mosquitto on both sides of the hub, restarted while messages flow', () => {
  let source: Mosquitto;
  let ingress: Mosquitto;
  let home: Home;
  let broker: Program;
  let hub: Program;
  let client: InsistentClient;
  let feed: Feed;
  /** Values are whole watts from 1. */
  let said = 0;

  const ask = async (path: string, body: object): Promise<unknown> => {
    const reply = await askHub(join(home.folder, 'home'), 'POST', path, body);
    if (!reply.ok) throw new Error(`${path}: ${reply.error}`);
    return reply.value;
  };
  const startHub = async (): Promise<void> => {
    hub = await home.start('hub', [], {
      ENGAWA_MQTT_PORT: undefined,
      ENGAWA_SOURCE_URL: source.url,
      ENGAWA_UPLINK_URL: ingress.url,
    });
  };
  async function say(count: number): Promise<void> {
    for (const last = said + count; said < last; ) {
      said += 1;
      await client.publish(plug('kettle', said), 1);
    }
  }
  const valuesAt = async (): Promise<number[]> => recordsIn(await readAll(feed)).map(({ value }) => value);
  /**
   * All that Mosquitto took over is in the feed, and nothing else. Once, too, but for what the device itself had to say
   * again: QoS 1 does not let Mosquitto see that it has it already.
   */
  async function allArrived(): Promise<void> {
    await client.idle();
    const values = await eventually(valuesAt, (all) => new Set(all).size >= said, 90_000);
    await eventually(home.hubStatus, ({ uplink }) => uplink.connected && uplink.waiting === 0, 60_000);
    const all = Array.from({ length: said }, (_, n) => n + 1);
    const extra = (await valuesAt()).length - said;
    expect([...new Set(values)].sort((one, other) => one - other)).toEqual(all);
    expect(extra).toBeLessThanOrEqual(client.counts.sentAgain);
    console.log(`${said} values, ${client.counts.sentAgain} said again by the device, ${extra} there twice`);
  }

  beforeAll(async () => {
    source = await startMosquitto({ config: 'max_queued_messages 0' });
    ingress = await startMosquitto();
    home = await makeHome();
    broker = await home.start('broker', [], { ENGAWA_INGRESS_URL: ingress.url });
    await publishOffer(home, everySample());
    client = new InsistentClient({ ...source, user: 'z', password: 'z', clientId: 'bridge', window: WINDOW });
    await client.publish(deviceList([{ name: 'kettle', ieee: '0x00158d0000000001', kind: 'plug' }]), 1);
    await client.idle();
    await startHub();
    const { url, code } = (await home.broker('hub', 'invite')) as { url: string; code: string };
    await ask('/api/enrolment', { url, code });
    const list = () => home.hub('device', 'list') as Promise<{ devices: unknown[] }>;
    await eventually(list, ({ devices }) => devices.length === 1);
    await ask('/api/devices/approve', { all: true });
    await client.publish(plug('kettle', 0), 1);
    await client.idle();
    await eventually(home.hubStatus, ({ refusals }) => refusals.some(({ reason }) => reason === 'noGrant'));
    await ask('/api/grants', { offer: 'every-sample' });
    feed = await home.feed('every-sample');
    await say(5);
    await allArrived();
  });
  afterAll(async () => {
    await client?.end();
    await hub?.stop();
    await broker?.stop();
    await Promise.all([source?.stop(), ingress?.stop()]);
    home?.remove();
  });

  /** Does what goes wrong, again and again, while values stream in. */
  async function whileStreaming(fault: (round: number) => Promise<unknown>): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      await say(BEFORE);
      await Promise.all([fault(round), say(BEFORE)]);
    }
    await allArrived();
  }

  test(`the household's own, ${ROUNDS} times`, () => whileStreaming(() => source.restart()), ROUNDS * 10_000 + 90_000);

  test(
    `the one before the data broker, ${ROUNDS} times`,
    () => whileStreaming(() => ingress.restart()),
    ROUNDS * 10_000 + 90_000,
  );

  test(
    `both, and the hub killed with them, ${ROUNDS} times`,
    () =>
      whileStreaming(async (round) => {
        if (round % 2 === 0) await hub.kill();
        await Promise.all([source.restart(), ingress.restart()]);
        if (round % 2 === 0) await startHub();
      }),
    ROUNDS * 10_000 + 90_000,
  );
});
