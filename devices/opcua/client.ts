import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Backoff } from '../backoff.ts';
import type { ClientTrouble, Done, Said, Start, ValueSaid } from './said.ts';

/** Whether there is a connection; `processEnded`: the process died and is started again. */
export type ClientState =
  | { readonly connected: true; readonly refusedPoints: readonly number[] }
  | ({ readonly connected: false } & (ClientTrouble | { readonly trouble: 'processEnded' }));

/** What a client needs. */
export interface ClientOptions {
  readonly start: Start;
  /** Takes a value in; `done` makes room for another. */
  readonly hear: (value: ValueSaid, done: () => void) => void;
  readonly onState: (state: ClientState) => void;
  readonly random: () => number;
}

const CHILD = fileURLToPath(new URL('./client-process.ts', import.meta.url));

/** Time for closing the session in order. */
const FAREWELL_MS = 5_000;

/** The OPC UA client: a process of its own, started again when it dies. */
export class Client {
  readonly #options: ClientOptions;
  readonly #backoff = new Backoff();
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#start();
  }

  /** The process that holds the library; undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child?.pid === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const timer = setTimeout(() => child.kill('SIGKILL'), FAREWELL_MS);
    if (child.connected) child.disconnect();
    await gone;
    clearTimeout(timer);
  }

  #start(): void {
    const { start } = this.#options;
    // Nothing of the hub's settings is for it: they hold secrets.
    const env = { HOME: start.pkiFolder };
    const child = fork(CHILD, [], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env });
    this.#child = child;
    child.on('message', (said: Said) => this.#hear(said, child));
    child.on('error', () => this.#ended(child));
    child.once('exit', () => this.#ended(child));
    child.send(start, () => undefined);
  }

  #hear(message: Said, child: ChildProcess): void {
    if (this.#closing || this.#child !== child) return;
    if (message.said === 'value') {
      this.#options.hear(message, () => {
        if (child.connected) child.send({ done: 1 } satisfies Done, () => undefined);
      });
    } else if (message.said === 'connected') {
      this.#backoff.reset();
      this.#options.onState({ connected: true, refusedPoints: message.refusedPoints });
    } else {
      const { said: _, ...trouble } = message;
      this.#options.onState({ connected: false, ...trouble });
    }
  }

  #ended(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    if (this.#closing) return;
    this.#options.onState({ connected: false, trouble: 'processEnded' });
    this.#timer = setTimeout(() => this.#start(), this.#backoff.next(this.#options.random()));
  }
}
