import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { readArguments } from '../../../../firmware-sim/runner/arguments.ts';
import { run } from '../../../../firmware-sim/runner/run.ts';
import { type Mosquitto, startMosquitto } from '../../../kit/mosquitto.ts';

const folder = mkdtempSync(join(tmpdir(), 'engawa-scenario-'));
const truthFile = join(folder, 'truth');
afterAll(() => rmSync(folder, { recursive: true }));

let server: Mosquitto;
let listener: MqttClient;
const heard: string[] = [];
beforeEach(async () => {
  heard.length = 0;
  server = await startMosquitto({});
  listener = await connectAsync(server.url);
  listener.on('message', (topic, payload) => heard.push(`${topic} ${payload.toString()}`));
  await listener.subscribeAsync('#', { qos: 1 });
});
afterEach(async () => {
  await listener.endAsync(true);
  await server.stop();
});

/** Resolves when a message fits that came after the first `from`. */
async function until(fits: (message: string) => boolean, from = 0): Promise<void> {
  while (!heard.slice(from).some(fits)) {
    await new Promise((resolve) => listener.once('message', resolve));
  }
}

/** Plays a scenario on the real server until `meanwhile` is over. */
async function play(scenario: string, meanwhile: () => Promise<void>): Promise<void> {
  const machine = { nowMs: Date.now(), zone: 'Asia/Tokyo', readText: () => ({ ok: true, value: scenario }) as const };
  const asked = readArguments(['--scenario', 'x', '--url', server.url, '--truth', truthFile], machine);
  if (!asked.ok || asked.value === undefined) throw new Error(asked.ok ? 'help' : asked.reason);
  const stopping = new AbortController();
  const running = run(asked.value, { realMs: Date.now, signal: stopping.signal, say: () => undefined });
  await meanwhile();
  stopping.abort();
  expect(await running).toBeUndefined();
}

it('devices of several firmwares speak each for itself, and obey', async () => {
  const scenario = `
start: 2026-11-23T18:00
speed: 60
devices:
  - { name: front_door, kind: contact, watches: front_door, dialect: zigbee2mqtt }
  - { name: strip, kind: plug, watches: television+kettle, dialect: tasmota }
  - { name: fridge, kind: plug, watches: refrigerator, dialect: shelly }
  - { name: bolt, kind: lock, watches: front_door, dialect: esphome, node: entrance }
  - { name: lounge, kind: camera, watches: living, dialect: frigate }`;
  await play(scenario, async () => {
    for (const birth of [
      'zigbee2mqtt/bridge/state {"state":"online"}',
      'tele/strip/LWT Online',
      'fridge/online true',
      'entrance/status online',
      'frigate/available online',
    ]) {
      await until((message) => message === birth);
    }
    await listener.publishAsync('cmnd/strip/POWER', 'OFF');
    await until((message) => message === 'stat/strip/POWER OFF');
    await listener.publishAsync('fridge/rpc', '{"id":1,"src":"me","method":"Switch.Set","params":{"id":0,"on":false}}');
    await until((message) => message.startsWith('me/rpc') && message.includes('"was_on":true'));
    await listener.publishAsync('entrance/lock/bolt/command', 'UNLOCK');
    await until((message) => message === 'entrance/lock/bolt/state UNLOCKED');
    await listener.publishAsync('zigbee2mqtt/bridge/request/health_check', '{"transaction":"7"}');
    await until((message) => message.startsWith('zigbee2mqtt/bridge/response/health_check') && message.includes('"7"'));
  });
});

it('a cut is a cut: the server says the will, what comes meanwhile is lost, and then the bridge is there again', async () => {
  const scenario = 'start: 2026-11-23T18:00\nspeed: 600\nfaults:\n  - { kind: broker-cut, at: 5m, for: 15m }';
  await play(scenario, async () => {
    await until((message) => message === 'zigbee2mqtt/bridge/state {"state":"offline"}');
    const from = heard.length;
    await until((message) => message === 'zigbee2mqtt/bridge/state {"state":"online"}', from);
    await until((message) => message.startsWith('zigbee2mqtt/refrigerator {'), from);
  });
  const truth = readFileSync(truthFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const outcomes = truth.filter(({ is }) => is === 'message').map(({ outcome }) => outcome);
  expect(outcomes).toContain('lost');
  expect(outcomes.indexOf('lost')).toBeLessThan(outcomes.lastIndexOf('sent'));
});

it('two with one client id throw each other out, until one of them goes', async () => {
  const scenario = 'start: 2026-11-23T18:00\nspeed: 600\nfaults:\n  - { kind: duplicate-client-id, at: 5m, for: 20m }';
  await play(scenario, async () => {
    const ends = () => heard.filter((message) => message === 'zigbee2mqtt/bridge/state {"state":"offline"}').length;
    await until(() => ends() > 0);
    const from = heard.length;
    await until((message) => message === 'zigbee2mqtt/bridge/state {"state":"online"}', from);
    await until((message) => message.startsWith('zigbee2mqtt/refrigerator {'), from);
  });
});
