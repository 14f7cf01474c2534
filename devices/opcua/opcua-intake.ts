import { type Stats, unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Arrived, CountIntake, Take } from '../intake.ts';
import { Client, type ClientState } from './client.ts';
import { MAPPING_TOPIC } from './decode.ts';
import { isEndpoint, type Mapping, readMapping } from './mapping.ts';
import { AGAIN_MS, arrival, PointLine, takeSafely } from './point-line.ts';
import type { ValueSaid } from './said.ts';

/** Whether values can arrive now, which nodes the server does not show, and if not connected, why. */
export type OpcuaState =
  | { readonly connected: true; readonly refusedNodes: readonly string[] }
  | Extract<ClientState, { connected: false }>
  | { readonly connected: false; readonly trouble: 'mapping'; readonly problem: string };

/** What the intake needs. */
export interface OpcuaOptions {
  /** `opc.tcp://host:port`. */
  readonly endpoint: string;
  /** Holds `opcua.json`, the mapping, and `opcua/`, certificates, which is made. */
  readonly folder: string;
  readonly take: Take;
  readonly count: CountIntake;
  readonly onState: (state: OpcuaState) => void;
  /** A number in [0, 1), for the jitter between attempts. */
  readonly random?: () => number;
  /** How often what did not change is said again; a test need not wait so long. */
  readonly sayAgainMs?: number;
}

/** A running intake; `close` ends its process. */
export interface OpcuaIntake {
  /** The process that holds the library; undefined while there is none. */
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/** The mapping file in the home's folder. */
const MAPPING_FILE = 'opcua.json';
const PKI_FOLDER = 'opcua';
/** How often the mapping file is looked at: who corrects it need not start the hub anew. */
const LOOK_MS = 2_000;
/** A server that sees no change says nothing, and power counts as known for 15 minutes only. */
const SAY_AGAIN_MS = 5 * 60_000;

/** Reads the mapping, and then the values of its nodes; starts anew when the file changes. Whatever fails, it is told and tried again. */
export function startOpcua(options: OpcuaOptions): OpcuaIntake {
  return new Intake(options);
}

/** What is true of one reading of the mapping file. */
interface Reading {
  readonly mapping: Mapping;
  readonly text: string;
}

class Intake implements OpcuaIntake {
  readonly #options: OpcuaOptions;
  readonly #file: string;
  readonly #timer: NodeJS.Timeout;
  readonly #look = (now: Stats, before: Stats): void => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) this.#begin();
  };
  /** Ends what belongs to the present reading of the mapping. */
  #over = new AbortController();
  #changing: Promise<void> = Promise.resolve();
  #client: Client | undefined;
  #lines: readonly PointLine[] = [];
  #isConnected = false;

  constructor(options: OpcuaOptions) {
    this.#options = options;
    this.#file = join(options.folder, MAPPING_FILE);
    watchFile(this.#file, { interval: LOOK_MS }, this.#look);
    this.#timer = setInterval(() => this.#sayAgain(), options.sayAgainMs ?? SAY_AGAIN_MS);
    this.#begin();
  }

  get pid(): number | undefined {
    return this.#client?.pid;
  }

  async close(): Promise<void> {
    unwatchFile(this.#file, this.#look);
    clearInterval(this.#timer);
    this.#over.abort();
    await this.#changing;
    await this.#client?.close();
  }

  #begin(): void {
    this.#over.abort();
    this.#over = new AbortController();
    const { signal } = this.#over;
    this.#changing = this.#changing.then(() => this.#run(signal));
  }

  async #run(signal: AbortSignal): Promise<void> {
    await this.#client?.close();
    this.#client = undefined;
    this.#isConnected = false;
    if (signal.aborted) return;
    const read = await this.#read();
    if (signal.aborted) return;
    if (typeof read === 'string') this.#options.onState({ connected: false, trouble: 'mapping', problem: read });
    else if (await this.#announce(read.text, signal)) this.#connect(read, signal);
  }

  /** The mapping as it is on disk, or what is wrong with it. */
  async #read(): Promise<Reading | string> {
    if (!isEndpoint(this.#options.endpoint))
      return 'ENGAWA_OPCUA_URL must be like opc.tcp://host:4840, without user or password.';
    const text = await readFile(this.#file, 'utf8').catch(() => undefined);
    if (text === undefined) return `${this.#file} cannot be read. Write it, and let the hub's user read it.`;
    const read = readMapping(text);
    if (!read.ok) return `${this.#file}: ${read.problem}`;
    return { mapping: read.mapping, text };
  }

  /** Takes the mapping's things in, as often as needed; false when this reading was given up meanwhile. */
  async #announce(text: string, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const fate = await takeSafely(this.#options.take, announcement(text));
      if (fate === 'committed') return !signal.aborted;
      this.#options.count('commitFailed');
      await pause(AGAIN_MS, signal);
    }
    return false;
  }

  #connect({ mapping }: Reading, signal: AbortSignal): void {
    const { endpoint, folder, take, count, random = Math.random } = this.#options;
    const parts = {
      take,
      count,
      nowMs: Date.now,
      pause: (ms: number) => pause(ms, signal),
      isOver: () => signal.aborted,
    };
    this.#lines = mapping.points.map(({ nodeId }) => new PointLine({ ...parts, nodeId }));
    this.#client = new Client({
      start: { endpoint, mapping, folder, pkiFolder: join(folder, PKI_FOLDER) },
      hear: (value, done) => this.#hear(value, done),
      onState: (state) => this.#tell(state, mapping),
      random,
    });
  }

  #hear(value: ValueSaid, done: () => void): void {
    for (let lost = 0; lost < value.lost; lost += 1) this.#options.count('lostValue');
    const line = this.#lines[value.point];
    if (line) line.push(value, done);
    else done();
  }

  #tell(state: ClientState, { points }: Mapping): void {
    this.#isConnected = state.connected;
    const refusedNodes = state.connected ? state.refusedPoints.flatMap((index) => points[index]?.nodeId ?? []) : [];
    this.#options.onState(state.connected ? { connected: true, refusedNodes } : state);
  }

  #sayAgain(): void {
    if (this.#isConnected) for (const line of this.#lines) line.sayAgain();
  }
}

/** Waits so long, or until it is all over. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}

function announcement(text: string): Arrived {
  return arrival({ topic: MAPPING_TOPIC, payload: Buffer.from(text), retained: true, receivedAtMs: Date.now() });
}
