import type { Fault, FaultKind, Incident } from '../faults/fault.ts';
import { LIMITS } from '../limits.ts';
import type { Told } from '../message.ts';
import { FAULTS } from '../scenario/fault-parameters.ts';
import type { Passed, ViewState } from './state.ts';

/** What of a run is watched. */
export interface Watched {
  /** The home's time, and the machine's, in milliseconds. */
  homeMs(): number;
  realMs(): number;
  readonly speed: number;
  readonly timeZone: string;
  /** Is counted up elsewhere. */
  readonly counts: { readonly sent: number; readonly lost: number };
  /** When a run that begins at `startMs` ends, in home time; undefined for never. */
  endMs(startMs: number): number | undefined;
  faults(startMs: number): readonly Fault[];
}

const NAMES: ReadonlyMap<FaultKind, string> = new Map(Object.entries(FAULTS).map(([name, { kind }]) => [kind, name]));

/** Gathers what a run does, and says at any instant how it stands. */
export class Watch {
  readonly #watched: Watched;
  readonly #incidents = new Map<string, number>();
  readonly #last: Passed[] = [];
  #clients = (): ViewState['clients'] => ({ connected: 0, total: 0 });
  #startMs: number | undefined;
  #faults: readonly Fault[] = [];
  #dueMs = Number.POSITIVE_INFINITY;
  /** How many messages there had been, at instants of the last seconds. */
  #marks: { readonly realMs: number; readonly count: number }[] = [];

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** From now on `clients` knows how many clients are connected. */
  opened(clients: () => ViewState['clients']): void {
    this.#clients = clients;
  }

  /** The same messages, and from now on the run has begun. */
  async *through(messages: Iterable<Told> | AsyncIterable<Told>, startMs: number): AsyncGenerator<Told> {
    this.#startMs = startMs;
    this.#faults = this.#watched.faults(startMs);
    for await (const message of messages) {
      this.#dueMs = message.atMs;
      yield message;
    }
    this.#dueMs = Number.POSITIVE_INFINITY;
  }

  incident({ kind }: Incident): void {
    const name = nameOf(kind);
    this.#incidents.set(name, (this.#incidents.get(name) ?? 0) + 1);
  }

  settled({ topic, payload }: Told, outcome: Passed['outcome']): void {
    this.#last.push({ topic, payload, outcome });
    if (this.#last.length > LIMITS.viewMessages) {
      this.#last.shift();
    }
  }

  /** How the run stands. */
  state(): ViewState {
    const { counts, speed, timeZone, endMs } = this.#watched;
    const homeMs = this.#watched.homeMs();
    return {
      homeMs,
      timeZone,
      speed,
      startMs: this.#startMs,
      endMs: this.#startMs === undefined ? undefined : endMs(this.#startMs),
      clients: this.#clients(),
      sent: counts.sent,
      lost: counts.lost,
      perSecond: this.#rate(),
      lateMs: Math.max(0, homeMs - this.#dueMs) / speed,
      acting: [
        ...new Set(
          this.#faults.filter(({ fromMs, toMs }) => homeMs >= fromMs && homeMs < toMs).map(({ kind }) => nameOf(kind)),
        ),
      ],
      incidents: [...this.#incidents],
      last: [...this.#last],
    };
  }

  #rate(): number {
    const { counts, realMs } = this.#watched;
    const now = { realMs: realMs(), count: counts.sent + counts.lost };
    // The oldest mark that is kept lies just beyond the stretch that is looked at.
    const recent = this.#marks.findIndex((mark) => mark.realMs > now.realMs - LIMITS.viewRateMs);
    this.#marks = recent === -1 ? this.#marks.slice(-1) : this.#marks.slice(Math.max(0, recent - 1));
    const first = this.#marks[0];
    this.#marks.push(now);
    return first === undefined || now.realMs <= first.realMs
      ? 0
      : ((now.count - first.count) * 1000) / (now.realMs - first.realMs);
  }
}

function nameOf(kind: FaultKind): string {
  return NAMES.get(kind) ?? kind;
}
