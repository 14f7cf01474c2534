import type { Pacing } from './wire.ts';

/**
 * Pacing, both sides, as reducers on plain values: when a hub's backlog may go, and what a broker tells each hub so that any
 * number of them drain at its best rate. Live data is never held back by any of it.
 *
 * A hub whose backlog has no place in time asks for one with whatever cell it sends. The broker knows what a cell of backlog
 * costs it (a full one fifty times an empty one) and how much of its time goes to everything else. Of the rest it gives most away
 * as places in time, one after the other, to hubs that ask; a smaller part to hubs that are told "at once", but only while no
 * cell waits long. So places that were given far ahead never add up to more than it can do, what is left over is still used,
 * and live data waits behind little.
 */

/** When the backlog of one hub may go, on one connection. */
export interface BacklogPace {
  /** A cell that asked was answered on this connection: before that nothing is known of how busy the broker is. */
  readonly isHeard: boolean;
  /** No cell with backlog before this instant of the hub's monotonic clock. */
  readonly notBeforeMs: number;
  /** The broker is busy: a place is for one cell. */
  readonly isHeldBack: boolean;
}

/** A connection that has not been answered. */
export const UNHEARD: BacklogPace = { isHeard: false, notBeforeMs: 0, isHeldBack: false };

/** Cells with backlog under way at once while the broker is not busy: on the shaped lane one is sealed ahead while another waits for its answer. */
const MOST_UNDER_WAY = 2;

/** A cell that asked was answered at `nowMs`; a broker of version 1 answers without pacing, which means at once. */
export function heard(pacing: Pacing | undefined, nowMs: number): BacklogPace {
  const waitMs = pacing?.backlogWaitMs ?? 0;
  return { isHeard: true, notBeforeMs: nowMs + waitMs, isHeldBack: waitMs > 0 };
}

/**
 * Whether another cell with backlog may be composed at `nowMs`: `underWay` of them are unanswered, and `credit` cells may be
 * in all. One of the credit is left to live data, unless there is only one.
 */
export function mayCarryBacklog(
  pace: BacklogPace,
  { nowMs, underWay, credit }: { nowMs: number; underWay: number; credit: number },
): boolean {
  const most = pace.isHeldBack ? 1 : Math.min(MOST_UNDER_WAY, Math.max(1, credit - 1));
  return pace.isHeard && nowMs >= pace.notBeforeMs && underWay < most;
}

/** How busy a broker is; times of its monotonic clock. */
export interface Load {
  /** What one cell of backlog costs, smoothed, in milliseconds of work. */
  readonly cellMs: number;
  /** The share of the broker's time that goes to everything but backlog, smoothed. */
  readonly otherShare: number;
  /** Work on everything but backlog since an instant. */
  readonly other: { readonly sinceMs: number; readonly workMs: number };
  /** The last place in time that was given. */
  readonly placeMs: number;
  /** Until when "at once" is used up. */
  readonly atOnceMs: number;
}

/** What a broker knows when it answers a cell. */
export interface AnsweredCell {
  readonly nowMs: number;
  readonly hadBacklog: boolean;
  /** Its hub has more backlog, without a place. */
  readonly asks: boolean;
  /** How long this cell waited at the broker for its answer, in milliseconds. */
  readonly waitedMs: number;
  /** What this cell cost, in milliseconds of work. */
  readonly workMs: number;
  /** A number drawn from 0 up to 1. */
  readonly drawn: number;
}

/** The broker's bounds in milliseconds: the wait of a cell from which nobody is told "at once", and the longest wait it asks for. */
export interface LoadBounds {
  readonly busyFromMs: number;
  readonly longestWaitMs: number;
}

/** Cells over which the cost is smoothed, and the time over which the other work is added up. */
const SMOOTHED = 32;
const ADDED_UP_MS = 1000;
/** The part of the broker's time that places, and "at once", may fill together with the other work; the least for places. */
const FOR_PLACES = 0.8;
const FOR_AT_ONCE = 0.2;
const LEAST = 0.05;
/** Time for which "at once" is saved up. */
const SAVED_MS = 250;
/** Waits are scattered by this share either way. */
const SCATTERED = 0.5;
/** Places come so much slower at most, when cells wait longer than they should. */
const SLOWEST = 2;

/** A broker that just started; `cellMs` is a first guess, unlearned within some ten cells of backlog. */
export function idleLoad(cellMs: number): Load {
  return { cellMs, otherShare: 0, other: { sinceMs: 0, workMs: 0 }, placeMs: 0, atOnceMs: 0 };
}

function measured(load: Load, { nowMs, hadBacklog, workMs }: AnsweredCell): Load {
  if (hadBacklog) return { ...load, cellMs: load.cellMs + (Math.max(workMs, 0) - load.cellMs) / SMOOTHED };
  const { sinceMs, workMs: before } = load.other;
  const other = { sinceMs, workMs: before + Math.max(workMs, 0) };
  const elapsedMs = nowMs - sinceMs;
  if (elapsedMs < ADDED_UP_MS) return { ...load, other };
  const share = Math.min(other.workMs / elapsedMs, 1);
  return { ...load, otherShare: (load.otherShare + share) / 2, other: { sinceMs: nowMs, workMs: 0 } };
}

/** A cell is answered: the load after it, and how long its hub waits before its next cell with backlog (0 unless it asks). */
export function paced(before: Load, cell: AnsweredCell, bounds: LoadBounds): { load: Load; backlogWaitMs: number } {
  const load = measured(before, cell);
  const { nowMs } = cell;
  if (!cell.asks) return { load, backlogWaitMs: 0 };
  const pressure = cell.waitedMs / bounds.busyFromMs;
  const atOnceMs = Math.max(load.atOnceMs, nowMs - SAVED_MS) + load.cellMs / FOR_AT_ONCE;
  if (pressure < 1 && atOnceMs <= nowMs) return { load: { ...load, atOnceMs }, backlogWaitMs: 0 };
  const share = Math.max(FOR_PLACES - load.otherShare, LEAST);
  const slower = Math.min(Math.max(pressure, 1), SLOWEST);
  const placeMs = Math.max(load.placeMs, nowMs) + (load.cellMs / share) * slower;
  // Hubs that send by a timer would come again as the crowd they were answered in.
  const waitMs = Math.max(Math.ceil((placeMs - nowMs) * (1 - SCATTERED + 2 * SCATTERED * cell.drawn)), 1);
  return { load: { ...load, placeMs }, backlogWaitMs: Math.min(waitMs, bounds.longestWaitMs) };
}

/** The time over which hubs that lose their connection together come back, so that at most `perSecond` begin each second. */
export function reconnectSpreadMs(hubs: number, perSecond: number): number {
  return Math.ceil((hubs / perSecond) * 1000);
}
