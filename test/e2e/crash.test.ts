import { setTimeout as wait } from 'node:timers/promises';
import { connect } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.ts';
import { type Home, makeHome } from '../kit/home.ts';
import { InsistentClient } from '../kit/insistent-client.ts';
import { everySample, publishOffer, shippedOffer } from '../kit/offers.ts';
import { mindPrograms, type Program } from '../kit/programs.ts';
import { readAll, recordsIn } from '../kit/recipient.ts';
import { deviceList, door, plug, type Said } from '../kit/zigbee.ts';

const KILLS = Number(process.env.ENGAWA_KILLS ?? 100);
/** Every so many kills the data broker is killed too. */
const BROKER_EVERY = 8;
/** Longest life of a hub after a client is connected. */
const LIFE_MS = 160;
/** Values of one plug that can be told apart, in watts: a home's connection ends at 100 kW. */
const VALUES = 90_000;
const PLUGS = ['kettle', 'oven', 'washer'];
const SOLAR = 'balcony_solar';
const WINDOW = 24;

/** The nth message of the strict client: every fourth a change of a door, the others one value each that no other has. */
function message(n: number): Said {
  if (n % 4 === 3) return door('front_door', n % 8 === 3);
  return plug(PLUGS[Math.floor(n / VALUES) % PLUGS.length] ?? '', 1 + (n % VALUES));
}
/** The nth message of MQTT.js: what a solar plug feeds in, so that its values are those below zero. */
const fedIn = (n: number): Said => plug(SOLAR, -1 - n);
const qualityOf = (n: number): 1 | 2 => (n % 3 === 0 ? 2 : 1);

mindPrograms();

describe('the hub is killed at random moments', () => {
  let home: Home;
  let broker: Program;
  let hub: Program;
  let account: { user: string; password: string };

  beforeAll(async () => {
    home = await makeHome();
    broker = await home.start('broker');
    await publishOffer(home, everySample());
    await publishOffer(home, shippedOffer('watch-service'));
    hub = await home.start('hub');
    const { url, code } = (await home.broker('hub', 'invite')) as { url: string; code: string };
    await home.hub('enroll', url, code);
    const { name, password } = (await home.hub('device', 'add', 'zigbee')) as { name: string; password: string };
    account = { user: name, password };
    // Ended in order once: what Node compiled is kept then, and every later start is quicker.
    await Promise.all([hub.stop(), broker.stop()]);
    broker = await home.start('broker');
    hub = await home.start('hub');
  });
  afterAll(async () => {
    await hub?.stop();
    await broker?.stop();
    home?.remove();
  });

  test(
    `${KILLS} kills: what was acknowledged is at the recipient, all of it and once`,
    async () => {
      const client = new InsistentClient({ ...account, port: home.ports.mqtt, clientId: 'bridge', window: WINDOW });
      await prepare(client);

      const zigbee2mqtt = connectMqttJs({ ...account, port: home.ports.mqtt });
      let sending = true;
      let sent = 0;
      const stream = (async () => {
        for (; sending || sent % 8 !== 0; sent += 1) await client.publish(message(sent), qualityOf(sent));
      })();
      const solar = (async () => {
        for (let n = 0; sending && n < VALUES; n += 1) await zigbee2mqtt.publish(fedIn(n), qualityOf(n), -1 - n);
      })();
      let brokerKills = 0;
      let connections = 0;
      for (let kill = 1; kill <= KILLS; kill += 1) {
        await randomMoment(client, connections, kill);
        connections = client.counts.connections;
        if (kill % BROKER_EVERY === 0) {
          brokerKills += 1;
          await Promise.all([hub.kill(), broker.kill()]);
          broker = await home.start('broker');
        } else await hub.kill();
        hub = home.begin('hub');
      }
      await client.connectedAfter(connections);
      sending = false;
      await Promise.all([stream, solar]);
      await Promise.all([client.idle(), zigbee2mqtt.idle()]);
      await eventually(home.hubStatus, ({ uplink }) => uplink.connected && uplink.waiting === 0, 120_000);
      await Promise.all([client.end(), zigbee2mqtt.end()]);

      const values = recordsIn(await readAll(await home.feed('every-sample'))).map(({ value }) => value);
      const doors = recordsIn(await readAll(await home.feed('watch-service'))).map(({ value }) => value);
      const acknowledged = [...valuesSent(sent), ...zigbee2mqtt.acknowledged];
      console.log(
        `${KILLS} kills of the hub, ${brokerKills} of the data broker. Acknowledged: ${sent} messages at QoS 1 and 2 ` +
          `(${client.counts.sentAgain} packets sent again with DUP over ${client.counts.connections} connections) and ` +
          `${zigbee2mqtt.acknowledged.length} from MQTT.js (sent again without DUP). ` +
          `At the recipient: ${values.length + doors.length} of ${acknowledged.length + sent / 4}.`,
      );
      const lost = difference(acknowledged, values);
      // What MQTT.js gave up before it sent it was acknowledged to nobody, and may not arrive twice either.
      const doubled = difference(values, [...acknowledged, ...zigbee2mqtt.givenUp]);
      expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
      const count = (state: number): number => doors.filter((value) => value === state).length;
      expect({ open: count(1), closed: count(0) }).toEqual({ open: sent / 8, closed: sent / 8 });
    },
    KILLS * 8_000 + 240_000,
  );

  /** Everything is announced, approved and granted, and the door's first state is known: from now on each message is news. */
  async function prepare(client: InsistentClient): Promise<void> {
    const plugs = [...PLUGS, SOLAR].map((name, at) => ({
      name,
      ieee: `0x00158d000000000${at}`,
      kind: 'plug' as const,
    }));
    await client.publish(deviceList([{ name: 'front_door', ieee: '0x00158d000000000a', kind: 'door' }, ...plugs]), 1);
    await client.idle();
    await home.hub('device', 'approve', '--all');
    await home.hub('offer', 'list');
    for (const one of [door('front_door', true), door('front_door', false), ...PLUGS.map((name) => plug(name, 0))]) {
      await client.publish(one, 1);
    }
    await client.idle();
    await home.hub('grant', 'watch-service');
    await home.hub('grant', 'every-sample');
  }

  /** Lets the hub live until some moment: mostly while messages stream in, sometimes while it is still starting. */
  async function randomMoment(client: InsistentClient, connections: number, kill: number): Promise<void> {
    if (kill % 5 !== 0) await Promise.race([client.connectedAfter(connections), hub.ended]);
    await wait(Math.random() * LIFE_MS * (kill % 5 === 0 ? 3 : 1));
  }
});

function valuesSent(sent: number): number[] {
  return Array.from({ length: sent }, (_, n) => n)
    .filter((n) => n % 4 !== 3)
    .map((n) => 1 + (n % VALUES));
}

/** The library that Zigbee2MQTT uses, with its own memory of what was not acknowledged. */
function connectMqttJs({ port, user, password }: { port: number; user: string; password: string }) {
  const client = connect(`mqtt://127.0.0.1:${port}`, {
    ...{ username: user, password, clientId: 'solar-bridge', protocolVersion: 4, reconnectPeriod: 10, clean: false },
  });
  // It tries again by itself; the hub is away much of the time.
  client.on('error', () => undefined);
  const open = new Set<Promise<void>>();
  const acknowledged: number[] = [];
  const givenUp: number[] = [];
  return {
    acknowledged,
    givenUp,
    publish: async ({ topic, payload }: Said, qos: 1 | 2, value: number): Promise<void> => {
      while (open.size >= WINDOW) await Promise.race(open);
      const done: Promise<void> = client
        .publishAsync(topic, payload, { qos })
        .then(
          () => acknowledged.push(value),
          () => givenUp.push(value),
        )
        .then(() => void open.delete(done));
      open.add(done);
    },
    idle: () => Promise.all(open),
    end: () => client.endAsync(true),
  };
}

/** The elements of one list that another lacks, each as often as it is missing. */
function difference(of: readonly number[], without: readonly number[]): number[] {
  const left = new Map<number, number>();
  for (const value of without) left.set(value, (left.get(value) ?? 0) + 1);
  return of.filter((value) => {
    const count = left.get(value) ?? 0;
    left.set(value, count - 1);
    return count <= 0;
  });
}
