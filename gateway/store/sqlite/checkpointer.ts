import { LIMITS } from '../../limits.ts';
import type { CheckpointMode, FromCheckpointer, ThreadData, ToCheckpointer } from './messages.ts';
import { Thread } from './thread.ts';

/**
 * Decides when the write-ahead log is moved into the database, and has a thread of its own do it, so that no commit
 * waits for it; only when the log outgrows LIMITS.logFrames the writer pauses for one full checkpoint.
 */
export class Checkpointer {
  readonly #data: ThreadData;
  readonly #lost: (detail: string) => Error;
  #thread: Thread<ToCheckpointer, FromCheckpointer> | undefined;
  #operations = 0;
  #running = false;
  #overgrown = false;

  constructor(data: ThreadData, lost: (detail: string) => Error) {
    this.#data = data;
    this.#lost = lost;
  }

  /** Whether the writer should pause for `run('RESTART')` before its next group. */
  get overgrown(): boolean {
    return this.#overgrown;
  }

  /** Counts committed operations and starts a passive checkpoint when it is time; never rejects. */
  committed(operations: number): void {
    this.#operations += operations;
    if (this.#running || this.#operations < LIMITS.checkpointOperations) return;
    this.#operations = 0;
    this.#running = true;
    void this.run('PASSIVE').then(() => {
      this.#running = false;
    });
  }

  /**
   * Runs one checkpoint, on a thread that starts with the first one. Never rejects: a checkpoint that fails is tried
   * again later, if need be on a new thread, and no commit depends on it.
   */
  async run(mode: CheckpointMode): Promise<void> {
    this.#thread ??= new Thread(new URL('./checkpoint-thread.ts', import.meta.url), this.#data, this.#lost);
    const thread = this.#thread;
    const answer = await thread.ask({ mode }).catch(() => undefined);
    if (!answer && this.#thread === thread) this.#thread = undefined;
    // Only a passive run may ask for a pause: otherwise a reader that never ends would stop the writer for good.
    const frames = answer && 'frames' in answer ? answer.frames : 0;
    this.#overgrown = mode === 'PASSIVE' && frames > LIMITS.logFrames;
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#thread?.end({ close: true });
  }
}
