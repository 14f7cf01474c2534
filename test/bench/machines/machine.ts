import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../kit/free-port.ts';
import type { Decode } from '../cloud/receiver.ts';
import { LoadGenerator } from '../load/load.ts';
import type { Account } from '../load/mqtt-wire.ts';
import { stop } from '../measure/processes.ts';
import { CLOUD_LINES, startMosquitto } from './mosquitto.ts';

/** Devices that publish, each on a connection of its own. */
export const DEVICES = 50;
/** Packets one device leaves unacknowledged at most, as real clients do. */
export const WINDOW = 100;

/** Where one machine is started. */
export interface Place {
  readonly folder: string;
  /** Where devices publish. */
  readonly port: number;
  /** The cloud's MQTT server. */
  readonly cloudPort: number;
  /** The cloud's HTTP, where it has any. */
  readonly cloudHttpPort: number;
}

/** A place of its own, with free ports. */
export async function makePlace(root: string): Promise<Place> {
  const [port, cloudPort, cloudHttpPort] = [await freePort(), await freePort(), await freePort()];
  return { folder: mkdtempSync(join(root, 'run-')), port, cloudPort, cloudHttpPort };
}

/** Starts the cloud of a machine in a place. */
export function startCloud({ cloud }: Machine, place: Place): Promise<ChildProcess> {
  return cloud?.(place) ?? startMosquitto(place.folder, 'cloud', place.cloudPort, CLOUD_LINES);
}

/** A machine that runs. */
export interface Running {
  /** The machine itself first, then what it cannot do without. */
  readonly processes: readonly ChildProcess[];
  readonly accounts: readonly Account[];
  /** When the first of them was started, on the clock that all processes share. */
  readonly startedAtMs: number;
}

/** Milliseconds of the clock that all processes of a computer share. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Something that takes what devices say and brings it to the cloud: our hub, or a peer. */
export interface Machine {
  readonly name: string;
  /** How the cloud reads what it sends. */
  decode(place: Place): Decode;
  /** Starts the cloud's MQTT server where that is not Mosquitto. */
  readonly cloud?: (place: Place) => Promise<ChildProcess>;
  /** Starts its processes without waiting for more than their ports. */
  start(place: Place): Promise<Running>;
  /** Waits until it takes and passes on what comes. */
  ready(place: Place, running: Running): Promise<void>;
  /** True where the cloud knows the devices already, and what is measured begins at the start. */
  readonly isKnown?: boolean;
}

/** A running machine between a load generator and a cloud. */
export interface Session {
  readonly load: LoadGenerator;
  readonly running: Running;
  readonly place: Place;
  /** From when the machine was ready to when all devices were connected. */
  readonly connectedMs: number;
  /** Process ids, the machine's own first. */
  readonly pids: readonly number[];
}

/** Starts cloud, machine and load, lets the devices say their names, uses them, and stops all of it. */
export async function withMachine<Made>(
  root: string,
  machine: Machine,
  use: (session: Session) => Promise<Made>,
): Promise<Made> {
  const place = await makePlace(root);
  const cloud = await startCloud(machine, place);
  const load = new LoadGenerator();
  let running: Running | undefined;
  try {
    await load.cloud(place.cloudPort, machine.decode(place));
    running = await machine.start(place);
    await machine.ready(place, running);
    const readyAtMs = performance.now();
    await load.connect({ accounts: running.accounts, window: WINDOW });
    const connectedMs = performance.now() - readyAtMs;
    if (!machine.isKnown) await load.name();
    const pids = running.processes.map(({ pid }) => pid ?? 0);
    return await use({ load, running, place, connectedMs, pids });
  } finally {
    await load.end();
    for (const child of running?.processes ?? []) await stop(child);
    await stop(cloud);
    rmSync(place.folder, { recursive: true, force: true });
  }
}

/** Accounts of a server that lets anybody in. */
export function anybody(port: number): Account[] {
  return Array.from({ length: DEVICES }, (_one, device) => ({ port, clientId: `plug-${device}` }));
}
