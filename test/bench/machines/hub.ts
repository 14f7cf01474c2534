import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { askHub } from '../../../bin/hub-client.ts';
import { anOffer } from '../../kit/test-operator.ts';
import { serveOperator } from '../cloud/operator.ts';
import type { Decode, Names } from '../cloud/receiver.ts';
import { LoadGenerator } from '../load/load.ts';
import type { Account } from '../load/mqtt-wire.ts';
import { nameMessage, topicOf } from '../load/payload.ts';
import { follow, stop } from '../measure/processes.ts';

/** The hub as its users start it. */
const PROGRAM = [fileURLToPath(new URL('../../../bin/engawa.mjs', import.meta.url)), 'hub'];
/** Where the stored ingress leads: nowhere. The real one is a setting of each run. */
const NOWHERE = 'mqtt://127.0.0.1:9';
const LOOK_AGAIN_MS = 25;
const READY_MS = 30_000;

/** Where one hub of the bench keeps its data and listens. */
export interface HubPlace {
  readonly folder: string;
  readonly port: number;
  readonly portalPort: number;
  readonly uplinkPort: number;
}

/** A home that was set up once, to be copied for every run: devices approved, one grant given. */
export interface PreparedHome {
  readonly folder: string;
  readonly accounts: readonly { readonly user: string; readonly password: string }[];
  readonly hub: string;
  readonly enrolmentKey: string;
  /** Under which names the cloud knows its devices, once they were heard. */
  readonly names: Names;
}

/** How a hub is started beside the usual. */
export interface HubOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly preloads?: readonly string[];
}

/** Everything a home can give, event by event, at once. */
export const BENCH_OFFER = anOffer({
  offer: 'bench-everything',
  categories: (['power.total', 'power.appliance', 'contact.doorWindow', 'presence.person', 'lock.state'] as const).map(
    (category) => ({ category, level: 'L5', retentionDays: 30, legalClass: 'personal' }),
  ),
  subject: 'device',
  lane: 'prompt',
});

/** Where a hub is asked to enrol, and with which code. */
export interface Invitation {
  readonly url: string;
  readonly code: string;
}

/** What a hub and a data broker agreed on is known to the stand-in alone. */
const UNKNOWN = { hub: '', enrolmentKey: '' };

/** Starts the real program in a place; it may not listen yet. */
export function spawnHub(place: HubPlace, { env = {}, preloads = [] }: HubOptions = {}): ChildProcess {
  return follow(
    spawn(process.execPath, PROGRAM, {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        TZ: 'Asia/Tokyo',
        LANG: 'C',
        ...(preloads.length > 0 ? { NODE_OPTIONS: preloads.map((file) => `--import=${file}`).join(' ') } : {}),
        ENGAWA_DATA: place.folder,
        ENGAWA_MQTT_PORT: String(place.port),
        ENGAWA_MQTTS_PORT: '0',
        ENGAWA_PORTAL_PORT: String(place.portalPort),
        ENGAWA_UPLINK_URL: `mqtt://127.0.0.1:${place.uplinkPort}`,
        ENGAWA_LOG_LEVEL: 'warn',
        ...env,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
}

/** Waits until the hub answers its command line and the data broker is connected. */
export async function hubReady(data: string, child: ChildProcess, connected: boolean): Promise<void> {
  for (const ends = Date.now() + READY_MS; Date.now() < ends; await wait(LOOK_AGAIN_MS)) {
    if (child.exitCode !== null) throw new Error(`The hub ended with ${child.exitCode}.`);
    const reply = await askHub(join(data, 'home'), 'GET', '/api/status');
    if (!reply.ok) continue;
    const { uplink } = reply.value as { uplink: { connected: boolean } };
    if (!connected || uplink.connected) return;
  }
  throw new Error('The hub does not become ready.');
}

/** Sets a home up as a household would: enrolled, accounts made, devices approved, one yes; then stops the hub. */
export async function prepareHome(place: HubPlace, devices: number, asked?: Invitation): Promise<PreparedHome> {
  mkdirSync(place.folder, { recursive: true });
  const operator = await serveOperator([BENCH_OFFER], NOWHERE);
  const hub = spawnHub(place);
  const load = new LoadGenerator();
  try {
    await hubReady(place.folder, hub, false);
    const ask = asking(join(place.folder, 'home'));
    await ask('/api/enrolment', asked ?? { url: operator.url, code: operator.code });
    const accounts: { user: string; password: string }[] = [];
    for (let device = 0; device < devices; device += 1) {
      const body = { name: `plug-${device}`, dialect: 'zigbee2mqtt', base: 'zigbee2mqtt' };
      const { name, password } = (await ask('/api/credentials', body)) as { name: string; password: string };
      accounts.push({ user: name, password });
    }
    await load.connect({ accounts: accountsAt(accounts, place.port), window: 100 });
    await load.publish(accounts.map((_one, device) => description(device)));
    await load.publish(accounts.map((_one, device) => ({ topic: topicOf(device), payload: nameMessage(device) })));
    await ask('/api/devices/approve', { all: true });
    await ask('/api/offers/refresh');
    await ask('/api/grants', { offer: BENCH_OFFER.offer });
    return { folder: place.folder, accounts, ...(operator.enrolled() ?? UNKNOWN), names: [] };
  } finally {
    await load.end();
    await stop(hub);
    await operator.close();
  }
}

/** The accounts as connections to a listener. */
export function accountsAt(accounts: PreparedHome['accounts'], port: number): Account[] {
  return accounts.map(({ user, password }) => ({ port, clientId: `${user}-client`, user, password }));
}

/** How the cloud reads what a prepared home sends. */
export function cellsOf({ hub, enrolmentKey, names }: PreparedHome, weigh = false): Decode {
  return { kind: 'cells', hub, enrolmentKey, weigh, names };
}

function asking(folder: string) {
  return async (path: string, body: object = {}): Promise<unknown> => {
    const reply = await askHub(folder, 'POST', path, body);
    if (!reply.ok) throw new Error(`${path}: ${reply.error}`);
    return reply.value;
  };
}

/** What Zigbee2MQTT says of a smart plug in its list of devices. */
function description(device: number): { topic: string; payload: string } {
  const numeric = (property: string, unit: string) => ({ access: 1, name: property, property, type: 'numeric', unit });
  const definition = {
    vendor: 'Tuya',
    model: 'TS011F_plug_1',
    description: 'plug',
    options: [],
    exposes: [numeric('power', 'W'), numeric('energy', 'kWh'), numeric('voltage', 'V'), numeric('current', 'A')],
  };
  const entry = {
    definition,
    disabled: false,
    friendly_name: topicOf(device).split('/')[1],
    ieee_address: `0x00158d00000${String(device).padStart(5, '0')}`,
    interview_completed: true,
    supported: true,
    type: 'EndDevice',
  };
  return { topic: 'zigbee2mqtt/bridge/devices', payload: JSON.stringify([entry]) };
}
