import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { command } from '../../../broker/command/command-client.ts';
import { freePort } from '../../kit/free-port.ts';
import { follow, stop } from '../measure/processes.ts';
import { engawa } from './engawa.ts';
import { BENCH_OFFER, type PreparedHome, prepareHome } from './hub.ts';
import type { Machine, Place } from './machine.ts';

const PROGRAM = [fileURLToPath(new URL('../../../bin/broker.ts', import.meta.url))];
const LOOK_AGAIN_MS = 25;
const READY_MS = 30_000;

/** A home that is enrolled with a real `engawa broker`, and that broker's folder, to be copied for every run. */
export interface PreparedPair {
  readonly home: PreparedHome;
  readonly brokerFolder: string;
  /** With which the recipient reads its feed. */
  readonly token: string;
}

interface Ports {
  readonly http: number;
  readonly ingress: number;
}

async function startBroker(folder: string, { http, ingress }: Ports): Promise<ChildProcess> {
  mkdirSync(folder, { recursive: true });
  const child = follow(
    spawn(process.execPath, [...PROGRAM, '--data', folder], {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        LANG: 'C',
        ENGAWA_BROKER_PORT: String(http),
        ENGAWA_INGRESS_PORT: String(ingress),
        ENGAWA_LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  for (const ends = Date.now() + READY_MS; Date.now() < ends; await wait(LOOK_AGAIN_MS)) {
    if (child.exitCode !== null) throw new Error(`The data broker ended with ${child.exitCode}.`);
    if ((await command(folder, 'GET', '/cli/status')).ok) return child;
  }
  throw new Error('The data broker does not become ready.');
}

/** Sets up a home and a data broker that know each other, as an operator and a household would. */
export async function preparePair(root: string, devices: number): Promise<PreparedPair> {
  const brokerFolder = join(root, 'own-broker');
  const ports = { http: await freePort(), ingress: await freePort() };
  const broker = await startBroker(brokerFolder, ports);
  const ask = async (path: string, body: object = {}): Promise<unknown> => {
    const reply = await command(brokerFolder, 'POST', path, body);
    if (!reply.ok) throw new Error(`${path}: ${reply.error}`);
    return reply.value;
  };
  try {
    const { token } = (await ask('/cli/recipient/add', { name: BENCH_OFFER.recipient.id, renew: true })) as {
      token: string;
    };
    const { jws } = (await ask('/cli/offer/sign', { document: BENCH_OFFER })) as { jws: string };
    await ask('/cli/offer/publish', { jws });
    const { url, code } = (await ask('/cli/hub/invite')) as { url: string; code: string };
    const folder = join(root, 'own-home');
    const place = { folder, port: await freePort(), portalPort: await freePort(), uplinkPort: ports.ingress };
    const home = await prepareHome(place, devices, { url, code });
    return { home, brokerFolder, token };
  } finally {
    await stop(broker);
  }
}

/** Our hub with our data broker for a cloud; what it receives is read as its recipient reads it, over the live feed. */
export function engawaPair(name: string, { home, brokerFolder, token }: PreparedPair): Machine {
  return {
    ...engawa(name, home),
    decode: ({ cloudHttpPort }) => ({
      kind: 'feed',
      url: `http://127.0.0.1:${cloudHttpPort}/v1/feeds/${BENCH_OFFER.offer}/live?purpose=${BENCH_OFFER.purpose}`,
      token,
    }),
    cloud: ({ folder, cloudPort, cloudHttpPort }: Place) => {
      const copy = join(folder, 'broker');
      cpSync(brokerFolder, copy, { recursive: true, filter: (file) => !file.endsWith('.sock') });
      return startBroker(copy, { http: cloudHttpPort, ingress: cloudPort });
    },
  };
}
