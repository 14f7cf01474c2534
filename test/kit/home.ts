import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askHub } from '../../bin/hub-client.ts';
import { command } from '../../broker/command/command-client.ts';
import { freePort } from './free-port.ts';
import { type Program, type ProgramName, runProgram, type Settings, startProgram } from './programs.ts';
import type { Feed } from './recipient.ts';

/** A folder for data of its own, ports of its own, and what is done with them. */
export interface Home {
  readonly folder: string;
  readonly mode: 'home' | 'demo';
  readonly ports: { readonly mqtt: number; readonly portal: number; readonly broker: number; readonly ingress: number };
  readonly settings: Settings;
  /** Starts a program in this home and waits until it is ready. */
  start(name: 'start' | 'hub' | 'broker', words?: readonly string[], more?: Settings): Promise<Program>;
  /** Starts a program without waiting for anything. */
  begin(name: 'start' | 'hub' | 'broker', words?: readonly string[], more?: Settings): Program;
  /** Gives a command to hub or broker, as a user would type it; resolves with its answer, rejects with its words. */
  hub(...words: readonly string[]): Promise<unknown>;
  broker(...words: readonly string[]): Promise<unknown>;
  /** What `status` of hub and broker say, asked over their sockets. */
  hubStatus(): Promise<HubStatus>;
  brokerCounts(): Promise<Record<string, number>>;
  /** The feed of an offer, read with a fresh token of its recipient. */
  feed(offer: string): Promise<Feed & { readonly token: string }>;
  /** Every byte of every file of a folder below this home's data, and which file holds it. */
  filesWith(bytes: string | Buffer, under?: string): string[];
  remove(): void;
}

/** The parts of `hub status` that tests look at. */
export interface HubStatus {
  readonly intake: {
    readonly listener: string | null;
    readonly source: string | null;
    readonly counts: Record<string, number>;
  };
  readonly uplink: { readonly enrolled: boolean; readonly connected: boolean; readonly waiting: number };
  readonly consent: { readonly grants: number };
  readonly refusals: readonly { readonly reason: string; readonly count: number }[];
}

const READY = {
  start: /Open this once, within 15 minutes/,
  hub: /Engawa hub .* The household's page/,
  broker: /data broker ready/,
} as const;

/** Recipients and purposes of the offers that come with Engawa. */
const OFFERS: Readonly<Record<string, { recipient: string; purpose: string }>> = {
  'watch-service': { recipient: 'akari-security', purpose: 'security' },
  'energy-advice': { recipient: 'hidamari-denki', purpose: 'energyAdvice' },
  'family-care': { recipient: 'family', purpose: 'careFamily' },
  'every-sample': { recipient: 'test-laboratory', purpose: 'energyAdvice' },
};

/** Makes a place for one home (or demonstration) on this machine; nothing runs yet. */
export async function makeHome(mode: 'home' | 'demo' = 'home', in_?: { readonly folder: string }): Promise<Home> {
  const folder = in_?.folder ?? mkdtempSync(join(tmpdir(), 'engawa-e2e-'));
  const ports = {
    mqtt: await freePort(),
    portal: await freePort(),
    broker: await freePort(),
    ingress: await freePort(),
  };
  const settings = {
    ENGAWA_DATA: folder,
    ENGAWA_MQTT_PORT: String(ports.mqtt),
    ENGAWA_MQTTS_PORT: '0',
    ENGAWA_PORTAL_PORT: String(ports.portal),
    ENGAWA_BROKER_PORT: String(ports.broker),
    ENGAWA_INGRESS_PORT: String(ports.ingress),
    TZ: 'Asia/Tokyo',
  };
  const flag = mode === 'demo' ? ['--demo'] : [];
  const order =
    (name: ProgramName) =>
    async (...words: readonly string[]) => {
      const { code, out, err } = await runProgram(name, [...words, ...flag, '--json'], settings);
      if (code !== 0) throw new Error(`engawa ${name} ${words.join(' ')} ended with ${code}: ${out}${err}`);
      return JSON.parse(out);
    };
  const inside = join(folder, mode);
  const broker = order('broker');
  const begin: Home['begin'] = (name, words = [], more = {}) => startProgram(name, words, { ...settings, ...more });
  return {
    folder,
    mode,
    ports,
    settings,
    begin,
    start: async (name, words = [], more = {}) => {
      const program = begin(name, words, more);
      await program.until(READY[name]);
      return program;
    },
    hub: order('hub'),
    broker,
    hubStatus: async () => {
      const reply = await askHub(inside, 'GET', '/api/status');
      if (!reply.ok) throw new Error(reply.error);
      return reply.value as HubStatus;
    },
    brokerCounts: async () => {
      const reply = await command(join(inside, 'broker'), 'GET', '/cli/status');
      if (!reply.ok) throw new Error(reply.error);
      const { sinceStart } = reply.value as { sinceStart: { reason: string; count: number }[] };
      return Object.fromEntries(sinceStart.map(({ reason, count }) => [reason, count]));
    },
    feed: async (offer) => {
      const { recipient, purpose } = OFFERS[offer] ?? { recipient: '', purpose: '' };
      const { token } = (await broker('recipient', 'add', recipient, '--renew')) as { token: string };
      return { url: `http://127.0.0.1:${ports.broker}`, offer, purpose, token };
    },
    filesWith: (bytes, under = '') => filesWith(join(inside, under), bytes),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function filesWith(folder: string, bytes: string | Buffer): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(bytes));
}
