import { Worker } from 'node:worker_threads';
import { LIMITS } from '../../limits.ts';

/**
 * One worker thread that answers every message with exactly one message, in order. When it ends unasked, everything
 * still waiting for an answer, and everything asked later, rejects with what `lost` makes.
 */
export class Thread<To, From> {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (answer: From) => void; reject: (error: Error) => void }[] = [];
  readonly #ended: Promise<void>;
  readonly #lost: (detail: string) => Error;
  #alive = true;
  #detail = 'thread ended';

  /** `lost` gets the name or code of what ended the thread, never a message. */
  constructor(script: URL, data: unknown, lost: (detail: string) => Error) {
    this.#lost = lost;
    const resourceLimits = { maxYoungGenerationSizeMb: LIMITS.threadYoungMegabytes };
    this.#worker = new Worker(script, { workerData: data, resourceLimits });
    this.#worker.on('message', (answer: From) => this.#waiting.shift()?.resolve(answer));
    // Without a listener an error in a thread would end the process; its `exit` follows.
    this.#worker.on('error', (error) => {
      this.#detail = 'code' in error ? String(error.code) : error.name;
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#alive = false;
        for (const { reject } of this.#waiting.splice(0)) reject(lost(this.#detail));
        resolve();
      });
    });
  }

  /** The answer to a message (or, without one, the thread's next word of its own). */
  ask(message?: To): Promise<From> {
    if (!this.#alive) return Promise.reject(this.#lost(this.#detail));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (message !== undefined) this.#worker.postMessage(message);
    });
  }

  /** Sends a last message and resolves when the thread has ended. */
  async end(message: To): Promise<void> {
    if (this.#alive) this.#worker.postMessage(message);
    await this.#ended;
  }

  /** Resolves when the thread has ended, for whatever reason. */
  get ended(): Promise<void> {
    return this.#ended;
  }
}
