import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Decode, Names } from '../cloud/receiver.ts';
import { ended, follow } from '../measure/processes.ts';
import type { Account } from './mqtt-wire.ts';
import type { First, Order, RunResult } from './orders.ts';

type Answer = { readonly result: unknown } | { readonly fault: string };

/** A load generator in a process of its own, told what to do one order at a time. */
export class LoadGenerator {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = follow(
      spawn(process.execPath, [fileURLToPath(new URL('./load-child.ts', import.meta.url))], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        serialization: 'advanced',
      }),
    );
  }

  cloud(port: number, decode: Decode): Promise<unknown> {
    return this.#tell({ order: 'cloud', port, decode });
  }

  async first(account: Account, limitMs: number): Promise<First> {
    return (await this.#tell({ order: 'first', account, limitMs })) as First;
  }

  connect(order: Omit<Extract<Order, { order: 'connect' }>, 'order'>): Promise<unknown> {
    return this.#tell({ order: 'connect', ...order });
  }

  name(attempts = 20): Promise<unknown> {
    return this.#tell({ order: 'name', attempts });
  }

  async names(): Promise<Names> {
    return (await this.#tell({ order: 'names' })) as Names;
  }

  publish(messages: readonly { topic: string; payload: string }[]): Promise<unknown> {
    return this.#tell({ order: 'publish', messages });
  }

  async run(order: Omit<Extract<Order, { order: 'run' }>, 'order'>): Promise<RunResult> {
    return (await this.#tell({ order: 'run', ...order })) as RunResult;
  }

  async drain(drainMs: number): Promise<{ missing: number }> {
    return (await this.#tell({ order: 'drain', drainMs })) as { missing: number };
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    await this.#tell({ order: 'end' }).catch(() => undefined);
    await ended(this.#child);
  }

  #tell(order: Order): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error('the load generator ended'));
      this.#child.once('exit', gone);
      this.#child.once('message', (answer: Answer) => {
        this.#child.off('exit', gone);
        if ('fault' in answer) reject(new Error(answer.fault));
        else resolve(answer.result);
      });
      this.#child.send(order);
    });
  }
}
