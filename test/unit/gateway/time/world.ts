import { HomeClock } from '../../../../gateway/time/home-clock.ts';
import { readTimeMark, type TimeMark } from '../../../../gateway/time/time-mark.ts';
import type { Voucher } from '../../../../gateway/time/voucher.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const START_MS = Date.UTC(2027, 0, 20, 12);

/** What a machine is made of. `battery`: it has a battery clock; `asks`: its system says who vouches (otherwise `unknown`). */
export interface MachineKind {
  readonly battery: boolean;
  readonly asks: boolean;
  /** Millionths by which its crystal is too fast. */
  readonly drift: number;
}

/** A Raspberry Pi as it is sold. */
export const BARE: MachineKind = { battery: false, asks: true, drift: 0 };

/** True time, a machine that knows it more or less, and the hub's clock on that machine; everything a fault can do to them. */
export class World {
  readonly kind: MachineKind;
  readonly timeZone: string;
  trueMs = START_MS;
  /** Whether a time server can be reached, and by how much it lies. */
  server: { lieMs: number } | undefined;
  clock: HomeClock;
  /** How often home time came back. */
  returns = 0;
  /** What the hub does in the turn in which it asked. */
  afterwards: () => void = () => undefined;
  #wallMs = START_MS;
  #monotonicMs = 5_000;
  #unnoticedMs = 0;
  #boot = 1;
  #synchronised = false;
  #saved = { wallMs: START_MS, mark: '' };

  constructor(kind: MachineKind = BARE, timeZone = 'Asia/Tokyo') {
    this.kind = kind;
    this.timeZone = timeZone;
    this.clock = this.#start();
    this.keep();
  }

  get wallMs(): number {
    return this.#wallMs;
  }

  /** Time passes: the machine counts it with its drift, asks once a minute or so, and keeps its mark. */
  pass(ms: number): void {
    this.trueMs += ms;
    const counted = ms * (1 + this.kind.drift / 1e6);
    this.#wallMs += counted;
    this.#monotonicMs += counted;
    this.ask();
    this.keep();
  }

  /** What the hub does every minute or so. */
  ask(): void {
    if (this.server) {
      this.#wallMs = this.trueMs + this.server.lieMs;
      this.#synchronised = true;
    }
    this.#monotonicMs += this.#unnoticedMs;
    this.#unnoticedMs = 0;
    if (this.clock.hear(this.voucher()) > 0) this.returns += 1;
    this.afterwards();
  }

  /** What the clock would keep now. */
  get mark(): TimeMark {
    const mark = readTimeMark(this.clock.toStore());
    if (!mark) throw new Error('a mark that cannot be read');
    return mark;
  }

  /** The mark goes to the disk. */
  keep(): void {
    this.#saved = { wallMs: this.#wallMs, mark: this.clock.toStore() };
  }

  voucher(): Voucher {
    if (!this.kind.asks) return 'unknown';
    if (this.#synchronised) return 'service';
    return this.kind.battery ? 'battery' : 'nobody';
  }

  /** The time server is gone: what was synchronised is not, from some time on. */
  loseServer(): void {
    this.server = undefined;
    this.#synchronised = false;
  }

  /** Somebody sets the wall clock; the kernel calls it unsynchronised from then on. */
  set(wallMs: number): void {
    this.#wallMs = wallMs;
    this.#synchronised = false;
  }

  /** The hub's process ends and starts again; the machine runs on. */
  restart(): void {
    this.clock = this.#start();
  }

  /** The power is gone for so long. `wakesAtMs`: what the wall clock shows then, instead of what this kind of machine would. */
  powerCut(offMs: number, wakesAtMs?: number): void {
    this.trueMs += offMs;
    this.#boot += 1;
    this.#monotonicMs = 5_000;
    this.#synchronised = false;
    this.#unnoticedMs = 0;
    // Without a battery the system begins where it last saved its clock.
    const ownMs = this.kind.battery ? this.#wallMs + offMs : this.#saved.wallMs;
    this.#wallMs = wakesAtMs ?? ownMs;
    this.clock = this.#start();
  }

  /** The machine sleeps: its monotonic clock stands, its wall clock does not; the next question notices it. */
  sleep(ms: number): void {
    this.trueMs += ms;
    this.#wallMs += ms;
    this.#unnoticedMs += ms;
  }

  #start(): HomeClock {
    return new HomeClock(
      { wallMs: () => this.#wallMs, monotonicMs: () => this.#monotonicMs },
      {
        timeZone: this.timeZone,
        mark: readTimeMark(this.#saved.mark),
        boot: this.kind.asks ? `boot ${this.#boot}` : undefined,
        voucher: this.kind.asks ? 'nobody' : 'unknown',
      },
    );
  }
}
