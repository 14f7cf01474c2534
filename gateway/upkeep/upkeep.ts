import { LANES } from '../../proto/lists.ts';
import type { Enrolled } from '../enrolled.ts';
import type { HomeCore } from '../home-core.ts';
import { dayOf } from '../household/view.ts';
import { heardMs, mayBeSilentMs } from '../intake/silence.ts';
import { LIMITS } from '../limits.ts';
import type { AccountFigures, Condition, DeviceFigures, QueueFigures } from './condition.ts';
import { Written, type WrittenADay } from './written.ts';

/** What of the condition the home's core alone knows. */
export type CoreCondition = Omit<Condition, 'store' | 'time' | 'consent' | 'intake'>;

/** The key of `meta` under which the time of the last backup is kept. */
const BACKUP_KEY = 'last_backup';
const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

/** How a running hub is, gathered from its core; what it keeps is written lazily. */
export class Upkeep {
  readonly #home: HomeCore;
  readonly #written: Written;
  readonly #monotonicMs: () => number;
  #turnedAway = 0;
  #turnedAwayAtMs = Number.NEGATIVE_INFINITY;

  constructor(home: HomeCore, monotonicMs: () => number) {
    const { store, clock } = home.parts;
    this.#home = home;
    this.#monotonicMs = monotonicMs;
    this.#written = new Written({ store, dayNow: () => dayOf(clock), monotonicMs });
  }

  /** What the hub writes to its card in a day; null until there is a figure. */
  written(): WrittenADay | null {
    return this.#written.aDay();
  }

  /** Notes that the database was copied for a backup. */
  backedUp(): void {
    const { store, clock } = this.#home.parts;
    store.later([['meta.put', BACKUP_KEY, Buffer.from(String(clock.now().ms))]]);
  }

  /** How full the outbox is. What it turned away is read again at most once in LIMITS.lazyWriteMs: that is when it is written. */
  queue(): QueueFigures {
    const { enrolled } = this.#home;
    const nowMs = this.#monotonicMs();
    if (nowMs - this.#turnedAwayAtMs >= LIMITS.lazyWriteMs) {
      this.#turnedAwayAtMs = nowMs;
      this.#turnedAway = turnedAway(this.#home);
    }
    const thinned = enrolled?.uplink.status().counts.thinned ?? 0;
    return {
      waiting: enrolled?.outbox.waiting() ?? 0,
      thinnedAbove: LIMITS.outboxRows,
      limit: LIMITS.outboxRows + LIMITS.outboxReserveRows,
      isFull: enrolled?.outbox.room.isFull ?? false,
      thinned: thinned + this.#turnedAway,
    };
  }

  /** Everything the checks need of the core; what was committed should be settled. */
  condition(): CoreCondition {
    const { enrolled, parts } = this.#home;
    const nowMs = parts.clock.now().ms;
    const backup = parts.store.get<{ value: Buffer }>('meta.get', BACKUP_KEY);
    return {
      nowMs,
      ranMs: this.#monotonicMs(),
      uplink: enrolled ? { ...enrolled.uplink.status(), oldestMs: oldestWaiting(this.#home, enrolled) } : null,
      queue: this.queue(),
      accounts: accountFigures(this.#home, nowMs),
      devices: deviceFigures(this.#home, nowMs),
      written: this.written(),
      backupMs: backup ? Number(backup.value.toString()) : null,
    };
  }
}

function accountFigures({ state, devices }: HomeCore, nowMs: number): AccountFigures[] {
  const heard = new Set(state.devices.all().map(({ source }) => source));
  return devices.credentials().map(({ name, base, addedAtMs }) => ({
    name,
    base,
    addedMsAgo: Math.max(0, nowMs - addedAtMs),
    isSilent: !heard.has(name),
  }));
}

function deviceFigures({ state }: HomeCore, nowMs: number): DeviceFigures[] {
  return state.devices.all().map(({ id, thing, claim, approvedAtMs }) => {
    const last = state.lastValues.ofDevice(id);
    const online = last.find(({ kind }) => kind === 'device.online');
    const lastMs = heardMs(last);
    return {
      name: thing,
      isApproved: approvedAtMs !== undefined,
      isOffline: online?.value === 0,
      silentMs: lastMs === undefined ? null : Math.max(0, nowMs - lastMs),
      mayBeSilentMs: mayBeSilentMs(claim, last),
    };
  });
}

/** Releases of the last day that a full outbox did not let in, as far as they are written down. */
function turnedAway({ parts: { store, clock } }: HomeCore): number {
  const hour = Math.floor(clock.now().ms / HOUR_MS) - DAY_HOURS;
  return store
    .all<{ reason: string; count: number }>('refusal.since', hour)
    .filter(({ reason }) => reason === 'outboxFull')
    .reduce((sum, { count }) => sum + count, 0);
}

/** When the oldest row that waits was decided. */
function oldestWaiting({ parts: { store } }: HomeCore, { outbox }: Enrolled): number | null {
  const wanted = { after: 0, upTo: Number.MAX_SAFE_INTEGER, limit: 1, except: [], skip: () => false };
  const ids = LANES.flatMap((lane) => outbox.exit.pending({ ...wanted, lane }).map(({ id }) => id));
  if (ids.length === 0) return null;
  return store.get<{ at_ms: number }>('journal.from', Math.min(...ids))?.at_ms ?? null;
}
