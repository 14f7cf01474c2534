import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Hub, type HubSettings, PortTaken, startHub } from '../gateway/main.ts';
import { log } from './log.ts';
import { nurseryKeeper } from './nursery.ts';
import type { Settings } from './settings.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The version in package.json. */
export const VERSION: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

const VARIABLE = {
  listener: 'ENGAWA_MQTT_PORT',
  secureListener: 'ENGAWA_MQTTS_PORT',
  portal: 'ENGAWA_PORTAL_PORT',
} as const;

/** A real home's hub settings from the program's settings; nothing else may scale its clock. */
export function homeHub(settings: Settings): Omit<HubSettings, 'onFatal'> {
  const listens = settings.ENGAWA_SOURCE_URL === undefined || settings.listenerAsked;
  return {
    mode: 'home',
    dataFolder: join(settings.dataFolder, 'home'),
    pages: join(root, 'portal', 'dist'),
    bind: settings.ENGAWA_BIND,
    portalPort: settings.ENGAWA_PORTAL_PORT,
    listener: listens ? { host: '0.0.0.0', port: settings.ENGAWA_MQTT_PORT } : undefined,
    host: settings.ENGAWA_HOST,
    secureListener: listens ? { host: '0.0.0.0', port: settings.ENGAWA_MQTTS_PORT } : undefined,
    sourceUrl: settings.ENGAWA_SOURCE_URL,
    sourceSpeaks: settings.ENGAWA_SOURCE_DIALECTS,
    sourceCa: settings.ENGAWA_SOURCE_CA,
    opcuaUrl: settings.ENGAWA_OPCUA_URL,
    uplinkUrl: settings.ENGAWA_UPLINK_URL,
    brokerUrl: undefined,
    timeZone: settings.TZ ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    scale: undefined,
    gatherMs: settings.ENGAWA_GATHER_MS,
    onRate: nurseryKeeper(),
    version: VERSION,
    say: log(settings.ENGAWA_LOG_LEVEL),
  };
}

/** Starts a hub, or ends the program with a sentence that says what is wrong and what to do. */
export async function hubOrExit(settings: Omit<HubSettings, 'onFatal'>): Promise<Hub> {
  const end = (sentence: string): never => {
    console.error(sentence);
    process.exit(1);
  };
  try {
    return await startHub({ ...settings, onFatal: end });
  } catch (fault) {
    if (fault instanceof PortTaken)
      return end(
        `Port ${fault.port} is taken. Stop the program that holds it, or set ${VARIABLE[fault.door]} to another port.`,
      );
    return end(fault instanceof Error ? fault.message : String(fault));
  }
}

/** `engawa hub`: runs the hub of a real home until it is told to stop. */
export async function runHub(settings: Settings): Promise<void> {
  const hub = await hubOrExit(homeHub(settings));
  console.log(`Engawa hub ${VERSION}. The household's page, for one use within 15 minutes: ${hub.newLink()}`);
  stopOnSignal(() => hub.close());
}

/** Ends the program in order when it is told to stop; a second signal ends it at once. */
export function stopOnSignal(close: () => Promise<void>): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    void close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
