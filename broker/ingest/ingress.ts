import { type AnsweredCell, idleLoad, paced } from '../../proto/pacing.ts';
import type { Pacing } from '../../proto/wire.ts';
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

/** What a hub may do next, for its answer. */
export interface Allowance {
  /** Cells it may have outstanding. */
  readonly credit: number;
  readonly pacing: Pacing;
}

/** One cell from its arrival to its answer. */
export interface Visit {
  /** Does a part of the work on the cell, which counts as what the cell cost. */
  readonly timed: <T>(work: () => T | Promise<T>) => Promise<T>;
  /** Says what the hub may do next: whether the cell carried backlog, and asked for a place for more. */
  readonly allow: (cell: Pick<AnsweredCell, 'hadBacklog' | 'asks'>) => Allowance;
}

/** What the gate is given. */
export interface GateSettings {
  readonly counts: Counts;
  /** A fault while a cell was taken; it never holds what the cell said. */
  readonly onFault: (fault: unknown) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** The time over which hubs that lose this broker together should come back, in milliseconds. */
  readonly spreadMs: () => number;
  /** From 0 up to 1, to scatter the waits of backlog. */
  readonly random: () => number;
}

const BOUNDS = { busyFromMs: LIMITS.busyFromMs, longestWaitMs: LIMITS.backlogWaitMs };

/** Keeps the number of waiting cells bounded, all in all and of each hub, and says what hubs may send meanwhile. */
export class Gate {
  #waiting = 0;
  readonly #waitingOf = new Map<string, number>();
  readonly #settings: GateSettings;
  #load = idleLoad(LIMITS.backlogCellMs);

  constructor(settings: GateSettings) {
    this.#settings = settings;
  }

  /** A cell is being taken. */
  arrive(): Visit {
    const { now, spreadMs, random } = this.#settings;
    const arrivedMs = now();
    let workMs = 0;
    return {
      timed: async (work) => {
        const beganMs = now();
        try {
          return await work();
        } finally {
          workMs += now() - beganMs;
        }
      },
      allow: (cell) => {
        const nowMs = now();
        const answered = { ...cell, nowMs, waitedMs: nowMs - arrivedMs, workMs, drawn: random() };
        const { load, backlogWaitMs } = paced(this.#load, answered, BOUNDS);
        this.#load = load;
        const credit = this.#waiting > LIMITS.scarceAbove ? LIMITS.creditScarce : LIMITS.creditPlenty;
        return { credit, pacing: { backlogWaitMs, reconnectSpreadMs: spreadMs() } };
      },
    };
  }

  /** Cells that wait for their answer now. */
  waiting(): number {
    return this.#waiting;
  }

  /** Wraps taking so that it never rejects: what is too much or fails is counted, and the hub sends it again. */
  guard(take: (hub: string, frame: Buffer) => Promise<Buffer | undefined>): TakeFrame {
    const { counts, onFault } = this.#settings;
    return async (hub, frame) => {
      const ofHub = this.#waitingOf.get(hub) ?? 0;
      if (this.#waiting >= LIMITS.cellsWaiting || ofHub >= LIMITS.cellsWaitingPerHub) {
        counts.add(ofHub >= LIMITS.cellsWaitingPerHub ? 'hubOverload' : 'overload');
        return undefined;
      }
      this.#enter(hub, 1);
      try {
        return await take(hub, frame);
      } catch (fault) {
        counts.add('storeFault');
        onFault(fault);
        return undefined;
      } finally {
        this.#enter(hub, -1);
      }
    };
  }

  #enter(hub: string, by: 1 | -1): void {
    this.#waiting += by;
    const ofHub = (this.#waitingOf.get(hub) ?? 0) + by;
    if (ofHub === 0) this.#waitingOf.delete(hub);
    else this.#waitingOf.set(hub, ofHub);
  }
}
