import { LIMITS as BROKER } from '../../broker/limits.ts';
import { LIMITS as HUB } from '../../gateway/limits.ts';
import { Backoff } from '../../gateway/uplink/backoff.ts';
import { Cadence } from '../../gateway/uplink/cadence.ts';
import { type BacklogPace, heard, mayCarryBacklog, reconnectSpreadMs, UNHEARD } from '../../proto/pacing.ts';
import { Random } from './random.ts';
import { KINDS, type Kind, StampedeWorker, type Stored } from './stampede-worker.ts';
import { Wheel } from './wheel.ts';

/**
 * A fleet that lost its broker comes back at once, on virtual time: every hub with the real Backoff, Cadence and pacing, the
 * broker's workers with the real pacing, credit and bounds around commits that take what they were measured to take. Every
 * second hub drains its backlog on the prompt lane, the others on the shaped one. Every cell of every hub is an event; nothing
 * is scaled up.
 */

/** What is broken on purpose, to show that the check sees it. */
export interface StampedeFaults {
  /** Hubs wait exactly their bound. */
  readonly noJitter?: boolean;
  /** The broker always says "at once", and hubs send their backlog as far as the credit goes. */
  readonly noPacing?: boolean;
}

/** One stampede. */
export interface StampedeSettings {
  readonly seed: number;
  readonly hubs: number;
  readonly outageMs: number;
  /** Full cells each hub has waiting when the outage ends. */
  readonly backlogCells: number;
  readonly faults?: StampedeFaults;
}

/** What was seen. */
export interface StampedeResult {
  /** Connections begun in the busiest second. */
  readonly attemptsPerSecond: number;
  /** The same once the broker is there again. */
  readonly attemptsPerSecondAfter: number;
  /** The most cells that waited at one worker. */
  readonly longestQueue: number;
  readonly dropped: number;
  /** From the broker's return to the last hub's connection, in milliseconds. */
  readonly connectedMs: number;
  /** The longest wait for the answer to something that happened while its hub was connected, in milliseconds. */
  readonly liveWaitMs: number;
  /** From the broker's return until no backlog was left, in milliseconds. */
  readonly drainedMs: number;
  readonly cells: number;
}

/** Hubs one worker serves. */
const HUBS_PER_WORKER = 10_000;
const CADENCE_MS = 10_000;
const ROUND_TRIP_MS = 40;
/** Something happens in a home about once a minute. */
const LIVE_MS = 60_000;
const SLOT_MS = 2;
const HORIZON_MS = 2 * 3_600_000;
/** After this time nothing will drain any more. */
const LONGEST_MS = 4 * 3_600_000;
const EVENTS = { connect: 0, tick: 1, backlog: 2, live: 3, answer: 4 } as const;
const EVENT_KINDS = 5;
const NOT_WAITING = -1;

class Stampede {
  readonly #settings: StampedeSettings;
  readonly #random: Random;
  readonly #wheel: Wheel;
  readonly #workers: StampedeWorker[];
  readonly #backoffs: Backoff[];
  readonly #cadences: Cadence[];
  readonly #paces: BacklogPace[];
  readonly #isUp: Uint8Array;
  readonly #credit: Uint8Array;
  readonly #underWay: Uint8Array;
  readonly #backlogUnderWay: Uint8Array;
  readonly #backlog: Int32Array;
  readonly #liveSinceMs: Float64Array;
  readonly #isBacklogPlanned: Uint8Array;
  readonly #attempts: number[] = [];
  #backlogLeft: number;
  #cells = 0;
  #connectedMs = 0;
  #liveWaitMs = 0;
  #drainedMs = 0;

  constructor(settings: StampedeSettings) {
    const { hubs, seed, backlogCells, faults } = settings;
    this.#settings = settings;
    this.#random = new Random(seed);
    const workers = Math.ceil(hubs / HUBS_PER_WORKER);
    this.#wheel = new Wheel(hubs * EVENT_KINDS + workers, HORIZON_MS, SLOT_MS);
    this.#workers = Array.from(
      { length: workers },
      () => new StampedeWorker(faults?.noPacing !== true, () => this.#draw()),
    );
    const drawn = faults?.noJitter === true ? () => 1 : () => this.#draw();
    const spreadMs = reconnectSpreadMs(hubs, BROKER.reconnectsPerSecond);
    this.#backoffs = Array.from({ length: hubs }, () => {
      const backoff = new Backoff(drawn);
      backoff.spread(spreadMs);
      return backoff;
    });
    this.#cadences = Array.from({ length: hubs }, () => new Cadence(CADENCE_MS, this.#draw()));
    this.#paces = new Array(hubs).fill(UNHEARD);
    this.#isUp = new Uint8Array(hubs);
    this.#credit = new Uint8Array(hubs).fill(HUB.firstCredit);
    this.#underWay = new Uint8Array(hubs);
    this.#backlogUnderWay = new Uint8Array(hubs);
    this.#backlog = new Int32Array(hubs).fill(backlogCells);
    this.#liveSinceMs = new Float64Array(hubs).fill(NOT_WAITING);
    this.#isBacklogPlanned = new Uint8Array(hubs);
    this.#backlogLeft = hubs * backlogCells;
  }

  #draw(): number {
    return this.#random.next() / 0x1_0000_0000;
  }

  #plan(hub: number, what: number, atMs: number): void {
    this.#wheel.plan(hub * EVENT_KINDS + what, atMs);
  }

  #happen(event: number): void {
    const hub = Math.floor(event / EVENT_KINDS);
    if (hub >= this.#settings.hubs) {
      this.#finish(event - this.#settings.hubs * EVENT_KINDS);
      return;
    }
    const what = event % EVENT_KINDS;
    if (what === EVENTS.connect) this.#connect(hub);
    else if (what === EVENTS.tick) this.#tick(hub);
    else if (what === EVENTS.live) this.#live(hub);
    else {
      this.#isBacklogPlanned[hub] = 0;
      this.#sendBacklog(hub);
    }
  }

  /** A connection begins; it stands when the broker is there and fewer begin this second than it can take. */
  #connect(hub: number): void {
    const { nowMs } = this.#wheel;
    const second = Math.floor(nowMs / 1000);
    const begun = (this.#attempts[second] ?? 0) + 1;
    this.#attempts[second] = begun;
    const backoff = this.#backoffs[hub] as Backoff;
    if (nowMs < this.#settings.outageMs || begun > 2 * BROKER.reconnectsPerSecond) {
      this.#plan(hub, EVENTS.connect, nowMs + backoff.next());
      return;
    }
    this.#isUp[hub] = 1;
    this.#connectedMs = nowMs - this.#settings.outageMs;
    const cadence = this.#cadences[hub] as Cadence;
    cadence.outage(nowMs, nowMs);
    this.#plan(hub, EVENTS.tick, cadence.next(nowMs));
    this.#plan(hub, EVENTS.live, nowMs + this.#draw() * LIVE_MS);
  }

  #tick(hub: number): void {
    const { nowMs } = this.#wheel;
    const isShaped = hub % 2 === 1;
    if (isShaped && this.#mayBacklog(hub)) this.#carryBacklog(hub);
    else this.#send(hub, KINDS.empty);
    if (this.#backlogLeft > 0) this.#plan(hub, EVENTS.tick, (this.#cadences[hub] as Cadence).next(nowMs));
  }

  #live(hub: number): void {
    const { nowMs } = this.#wheel;
    if (this.#liveSinceMs[hub] === NOT_WAITING) this.#liveSinceMs[hub] = nowMs;
    this.#sendLive(hub);
    if (this.#backlogLeft > 0) this.#plan(hub, EVENTS.live, nowMs + (0.5 + this.#draw()) * LIVE_MS);
  }

  #sendLive(hub: number): void {
    if ((this.#underWay[hub] as number) < (this.#credit[hub] as number)) this.#send(hub, KINDS.live);
  }

  #mayBacklog(hub: number): boolean {
    if (this.#backlog[hub] === 0) return false;
    const credit = this.#credit[hub] as number;
    if ((this.#underWay[hub] as number) >= credit) return false;
    const pace = this.#paces[hub] as BacklogPace;
    if (this.#settings.faults?.noPacing === true) return this.#wheel.nowMs >= pace.notBeforeMs;
    const underWay = this.#backlogUnderWay[hub] as number;
    return mayCarryBacklog(pace, { nowMs: this.#wheel.nowMs, underWay, credit });
  }

  #carryBacklog(hub: number): void {
    this.#backlog[hub] = (this.#backlog[hub] as number) - 1;
    this.#backlogUnderWay[hub] = (this.#backlogUnderWay[hub] as number) + 1;
    this.#send(hub, KINDS.full);
  }

  #sendBacklog(hub: number): void {
    while (this.#mayBacklog(hub)) this.#carryBacklog(hub);
  }

  #send(hub: number, kind: Kind): void {
    const { nowMs } = this.#wheel;
    this.#cells++;
    const at = this.#random.below(this.#workers.length);
    const worker = this.#workers[at] as StampedeWorker;
    const asks = kind === KINDS.full ? this.#backlog[hub] !== 0 : !(this.#paces[hub] as BacklogPace).isHeard;
    const isTaken = worker.take(hub, kind, asks, nowMs);
    if (kind !== KINDS.empty && isTaken) this.#underWay[hub] = (this.#underWay[hub] as number) + 1;
    if (!isTaken && kind === KINDS.full) this.#dropped(hub);
    this.#begin(at);
  }

  /** A dropped cell is sent again after LIMITS.resendMs; meanwhile it counts as under way for nobody. */
  #dropped(hub: number): void {
    this.#backlog[hub] = (this.#backlog[hub] as number) + 1;
    this.#backlogUnderWay[hub] = (this.#backlogUnderWay[hub] as number) - 1;
    const notBeforeMs = this.#wheel.nowMs + HUB.resendMs;
    this.#paces[hub] = { isHeard: true, notBeforeMs, isHeldBack: true };
    this.#planBacklog(hub, notBeforeMs);
  }

  #begin(at: number): void {
    const doneMs = (this.#workers[at] as StampedeWorker).begin(this.#wheel.nowMs);
    if (doneMs !== undefined) this.#wheel.plan(this.#settings.hubs * EVENT_KINDS + at, doneMs);
  }

  #finish(at: number): void {
    (this.#workers[at] as StampedeWorker).finish(this.#wheel.nowMs, (stored) => this.#answered(stored));
    this.#begin(at);
  }

  #answered({ hub, kind, asks, credit, backlogWaitMs }: Stored): void {
    const nowMs = this.#wheel.nowMs + ROUND_TRIP_MS;
    this.#credit[hub] = credit;
    (this.#backoffs[hub] as Backoff).answered();
    if (kind !== KINDS.empty) this.#underWay[hub] = (this.#underWay[hub] as number) - 1;
    if (kind === KINDS.full) this.#drained(hub);
    if (kind === KINDS.live) this.#liveArrived(hub, nowMs);
    else if (this.#liveSinceMs[hub] !== NOT_WAITING) this.#sendLive(hub);
    if (asks) this.#paces[hub] = heard({ backlogWaitMs, reconnectSpreadMs: 0 }, nowMs);
    const isPrompt = hub % 2 === 0;
    if (isPrompt && this.#backlog[hub] !== 0) this.#planBacklog(hub, (this.#paces[hub] as BacklogPace).notBeforeMs);
  }

  #planBacklog(hub: number, atMs: number): void {
    if (this.#isBacklogPlanned[hub] === 1) return;
    this.#isBacklogPlanned[hub] = 1;
    this.#plan(hub, EVENTS.backlog, atMs);
  }

  #drained(hub: number): void {
    this.#backlogUnderWay[hub] = (this.#backlogUnderWay[hub] as number) - 1;
    this.#backlogLeft--;
    this.#drainedMs = this.#wheel.nowMs - this.#settings.outageMs;
  }

  #liveArrived(hub: number, nowMs: number): void {
    const since = this.#liveSinceMs[hub] as number;
    if (since !== NOT_WAITING) this.#liveWaitMs = Math.max(this.#liveWaitMs, nowMs - since);
    this.#liveSinceMs[hub] = NOT_WAITING;
  }

  run(): StampedeResult {
    const { hubs, outageMs } = this.#settings;
    for (let hub = 0; hub < hubs; hub++) this.#plan(hub, EVENTS.connect, (this.#backoffs[hub] as Backoff).next());
    const happen = (event: number) => this.#happen(event);
    while (this.#wheel.turn(happen) && this.#wheel.nowMs < LONGEST_MS);
    const after = this.#attempts.slice(Math.floor(outageMs / 1000));
    const most = (numbers: readonly number[]) => numbers.reduce((one, other) => Math.max(one, other ?? 0), 0);
    return {
      attemptsPerSecond: most(this.#attempts),
      attemptsPerSecondAfter: most(after),
      longestQueue: Math.max(...this.#workers.map((worker) => worker.longestQueue)),
      dropped: this.#workers.reduce((sum, worker) => sum + worker.dropped, 0),
      connectedMs: this.#connectedMs,
      liveWaitMs: this.#liveWaitMs,
      drainedMs: this.#backlogLeft === 0 ? this.#drainedMs : Number.POSITIVE_INFINITY,
      cells: this.#cells,
    };
  }
}

/** Runs one stampede to its end. */
export function stampede(settings: StampedeSettings): StampedeResult {
  return new Stampede(settings).run();
}

/** What must hold after any stampede, whatever the number of hubs. */
export const BEARABLE = {
  /**
   * Twice as many as the broker asked for, from the second of its return: hubs that try again every two and a half minutes on
   * average are 6,700 a second of a million. While nobody is there, first attempts and repetitions add up to some more.
   */
  attemptsPerSecondAfter: 2 * BROKER.reconnectsPerSecond,
  /** A worker's room for waiting cells is never used up. */
  longestQueue: BROKER.cellsWaiting - 1,
  dropped: 0,
  connectedMs: HUB.reconnectMaxMs + 1000,
  liveWaitMs: 2_000,
} as const;

/** What was not bearable, by name. */
export function unbearable(result: StampedeResult): string[] {
  const names = Object.keys(BEARABLE) as (keyof typeof BEARABLE)[];
  const broken = names.filter((name) => result[name] > BEARABLE[name]);
  return Number.isFinite(result.drainedMs) ? broken : [...broken, 'drainedMs'];
}
