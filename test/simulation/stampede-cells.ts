import { LIMITS } from '../../broker/limits.ts';
import { answer } from '../../proto/broker-answer.ts';
import { accept } from '../../proto/broker-link.ts';
import type { Item } from '../../proto/hub-item.ts';
import { HubLink } from '../../proto/hub-link.ts';
import { idleLoad, type Load, paced } from '../../proto/pacing.ts';
import type { DownBody, Interval, RunId, UpBody } from '../../proto/wire.ts';
import { itemOf } from './hub-disk.ts';
import { simulatedIdentities } from './names.ts';
import { Random } from './random.ts';
import { Wheel } from './wheel.ts';

/**
 * A small stampede with full cells: every hub a real HubLink with real rows, one worker with the real acceptance, answers and
 * pacing. All connect within a few seconds with their backlog; something new happens in every home all the while.
 */

/** How many. */
export interface CellsSettings {
  readonly seed: number;
  readonly hubs: number;
  /** Records each hub has waiting. */
  readonly backlog: number;
}

/** What was seen. */
export interface CellsResult {
  readonly stored: number;
  /** Records that arrived more than once, or marked the wrong way. */
  readonly wrong: number;
  /** Longest time from a new record to the answer of the cell that carried it, in milliseconds. */
  readonly liveWaitMs: number;
  /** The longest wait of any cell at the broker. */
  readonly cellWaitMs: number;
  readonly drainedMs: number;
}

const EVENTS = { connect: 0, tick: 1, live: 2, again: 3, answer: 4 } as const;
const EVENT_KINDS = 5;
const CONNECT_WITHIN_MS = 3_000;
const TICK_MS = 10_000;
const LIVE_MS = 3_000;
const ROUND_TRIP_MS = 40;
/** What 800 records cost a worker, and a cell besides. */
const RECORD_MS = 7.5 / 800;
const CELL_MS = 0.15;
const OFFERED = 1_500;
const LONGEST_MS = 3_600_000;
const BOUNDS = { busyFromMs: LIMITS.busyFromMs, longestWaitMs: LIMITS.backlogWaitMs };

interface Hub {
  readonly run: RunId;
  readonly link: HubLink;
  readonly backlog: Map<number, Item>;
  readonly live: Map<number, Item>;
  readonly sinceMs: Map<number, number>;
  readonly answers: DownBody[];
  received: readonly Interval[];
  nextSeq: number;
  isUp: boolean;
  isAgainPlanned: boolean;
}

class StampedeOfCells {
  readonly #random: Random;
  readonly #wheel: Wheel;
  readonly #hubs: Hub[];
  readonly #queue: { hub: number; body: UpBody; arrivedMs: number }[] = [];
  readonly #seen = new Set<string>();
  readonly #serve: number;
  #load: Load = idleLoad(LIMITS.backlogCellMs);
  #isServing = false;
  #wrong = 0;
  #liveWaitMs = 0;
  #cellWaitMs = 0;
  #drainedMs = 0;

  constructor({ seed, hubs, backlog }: CellsSettings) {
    this.#random = new Random(seed);
    this.#serve = hubs * EVENT_KINDS;
    this.#wheel = new Wheel(this.#serve + 1, LONGEST_MS, 1);
    this.#hubs = Array.from({ length: hubs }, () => this.#hub(backlog));
    for (let hub = 0; hub < hubs; hub++) this.#plan(hub, EVENTS.connect, this.#random.below(CONNECT_WITHIN_MS));
  }

  #hub(backlog: number): Hub {
    const run = this.#random.hex(2);
    const items = Array.from({ length: backlog }, (_, at) => this.#item(run, at + 1, true));
    return {
      run,
      link: new HubLink({ run, confirmedOrdinal: 1, credit: 4 }),
      backlog: new Map(items.map((item) => [item.id, item])),
      live: new Map(),
      sinceMs: new Map(),
      answers: [],
      received: [],
      nextSeq: backlog + 1,
      isUp: false,
      isAgainPlanned: false,
    };
  }

  #item(run: RunId, seq: number, backlog: boolean): Item {
    const row = { id: seq, run, seq, agreement: 1, lane: 'prompt', category: 'power.total', value: seq } as const;
    return { ...itemOf(row, 1), backlog } as Item;
  }

  #plan(hub: number, kind: number, atMs: number): void {
    this.#wheel.plan(hub * EVENT_KINDS + kind, atMs);
  }

  get #isDrained(): boolean {
    return this.#hubs.every(({ backlog }) => backlog.size === 0);
  }

  #happen(event: number): void {
    if (event === this.#serve) {
      this.#answerOldest();
      return;
    }
    const at = Math.floor(event / EVENT_KINDS);
    const kind = event % EVENT_KINDS;
    const hub = this.#hubs[at] as Hub;
    if (kind === EVENTS.connect) {
      hub.isUp = true;
      this.#plan(at, EVENTS.tick, this.#wheel.nowMs + 1);
      this.#plan(at, EVENTS.live, this.#wheel.nowMs + this.#random.below(LIVE_MS));
    } else if (kind === EVENTS.tick) this.#tick(at);
    else if (kind === EVENTS.live) this.#live(at, hub);
    else if (kind === EVENTS.answer) this.#hear(at, hub);
    else {
      hub.isAgainPlanned = false;
      this.#flush(at);
    }
  }

  #tick(at: number): void {
    this.#compose(at, true);
    if (!this.#isDrained) this.#plan(at, EVENTS.tick, this.#wheel.nowMs + TICK_MS);
  }

  #live(at: number, hub: Hub): void {
    const seq = hub.nextSeq++;
    hub.live.set(seq, this.#item(hub.run, seq, false));
    hub.sinceMs.set(seq, this.#wheel.nowMs);
    this.#flush(at);
    if (!this.#isDrained) this.#plan(at, EVENTS.live, this.#wheel.nowMs + 500 + this.#random.below(LIVE_MS));
  }

  #flush(at: number): void {
    while (this.#compose(at, false));
    const hub = this.#hubs[at] as Hub;
    const againMs = hub.link.backlogNotBeforeMs;
    if (hub.backlog.size === 0 || hub.isAgainPlanned || !(againMs > this.#wheel.nowMs) || againMs === Infinity) return;
    hub.isAgainPlanned = true;
    this.#plan(at, EVENTS.again, againMs);
  }

  #compose(at: number, evenEmpty: boolean): boolean {
    const { link, live, backlog } = this.#hubs[at] as Hub;
    const { nowMs } = this.#wheel;
    const waiting = link.mayCarryBacklog(nowMs) ? [...backlog.values()].filter(({ id }) => !link.isInFlight(id)) : [];
    const items = [...live.values(), ...waiting.slice(0, OFFERED)];
    const composed = link.compose({ items, nowMs, voids: [], highestOrdinal: 1, evenEmpty });
    if (composed === undefined) return false;
    link.sent(composed.cell, nowMs);
    this.#queue.push({ hub: at, body: composed.body, arrivedMs: nowMs });
    this.#begin();
    return true;
  }

  #begin(): void {
    const next = this.#queue[0];
    if (this.#isServing || next === undefined) return;
    this.#isServing = true;
    this.#wheel.plan(this.#serve, this.#wheel.nowMs + CELL_MS + next.body.records.length * RECORD_MS);
  }

  #answerOldest(): void {
    this.#isServing = false;
    const { hub: at, body, arrivedMs } = this.#queue.shift() as { hub: number; body: UpBody; arrivedMs: number };
    const hub = this.#hubs[at] as Hub;
    const { nowMs } = this.#wheel;
    const held = { received: new Map([[hub.run, hub.received]]), withdrawn: new Map(), highestOrdinal: 1 };
    const acceptance = accept(body, { ...held, offerCovers: () => true }, simulatedIdentities);
    hub.received = acceptance.received[0]?.intervals ?? hub.received;
    for (const { value, backlog } of acceptance.store)
      this.#store(`${hub.run} ${value}`, (backlog === true) === hub.backlog.has(value));
    const hadBacklog = body.records.some(({ backlog }) => backlog === true);
    const cell = {
      nowMs,
      hadBacklog,
      asks: body.asks === true,
      waitedMs: nowMs - arrivedMs,
      drawn: this.#random.next() / 2 ** 32,
    };
    this.#cellWaitMs = Math.max(this.#cellWaitMs, cell.waitedMs);
    const { load, backlogWaitMs } = paced(
      this.#load,
      { ...cell, workMs: CELL_MS + body.records.length * RECORD_MS },
      BOUNDS,
    );
    this.#load = load;
    const credit = this.#queue.length > LIMITS.scarceAbove ? LIMITS.creditScarce : LIMITS.creditPlenty;
    hub.answers.push(
      answer({ body, acceptance, receipts: [], credit, pacing: { backlogWaitMs, reconnectSpreadMs: 0 } }),
    );
    if (hub.answers.length === 1) this.#plan(at, EVENTS.answer, nowMs + ROUND_TRIP_MS);
    this.#begin();
  }

  #store(record: string, isMarkedRight: boolean): void {
    if (this.#seen.has(record) || !isMarkedRight) this.#wrong++;
    this.#seen.add(record);
  }

  #hear(at: number, hub: Hub): void {
    const { nowMs } = this.#wheel;
    for (const one of hub.answers.splice(0)) {
      for (const { intervals } of hub.link.onAnswer(one, nowMs).acknowledged) this.#delete(hub, intervals);
    }
    this.#flush(at);
  }

  #delete(hub: Hub, intervals: readonly Interval[]): void {
    const isGone = (seq: number) => intervals.some(({ first, last }) => seq >= first && seq <= last);
    for (const seq of [...hub.backlog.keys()].filter(isGone)) hub.backlog.delete(seq);
    for (const seq of [...hub.live.keys()].filter(isGone)) {
      hub.live.delete(seq);
      this.#liveWaitMs = Math.max(this.#liveWaitMs, this.#wheel.nowMs - (hub.sinceMs.get(seq) ?? 0));
    }
    if (this.#isDrained) this.#drainedMs ||= this.#wheel.nowMs;
  }

  run(): CellsResult {
    while (this.#wheel.turn((event) => this.#happen(event)) && this.#wheel.nowMs < LONGEST_MS);
    return {
      stored: this.#seen.size,
      wrong: this.#wrong,
      liveWaitMs: this.#liveWaitMs,
      cellWaitMs: this.#cellWaitMs,
      drainedMs: this.#isDrained ? this.#drainedMs : Number.POSITIVE_INFINITY,
    };
  }
}

/** Runs one to its end. */
export function stampedeOfCells(settings: CellsSettings): CellsResult {
  return new StampedeOfCells(settings).run();
}
