import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { simulate, trace } from '../../../../firmware-sim/simulate.ts';
import { type Mosquitto, startMosquitto } from '../../../kit/mosquitto.ts';

const SIM = fileURLToPath(new URL('../../../../bin/sim.ts', import.meta.url));
const START_MS = Date.UTC(2026, 10, 22, 22);
const HOUR_MS = 3_600_000;

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) {
    await cleanUp();
  }
});

async function server(passwords?: Record<string, string>): Promise<Mosquitto> {
  const mosquitto = await startMosquitto(passwords === undefined ? {} : { passwords });
  cleanUps.push(() => mosquitto.stop());
  return mosquitto;
}

interface Heard {
  topic: string;
  payload: string;
  retain: boolean;
  qos: number;
}

/** Subscribes to everything; `heard` fills, and `until` resolves when a message fits. */
async function listen(
  url: string,
): Promise<{ heard: Heard[]; until(fits: (message: Heard) => boolean): Promise<void> }> {
  const client: MqttClient = await connectAsync(url);
  cleanUps.push(() => client.endAsync(true));
  const heard: Heard[] = [];
  client.on('message', (topic, payload, { retain, qos }) => {
    heard.push({ topic, payload: payload.toString(), retain, qos });
  });
  await client.subscribeAsync('#', { qos: 1 });
  const until = async (fits: (message: Heard) => boolean): Promise<void> => {
    while (!heard.some(fits)) {
      await new Promise((resolve) => client.once('message', resolve));
    }
  };
  return { heard, until };
}

/** Starts `engawa sim`; `ended` is its exit code, `said` what it wrote. */
function engawaSim(words: string[]): { child: ChildProcess; said(): string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [SIM, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  cleanUps.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, said: () => said, ended };
}

const isOffline = ({ topic, payload }: Heard): boolean =>
  topic === 'zigbee2mqtt/bridge/state' && payload === '{"state":"offline"}';

describe('engawa sim on a real Mosquitto', () => {
  it('publishes exactly the trace, and says goodbye', async () => {
    const { url } = await server();
    const { heard, until } = await listen(url);
    const options = { seed: 9, startMs: START_MS, endMs: START_MS + HOUR_MS, timeZone: 'Asia/Tokyo' };
    const started = await simulate({ ...options, url, speed: 100_000, qos: 1 });
    if (!started.ok) {
      throw new Error(started.reason);
    }
    const expected = [...trace(options)];
    expect(await started.simulation.finished).toEqual({ sent: expected.length, lost: 0 });
    await until(isOffline);
    // Retained messages may come twice: on a slow machine the repetition after two seconds falls into the run.
    const states = (list: readonly { topic: string; payload: string }[]): string[] =>
      list.filter(({ topic }) => !/bridge|availability/.test(topic)).map(({ topic, payload }) => `${topic} ${payload}`);
    expect(states(heard)).toEqual(states(expected));
    expect(new Set(heard.filter((message) => !isOffline(message)).map(({ topic }) => topic))).toEqual(
      new Set(expected.map(({ topic }) => topic)),
    );
    expect(heard.every(({ qos }) => qos === 1)).toBe(true);
  });

  it('leaves the bridge, its devices and their availability retained, and no state', async () => {
    const { url } = await server();
    const { until } = await listen(url);
    const sim = engawaSim(['--url', url, '--seed', '9', '--speed', '1']);
    await until(({ topic }) => topic === 'zigbee2mqtt/front_door_lock');
    const late = await listen(url);
    await late.until(({ topic }) => topic === 'zigbee2mqtt/bridge/devices');
    const kept = late.heard.filter(({ retain }) => retain).map(({ topic }) => topic.replace('zigbee2mqtt/', ''));
    expect(kept).toContain('front_door/availability');
    expect(kept.every((topic) => topic.startsWith('bridge/') || topic.endsWith('/availability'))).toBe(true);
    sim.child.kill('SIGTERM');
    expect(await sim.ended).toBe(0);
    await late.until(isOffline);
  });

  it('is declared offline by the server when it is killed', async () => {
    const { url } = await server();
    const { until } = await listen(url);
    const sim = engawaSim(['--url', url]);
    await until(({ topic }) => topic === 'zigbee2mqtt/front_door_lock');
    sim.child.kill('SIGKILL');
    await until(isOffline);
  });

  it('survives a restart of the server, and says again that it is online', async () => {
    const mosquitto = await server();
    const sim = engawaSim(['--url', mosquitto.url, '--speed', '600']);
    const before = await listen(mosquitto.url);
    await before.until(({ topic }) => topic === 'zigbee2mqtt/refrigerator');
    await mosquitto.restart();
    const after = await listen(mosquitto.url);
    await after.until(({ payload }) => payload === '{"state":"online"}');
    await after.until(({ topic }) => topic === 'zigbee2mqtt/refrigerator');
    sim.child.kill('SIGINT');
    expect(await sim.ended).toBe(0);
    expect(sim.said()).toContain('connection lost');
  });

  it('gives up when the credential is refused, and waits for a server that is not there yet', async () => {
    const { url, port } = await server({ sensor: 'right' });
    const wrong = engawaSim(['--url', `mqtt://sensor:wrong@127.0.0.1:${port}`]);
    expect(await wrong.ended).toBe(1);
    expect(wrong.said()).toContain('refuses the user name or password');
    expect(wrong.said()).not.toContain('wrong@');

    const right = engawaSim(['replay', '--url', url.replace('mqtt://', 'mqtt://sensor:right@'), '--speed', '100000']);
    expect(await right.ended).toBe(0);
    expect(right.said()).toMatch(/messages published, 0 lost/);

    const early = engawaSim(['--url', 'mqtt://127.0.0.1:1']);
    await once(early.child.stderr as NodeJS.ReadableStream, 'data');
    expect(early.said()).toContain('trying again');
    early.child.kill('SIGTERM');
    expect(await early.ended).toBe(0);
  });

  it('names what is wrong with its arguments and files', async () => {
    const sims = [
      ['--seed', 'x'],
      ['--url', 'http://localhost'],
      ['--out', '/nowhere/at/all', '--days', '1'],
      ['replay', '/nowhere', '--out', '/dev/null'],
    ].map(engawaSim);
    expect(await Promise.all(sims.map(({ ended }) => ended))).toEqual([2, 1, 1, 1]);
    const said = sims.map((sim) => sim.said());
    expect(said[0]).toContain('one of --url and --out');
    expect(said[1]).toContain('--url takes mqtt://');
    expect(said[2]).toContain('cannot be written (ENOENT)');
    expect(said[3]).toContain('cannot be opened (ENOENT)');
  });
});
