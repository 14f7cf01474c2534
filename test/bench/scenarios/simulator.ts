import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';
import { freePort } from '../../kit/free-port.ts';
import { startMosquitto } from '../machines/mosquitto.ts';
import { installNodeRed, spawnNodeRed } from '../machines/node-red.ts';
import { follow, stop } from '../measure/processes.ts';
import { search } from './rate.ts';
import type { Bench, Scenario } from './scenario.ts';

const ENGAWA = fileURLToPath(new URL('../../../bin/engawa.mjs', import.meta.url));
const SIMULATOR = 'the simulator';
const HOMES = 100;
/** 2026-11-23T05:00 in Tokyo. */
const START_MS = Date.UTC(2026, 10, 22, 20);
const DAY_MS = 86_400_000;
const LOOK_AGAIN_MS = 100;
const START = ['--start', '2026-11-23T05:00', '--time-zone', 'Asia/Tokyo'];

/** A flow as a stranger would write it: what a door says, when it changes; nothing in it knows of Engawa. */
const DOORS = `const said = JSON.parse(msg.payload);
if (typeof said.contact !== 'boolean') return null;
const before = context.get(msg.topic);
context.set(msg.topic, said.contact);
if (before === undefined || before === said.contact) return null;
return { topic: 'up/doors', qos: 1, payload: msg.topic + ' ' + (said.contact ? 'closed' : 'open') };`;

/** How fast the simulator is beside the hub, and whether software that is not ours understands it. */
export const simulator: Scenario = {
  name: 'simulator',
  measures:
    'messages per second of the simulator into Mosquitto beside what the hub takes; doors counted by a Node-RED flow',
  run: async (bench) => {
    const [hub] = bench.machines;
    if (hub !== undefined) {
      const takes = await search(bench, hub);
      bench.figures.add({ scenario: 'simulator', who: hub.name, what: 'takes at most' }, '/s', takes);
    }
    for (let run = 0; run < bench.runs; run += 1) {
      await speed(bench);
      await doors(bench);
    }
  },
};

/** Runs `engawa sim`; resolves with what it said, and how long it took from the connection on, in seconds. */
async function simulate(words: readonly string[]): Promise<{ said: string; seconds: number }> {
  const child = follow(spawn(process.execPath, [ENGAWA, 'sim', ...words], { stdio: ['ignore', 'ignore', 'pipe'] }));
  let said = '';
  let connectedMs = performance.now();
  child.stderr?.on('data', (chunk: Buffer) => {
    if (!said.includes('connected;') && chunk.includes('connected;')) connectedMs = performance.now();
    said += chunk.toString();
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The simulator ended with ${code}: ${said}`);
  return { said, seconds: (performance.now() - connectedMs) / 1000 };
}

async function speed({ root, figures, say }: Bench): Promise<void> {
  const port = await freePort();
  const server = await startMosquitto(root, 'simulated', port, []);
  const words = ['--url', `mqtt://127.0.0.1:${port}`, '--homes', String(HOMES), '--days', '1', '--speed', '100000'];
  const { said, seconds } = await simulate([...words, ...START]);
  await stop(server);
  const sent = Number(/(\d+) messages published/.exec(said)?.[1]);
  say(`  ${SIMULATOR}: ${Math.round(sent / seconds)} messages/s of ${HOMES} homes`);
  figures.add({ scenario: 'simulator', who: SIMULATOR, what: 'messages into Mosquitto' }, '/s', sent / seconds);
}

async function doors({ root, figures, say }: Bench): Promise<void> {
  const [port, upPort] = [await freePort(), await freePort()];
  const servers = [await startMosquitto(root, 'home', port, []), await startMosquitto(root, 'up', upPort, [])];
  const folder = join(root, `doors-${port}`);
  mkdirSync(folder, { recursive: true });
  const flow = spawnNodeRed(installNodeRed(say), folder, port, upPort, DOORS);
  const listener = await connectAsync(`mqtt://127.0.0.1:${upPort}`);
  const probe = await connectAsync(`mqtt://127.0.0.1:${port}`);
  const heard: string[] = [];
  listener.on('message', (_topic, payload) => heard.push(payload.toString()));
  await listener.subscribeAsync('up/#', { qos: 1 });
  const asking = setInterval(
    () => void probe.publishAsync('zigbee2mqtt/probe', `{"contact":${Math.random() < 0.5}}`),
    50,
  );
  await new Promise((resolve) => listener.once('message', resolve));
  clearInterval(asking);
  const truth = join(folder, 'truth.jsonl');
  const words = [
    '--url',
    `mqtt://127.0.0.1:${port}`,
    '--qos',
    '1',
    '--days',
    '2',
    '--speed',
    '20000',
    '--truth',
    truth,
  ];
  await simulate([...words, ...START]);
  const counted = () => heard.filter((text) => !text.includes('probe')).length;
  const inside = ({ is, fromMs, toMs }: Record<string, unknown>): boolean =>
    is === 'opening' && Number(fromMs) > START_MS && Number(toMs) < START_MS + 2 * DAY_MS;
  const wanted = 2 * lines(truth).filter(inside).length;
  const late = Date.now() + 10_000;
  while (counted() < wanted && Date.now() < late) await wait(LOOK_AGAIN_MS);
  await Promise.all([listener.endAsync(true), probe.endAsync(true)]);
  await Promise.all([flow, ...servers].map((child) => stop(child)));
  say(`  a Node-RED flow heard ${counted()} of ${wanted} openings and closings of doors`);
  figures.add({ scenario: 'simulator', who: 'Node-RED', what: 'doors that truly moved' }, 'changes', wanted);
  figures.add({ scenario: 'simulator', who: 'Node-RED', what: 'doors that a flow saw move' }, 'changes', counted());
}

function lines(file: string): Record<string, unknown>[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
