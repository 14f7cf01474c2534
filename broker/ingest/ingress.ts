import type { Counts } from '../counts.ts';
import { LIMITS } from '../limits.ts';

/** Takes one frame of a hub; resolves with its answer, or with nothing when none is due. Never rejects. */
export type TakeFrame = (hub: string, frame: Buffer) => Promise<Buffer | undefined>;

/** An MQTT side of the broker that is running. */
export interface Ingress {
  /** Whether cells can arrive now. */
  readonly connected: () => boolean;
  /** Connections of hubs (embedded), or 1 and 0 for the one to another server. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** The hub a topic belongs to when it is an up topic: 32 hexadecimal digits, else undefined. */
export const hubOfTopic = (topic: string): string | undefined => /^engawa\/1\/([0-9a-f]{32})\/up$/.exec(topic)?.[1];

/** Keeps the number of waiting cells bounded, and says how much hubs may send meanwhile. */
export class Gate {
  #waiting = 0;
  readonly #counts: Counts;
  readonly #onFault: (fault: unknown) => void;

  constructor(counts: Counts, onFault: (fault: unknown) => void) {
    this.#counts = counts;
    this.#onFault = onFault;
  }

  /** Cells a hub may have outstanding: few while many wait. */
  credit(): number {
    return this.#waiting > LIMITS.scarceAbove ? LIMITS.creditScarce : LIMITS.creditPlenty;
  }

  /** Cells that wait for their answer now. */
  waiting(): number {
    return this.#waiting;
  }

  /** Wraps taking so that it never rejects: what is too much or fails is counted, and the hub sends it again. */
  guard(take: (hub: string, frame: Buffer) => Promise<Buffer | undefined>): TakeFrame {
    return async (hub, frame) => {
      if (this.#waiting >= LIMITS.cellsWaiting) {
        this.#counts.add('overload');
        return undefined;
      }
      this.#waiting += 1;
      try {
        return await take(hub, frame);
      } catch (fault) {
        this.#counts.add('storeFault');
        this.#onFault(fault);
        return undefined;
      } finally {
        this.#waiting -= 1;
      }
    };
  }
}
