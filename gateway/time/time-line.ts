import { LIMITS } from '../limits.ts';
import type { Bounds } from '../minimize/window.ts';
import type { TimeMark } from './time-mark.ts';
import type { Voucher } from './voucher.ts';

/** The machine's clocks, passed in: wall time and monotonic time in milliseconds. */
export interface MachineClock {
  wallMs(): number;
  monotonicMs(): number;
}

/** No clock of a machine that runs this release can honestly be earlier than this. */
export const EARLIEST_HONEST_MS = Date.UTC(2026, 0, 1);

/** Real time as it is known: milliseconds, whether they can be trusted, by how much they may be off, and how much later true time may be. */
export interface Known {
  readonly ms: number;
  readonly trusted: boolean;
  readonly offByMs: number;
  readonly laterByMs: number;
}

/** A wall clock that contradicts what is known: what it is ahead of monotonic time, and since when it keeps to that. */
interface Rival {
  readonly offsetMs: number;
  readonly sinceMs: number;
}

const { clockToleranceMs: TOLERANCE_MS } = LIMITS;

/** Vouchers whose word is taken at each look at the clock, because nobody else can be asked. */
const isFollowed = (voucher: Voucher): boolean => voucher === 'unknown' || voucher === 'script';

const ERROR_MS: Readonly<Record<Voucher, number>> = {
  service: LIMITS.synchronisedErrorMs,
  battery: TOLERANCE_MS,
  person: TOLERANCE_MS,
  nobody: 0,
  unknown: 0,
  script: 0,
};

/**
 * Real time by what was last vouched for, and monotonic time from there. The wall clock itself is only believed when
 * somebody vouches for it: at once where that was to be expected, after `LIMITS.contradictionMs` where it contradicts
 * what was known. Runs backwards only in `hear`, which says so.
 */
export class TimeLine {
  readonly #machine: MachineClock;
  #voucher: Voucher;
  #anchorMs: number;
  #anchorMonotonicMs: number;
  #offByMs: number;
  #gapMs: number;
  #vouched: boolean;
  #latestMs: number;
  #sinceMs: number;
  #stretches: readonly Bounds[];
  #told: readonly Bounds[];
  #rival: Rival | undefined;

  constructor(machine: MachineClock, voucher: Voucher, mark: TimeMark | undefined, boot: string | undefined) {
    this.#machine = machine;
    this.#voucher = voucher;
    const monotonicMs = machine.monotonicMs();
    const goesOn = mark !== undefined && mark.boot !== null && mark.boot === boot && monotonicMs >= mark.monotonicMs;
    this.#anchorMonotonicMs = goesOn ? mark.monotonicMs : monotonicMs;
    this.#anchorMs = mark?.floorMs ?? firstFloor(machine.wallMs());
    this.#offByMs = mark?.offByMs ?? 0;
    this.#gapMs = mark && !goesOn ? LIMITS.offMs : (mark?.gapMs ?? 0);
    this.#vouched = mark?.vouched ?? false;
    this.#latestMs = this.#anchorMs;
    this.#sinceMs = mark?.sinceMs ?? this.#anchorMs;
    this.#stretches = mark?.stretches ?? [];
    this.#told = mark?.told ?? [];
  }

  /**
   * The stretches of home time that had been lived through around then and ahead of it when home time last came back,
   * newest first; none if it never did. No window of theirs may be told again.
   */
  get told(): readonly Bounds[] {
    return this.#told;
  }

  /** Real time now. Under a microsecond. */
  now(): Known {
    const monotonicMs = this.#machine.monotonicMs();
    const wallMs = this.#machine.wallMs();
    if (isFollowed(this.#voucher)) this.#judge(wallMs, monotonicMs);
    this.#latestMs = Math.max(this.#latestMs, this.#lineAt(monotonicMs));
    const aheadMs = wallMs - this.#latestMs;
    const agrees = Math.abs(aheadMs) <= TOLERANCE_MS;
    // What the wall clock shows otherwise, and nobody vouched for, may be so.
    const offByMs = this.#offByAt(monotonicMs) + (agrees ? Math.abs(aheadMs) : 0);
    const trusted = agrees && this.#isKnown && offByMs <= LIMITS.clockErrorMs;
    const doubtMs = agrees ? 0 : Math.max(LIMITS.offMs, this.#voucher === 'service' ? aheadMs : 0);
    return { ms: this.#latestMs, trusted, offByMs, laterByMs: Math.max(this.#gapMs, doubtMs) + offByMs };
  }

  /** Hears who vouches for the wall clock at this moment; returns by how many milliseconds time came back to an earlier one, 0 if it did not. */
  hear(voucher: Voucher): number {
    this.#voucher = voucher;
    const beforeMs = this.now().ms;
    this.#judge(this.#machine.wallMs(), this.#machine.monotonicMs());
    // A person is asked once: what he said does not hold for a later time.
    if (voucher === 'person') this.#voucher = 'nobody';
    return Math.max(0, beforeMs - this.#latestMs);
  }

  /** What is to be kept over a restart, for a machine start of this name. */
  mark(boot: string | undefined): TimeMark {
    const { ms, offByMs } = this.now();
    return {
      floorMs: Math.floor(ms),
      boot: boot ?? null,
      monotonicMs: this.#machine.monotonicMs(),
      vouched: this.#vouched,
      offByMs,
      gapMs: this.#gapMs,
      sinceMs: this.#sinceMs,
      stretches: this.#stretches,
      told: this.#told,
    };
  }

  /** Somebody vouched, and since then the machine was never off. */
  get #isKnown(): boolean {
    return this.#vouched && this.#gapMs === 0;
  }

  #lineAt(monotonicMs: number): number {
    return this.#anchorMs + (monotonicMs - this.#anchorMonotonicMs);
  }

  #offByAt(monotonicMs: number): number {
    const aloneMs = isFollowed(this.#voucher) ? 0 : monotonicMs - this.#anchorMonotonicMs;
    return this.#offByMs + drift(aloneMs) + (this.#latestMs - this.#lineAt(monotonicMs));
  }

  /** Believes the wall clock, waits with a contradiction, or does neither. */
  #judge(wallMs: number, monotonicMs: number): void {
    const saidMs = Math.max(this.#latestMs, this.#lineAt(monotonicMs));
    const aheadMs = wallMs - saidMs;
    const isOrdinary = Math.abs(aheadMs) <= TOLERANCE_MS;
    const rival = this.#rival;
    this.#rival = undefined;
    if (this.#voucher === 'nobody' || wallMs < EARLIEST_HONEST_MS) return;
    // The machine took its time from a battery clock when it started, and not since.
    if (isOrdinary && this.#isKnown && this.#voucher === 'battery') return;
    const isBelieved = isOrdinary || this.#isExpected(aheadMs) || this.#isSettled(wallMs, monotonicMs, aheadMs, rival);
    if (isBelieved) this.#believe(wallMs, monotonicMs, saidMs);
  }

  /** Whether a contradiction has lasted long enough; one that may last is remembered. */
  #isSettled(wallMs: number, monotonicMs: number, aheadMs: number, rival: Rival | undefined): boolean {
    if (!this.#mayContradict(aheadMs)) return false;
    const offsetMs = wallMs - monotonicMs;
    const keeps = rival !== undefined && Math.abs(rival.offsetMs - offsetMs) <= TOLERANCE_MS;
    this.#rival = keeps ? rival : { offsetMs, sinceMs: monotonicMs };
    return monotonicMs - this.#rival.sinceMs >= this.#waitMs();
  }

  /** Whether the wall clock may say that for all that is known: the machine was off, or nobody ever vouched. */
  #isExpected(aheadMs: number): boolean {
    if (!this.#vouched && this.#voucher === 'service') return true;
    if (aheadMs < 0 || this.#isKnown) return false;
    if (!this.#vouched) return aheadMs <= LIMITS.machineLifeMs;
    return aheadMs <= (this.#voucher === 'service' ? this.#gapMs : LIMITS.longOffMs);
  }

  #mayContradict(aheadMs: number): boolean {
    if (this.#voucher === 'service' || this.#voucher === 'person') return true;
    if (this.#voucher === 'script') return aheadMs > 0;
    return this.#voucher === 'unknown' && aheadMs > 0 && aheadMs <= LIMITS.longOffMs;
  }

  #waitMs(): number {
    return this.#voucher === 'person' || this.#voucher === 'script' ? 0 : LIMITS.contradictionMs;
  }

  #believe(wallMs: number, monotonicMs: number, saidMs: number): void {
    if (Math.abs(wallMs - saidMs) > TOLERANCE_MS) this.#leap(wallMs, saidMs);
    this.#anchorMs = wallMs;
    this.#anchorMonotonicMs = monotonicMs;
    // A battery clock went its own way while the machine was off.
    const aloneMs = this.#voucher === 'battery' ? Math.max(0, wallMs - saidMs) : 0;
    this.#offByMs = ERROR_MS[this.#voucher] + drift(aloneMs);
    this.#gapMs = 0;
    this.#vouched = true;
    this.#rival = undefined;
  }

  /** Time goes on elsewhere: what was lived through until now is a stretch of its own. */
  #leap(wallMs: number, saidMs: number): void {
    const ended = { startMs: Math.floor(this.#sinceMs), endMs: Math.ceil(saidMs) };
    this.#stretches = [ended, ...this.#stretches].slice(0, LIMITS.toldStretches);
    if (wallMs < saidMs) this.#told = this.#stretches;
    this.#sinceMs = wallMs;
    this.#latestMs = wallMs;
  }
}

/** How far a clock may have gone wrong on its own in that time, in milliseconds. */
function drift(aloneMs: number): number {
  return aloneMs * (LIMITS.clockDriftMillionths / 1e6);
}

/** A home without a floor begins with what the machine says, if that can be. */
function firstFloor(wallMs: number): number {
  const isPlausible = wallMs >= EARLIEST_HONEST_MS && wallMs <= EARLIEST_HONEST_MS + LIMITS.machineLifeMs;
  return isPlausible ? wallMs : EARLIEST_HONEST_MS;
}
