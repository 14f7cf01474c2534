import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Broker } from '../../../broker/main.ts';
import type { DownBody, UpBody } from '../../../proto/wire.ts';
import { type Line, lineOf, type TestHub, temporaryFolder } from './kit.ts';

const CHILD = fileURLToPath(new URL('crash-child.ts', import.meta.url));

/** When the broker dies: see `crash-child.ts`. */
export type Death = 'cells' | 'migration' | 'withdrawal' | 'erasing' | 'receipt';

/** A broker in a process of its own that dies, and is started again on the same ports and folder. */
export class DyingBroker {
  readonly folder = temporaryFolder();
  readonly #when: Death;
  #child: ChildProcess | undefined;
  #at = { url: '', ingressUrl: '' };
  #line: Line | undefined;
  deaths = 0;

  constructor(when: Death) {
    this.#when = when;
  }

  /** What tests ask a broker for. */
  get broker(): Broker {
    return { ...this.#at, socket: '', close: async () => {} };
  }

  /** Starts it, again when it dies on its way. */
  async start(): Promise<void> {
    for (;;) {
      const ports =
        this.#at.url === '' ? ['0', '0'] : [this.#at.url, this.#at.ingressUrl].map((url) => new URL(url).port);
      const argv = [CHILD, this.folder.path, ...ports, this.#when];
      const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
      this.#child = child;
      const died = once(child, 'exit').then(() => undefined);
      const ready = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
      const line = await Promise.race([ready, died]);
      if (line) {
        this.#at = JSON.parse(line[0]);
        return;
      }
      this.deaths += 1;
    }
  }

  /** Sends until an answer comes, starting the broker again each time it died meanwhile: what a hub does. */
  async untilAnswered(hub: TestHub, body: UpBody): Promise<DownBody> {
    for (;;) {
      this.#line ??= await lineOf(hub, this.#at.ingressUrl);
      const died = this.#died();
      const answered = this.#line.send(body).catch(() => died);
      const answer = await Promise.race([answered, died]);
      if (answer) return answer;
      this.deaths += 1;
      await this.#line.close();
      this.#line = undefined;
      await this.start();
    }
  }

  async #died(): Promise<undefined> {
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  /** Ends it and removes its folder. */
  async end(): Promise<void> {
    await this.#line?.close();
    const died = this.#died();
    this.#child?.kill('SIGKILL');
    await died;
    this.folder.remove();
  }
}
