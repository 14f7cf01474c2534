import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arrived } from '../../devices/intake.ts';
import { type OpcuaIntake, type OpcuaOptions, type OpcuaState, startOpcua } from '../../devices/opcua/opcua-intake.ts';
import { eventually } from './eventually.ts';

/** A folder for one side of an OPC UA connection. */
export const folderOf = (name: string): Promise<string> => mkdtemp(join(tmpdir(), `engawa-opcua-${name}-`));

/** An OPC UA intake in a folder of its own, and everything it takes in and tells. */
export class Bench {
  readonly folder: string;
  readonly taken: Arrived[] = [];
  readonly states: OpcuaState[] = [];
  readonly counted: string[] = [];
  fate: 'committed' | 'failed' = 'committed';
  #intake: OpcuaIntake | undefined;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes the mapping and begins to read. */
  async start(endpoint: string, mapping: object, more: Partial<OpcuaOptions> = {}): Promise<void> {
    await this.map(mapping);
    this.#intake = startOpcua({
      endpoint,
      folder: this.folder,
      take: async (arrived) => {
        if (this.fate === 'committed') this.taken.push(arrived);
        return this.fate;
      },
      count: (reason) => this.counted.push(reason),
      onState: (state) => this.states.push(state),
      random: () => 0,
      ...more,
    });
  }

  /** Writes another mapping. */
  map(mapping: object): Promise<void> {
    return writeFile(join(this.folder, 'opcua.json'), JSON.stringify(mapping));
  }

  /** The process that holds the library. */
  get pid(): number | undefined {
    return this.#intake?.pid;
  }

  /** What was told last. */
  get state(): OpcuaState | undefined {
    return this.states.at(-1);
  }

  /** Ends it and removes its folder. */
  async close(): Promise<void> {
    await this.#intake?.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Resolves when it is connected. */
  connected(): Promise<unknown> {
    return eventually(
      () => this.state,
      (state) => state?.connected === true,
    );
  }

  /** Resolves when it has this trouble. */
  trouble(name: string): Promise<OpcuaState | undefined> {
    return eventually(
      () => this.state,
      (state) => state?.connected === false && state.trouble === name,
    );
  }

  /** What was taken of a node: status, value, and whether it is a picture. */
  of(node: string | undefined): { status: number; value: unknown; retained: boolean; sourceMs: number | undefined }[] {
    return this.taken
      .filter(({ topic }) => topic === node)
      .map(({ payload, retained, sourceMs }) => ({ ...JSON.parse(payload.toString()), retained, sourceMs }));
  }

  /** Resolves when this is the last value of a node. */
  said(node: string | undefined, value: unknown): Promise<unknown> {
    return eventually(
      () => this.of(node).at(-1)?.value,
      (last) => last === value,
    );
  }

  /** Trusts the servers that another trusts. */
  async trustAs(other: Bench): Promise<void> {
    await mkdir(join(this.folder, 'opcua'), { mode: 0o700 });
    await cp(join(other.folder, 'opcua', 'trusted'), join(this.folder, 'opcua', 'trusted'), { recursive: true });
  }

  /** A resident's yes to the server's certificate. */
  async trust(): Promise<void> {
    const state = await this.trouble('untrusted');
    if (state?.connected !== false || state.trouble !== 'untrusted') throw new Error('It is another trouble.');
    await rename(state.file, state.moveTo);
  }
}

/** A cable to the server that can be pulled: then nothing passes, and no connection is closed. */
export class Cable {
  readonly #server: Server;
  readonly #sockets: Socket[] = [];
  #isPulled = false;

  constructor(port: number, toPort: number) {
    this.#server = createServer((near) => {
      const far = connect(toPort, '127.0.0.1');
      this.#sockets.push(near, far);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on('data', (bytes) => this.#isPulled || to.write(bytes));
        from.on('error', () => undefined);
        from.on('close', () => this.#isPulled || to.destroy());
      }
    }).listen(port, '127.0.0.1');
  }

  /** From now on nothing passes. */
  pull(): void {
    this.#isPulled = true;
  }

  /** Closes every connection. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
