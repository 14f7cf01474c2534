import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { command } from '../broker/command/command-client.ts';
import type { Hub } from '../gateway/main.ts';
import type { Settings } from './settings.ts';

const LOOK_AGAIN_MS = 30;
const START_MS = 30_000;
const STOP_MS = 10_000;
const OFFERS = fileURLToPath(new URL('./offers/', import.meta.url));

interface Place {
  readonly folder: string;
  readonly settings: Settings;
}

/** The data broker that runs beside a hub on the same machine, as a process of its own. */
export interface LocalBroker {
  readonly url: string;
  readonly ingressUrl: string;
  /** Invites the hub and lets it enrol, the same way an operator would. */
  enrol(hub: Hub): Promise<void>;
  /** Signs and publishes the offers that come with Engawa; resolves with the tokens of their recipients, by recipient id. */
  publishOffers(): Promise<Map<string, string>>;
  close(): Promise<void>;
}

/** Starts the data broker of this folder, or only if it was started here before. */
export const localBroker = {
  ifThere: (place: Place): Promise<LocalBroker | undefined> =>
    existsSync(place.folder) ? start(place) : Promise.resolve(undefined),
  start,
};

async function start({ folder, settings }: Place): Promise<LocalBroker> {
  const program = fileURLToPath(new URL('./broker.ts', import.meta.url));
  const env = {
    ...process.env,
    ENGAWA_BIND: settings.ENGAWA_BIND,
    ENGAWA_BROKER_PORT: String(settings.ENGAWA_BROKER_PORT),
    ENGAWA_INGRESS_PORT: String(settings.ENGAWA_INGRESS_PORT),
    ENGAWA_LOG_LEVEL: settings.ENGAWA_LOG_LEVEL === 'info' ? 'warn' : settings.ENGAWA_LOG_LEVEL,
  };
  const child = spawn(process.execPath, [program, '--data', folder], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  const { url, ingressUrl } = await running(folder, child);
  return {
    url,
    ingressUrl,
    enrol: (hub) => enrol(folder, hub),
    publishOffers: () => publishOffers(folder),
    close: () => stop(child),
  };
}

async function running(folder: string, child: ChildProcess): Promise<{ url: string; ingressUrl: string }> {
  const ends = Date.now() + START_MS;
  while (Date.now() < ends) {
    if (child.exitCode !== null || child.signalCode !== null) process.exit(1);
    const reply = await command(folder, 'GET', '/cli/status');
    if (reply.ok) return reply.value as { url: string; ingressUrl: string };
    await wait(LOOK_AGAIN_MS);
  }
  console.error('The data broker did not start within 30 seconds. Look at its messages above.');
  process.exit(1);
}

async function enrol(folder: string, hub: Hub): Promise<void> {
  const invited = await ask(folder, '/cli/hub/invite');
  const { url, code } = invited as { url: string; code: string };
  const enrolled = await hub.household.enrol(url, code);
  if (!enrolled.ok) throw new Error(`${enrolled.problem.error.en} ${enrolled.problem.remedy.en}`);
}

async function publishOffers(folder: string): Promise<Map<string, string>> {
  const tokensFile = join(folder, 'recipient-tokens.json');
  const tokens = new Map<string, string>(
    existsSync(tokensFile) ? Object.entries(JSON.parse(readFileSync(tokensFile, 'utf8'))) : [],
  );
  const listed = await command(folder, 'GET', '/cli/offer/list');
  const published = listed.ok ? (listed.value as { offers: { offer: string; version: number }[] }).offers : [];
  for (const file of readdirSync(OFFERS).filter((name) => name.endsWith('.json'))) {
    const document = JSON.parse(readFileSync(join(OFFERS, file), 'utf8'));
    if (!tokens.has(document.recipient.id)) {
      const { token } = (await ask(folder, '/cli/recipient/add', { name: document.recipient.id, renew: true })) as {
        token: string;
      };
      tokens.set(document.recipient.id, token);
      writeFileSync(tokensFile, JSON.stringify(Object.fromEntries(tokens)), { mode: 0o600 });
    }
    if (published.some((one) => one.offer === document.offer && one.version >= document.version)) continue;
    const { jws } = (await ask(folder, '/cli/offer/sign', { document })) as { jws: string };
    await ask(folder, '/cli/offer/publish', { jws });
  }
  return tokens;
}

async function ask(folder: string, path: string, body?: unknown): Promise<unknown> {
  const reply = await command(folder, 'POST', path, body);
  if (!reply.ok) throw new Error(`${reply.error} ${reply.remedy}`);
  return reply.value;
}

/** Stops a child in order; one that does not listen is ended. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve());
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await promise;
  clearTimeout(timer);
}
