import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { follow } from '../measure/processes.ts';
import { anybody, DEVICES, type Machine, monotonicMs } from './machine.ts';
import { CLOUD_LINES, startMosquitto } from './mosquitto.ts';

const RECIPE = fileURLToPath(new URL('../node-red/', import.meta.url));
const INSTALL_MS = 300_000;
const HASH_DIGITS = 12;

/**
 * The whole job as a Node-RED flow: what nobody agreed to is dropped, a device gets an HMAC for a name, power alone
 * goes on as JSON. It keeps nothing on disk. A Mosquitto in front takes the devices' messages, as in most homes.
 */
const FLOW_FUNCTION = `const thing = msg.topic.split('/')[1];
if (!global.get('agreed')[thing]) return null;
const said = JSON.parse(msg.payload);
const name = global.get('crypto').createHmac('sha256', global.get('key')).update(thing).digest('hex').slice(0, 32);
const release = { device: name, category: 'power.appliance', "power": Math.round(said.power), time: Math.floor(Date.now() / 1000) };
return { topic: 'up/home', qos: 1, payload: JSON.stringify(release) };`;

/** Installs Node-RED from its own lockfile into a cache outside the tree, once; resolves with its program. */
export function installNodeRed(say: (line: string) => void): string {
  const lock = readFileSync(join(RECIPE, 'package-lock.json'));
  const folder = join(
    tmpdir(),
    `engawa-bench-node-red-${createHash('sha256').update(lock).digest('hex').slice(0, HASH_DIGITS)}`,
  );
  const program = join(folder, 'node_modules', 'node-red', 'red.js');
  if (existsSync(join(folder, 'installed'))) return program;
  say('Installing Node-RED for the comparison …');
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(RECIPE, name), join(folder, name));
  const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const run = spawnSync('npm', options, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], timeout: INSTALL_MS });
  if (run.status !== 0) throw new Error('Node-RED could not be installed.');
  writeFileSync(join(folder, 'installed'), '');
  return program;
}

/** Node-RED doing the same work, with Mosquitto in front. */
export function nodeRed(program: string): Machine {
  return {
    name: 'Node-RED',
    decode: () => ({ kind: 'json' }),
    // The devices' names, sent again until the cloud has heard them, show when the flow runs.
    ready: async () => undefined,
    start: async ({ folder, port, cloudPort }) => {
      const startedAtMs = monotonicMs();
      const front = await startMosquitto(folder, 'front', port, CLOUD_LINES);
      const flow = spawnNodeRed(program, join(folder, 'node-red'), port, cloudPort);
      return { processes: [flow, front], accounts: anybody(port), startedAtMs };
    },
  };
}

/** Starts Node-RED without its editor on a folder of its own; `work` is the body of its one function. */
export function spawnNodeRed(
  program: string,
  folder: string,
  port: number,
  cloudPort: number,
  work = FLOW_FUNCTION,
): ChildProcess {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"flow","version":"0.0.1","private":true,"type":"commonjs"}');
  writeFileSync(join(folder, 'flows.json'), JSON.stringify(flows(port, cloudPort, work)));
  writeFileSync(join(folder, 'settings.js'), settings());
  return follow(spawn(process.execPath, [program, '-u', folder], { stdio: ['ignore', 'ignore', 'inherit'] }));
}

function flows(port: number, cloudPort: number, work: string): object[] {
  const server = (id: string, at: number) => ({
    ...{ id, type: 'mqtt-broker', name: `server ${at}`, broker: '127.0.0.1', port: String(at), clientid: `flow-${id}` },
    ...{ autoConnect: true, usetls: false, protocolVersion: '4', keepalive: '60', cleansession: false },
    ...{ autoUnsubscribe: false, birthTopic: '', closeTopic: '', willTopic: '' },
  });
  const at = { z: 'tab', y: 100 };
  return [
    { id: 'tab', type: 'tab', label: 'flow' },
    server('home', port),
    server('cloud', cloudPort),
    {
      ...{ id: 'in', type: 'mqtt in', ...at, x: 100, topic: 'zigbee2mqtt/#', qos: '1', datatype: 'utf8' },
      ...{ broker: 'home', nl: false, rap: true, rh: 0, inputs: 0, wires: [['walk']] },
    },
    {
      ...{ id: 'walk', type: 'function', ...at, x: 200, name: 'walk', func: work, outputs: 1, timeout: 0 },
      ...{ noerr: 0, initialize: '', finalize: '', libs: [], wires: [['out']] },
    },
    { id: 'out', type: 'mqtt out', ...at, x: 300, topic: '', qos: '1', retain: 'false', broker: 'cloud', wires: [] },
  ];
}

function settings(): string {
  const things = Array.from({ length: DEVICES }, (_one, device) => `plug_${String(device).padStart(2, '0')}`);
  const agreed = JSON.stringify(Object.fromEntries(things.map((thing) => [thing, 1])));
  return `module.exports = {
  httpAdminRoot: false, httpNodeRoot: false, uiHost: '127.0.0.1', uiPort: 0,
  flowFile: 'flows.json', credentialSecret: 'bench', telemetry: { enabled: false }, diagnostics: { enabled: false },
  logging: { console: { level: 'error' } },
  functionGlobalContext: { crypto: require('crypto'), key: Buffer.alloc(32, 7), agreed: ${agreed} },
};`;
}
