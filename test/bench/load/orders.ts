import type { Decode } from '../cloud/receiver.ts';
import type { WireCounts } from '../cloud/stand-in-broker.ts';
import type { Tally } from './ledger.ts';
import type { Account } from './mqtt-wire.ts';

/** What the load process is told, one order at a time; each is answered by its `Result`. */
export type Order =
  | {
      readonly order: 'connect';
      readonly accounts: readonly Account[];
      readonly window: number;
    }
  /** Opens the far end, before anything is there to send to it. */
  | { readonly order: 'cloud'; readonly port: number; readonly decode: Decode }
  /** Tries to connect and to publish until a first message is acknowledged and has come to the cloud. */
  | { readonly order: 'first'; readonly account: Account; readonly limitMs: number }
  /** Every device says which one it is; done when the cloud has heard all of them. */
  | { readonly order: 'name'; readonly attempts: number }
  /** Under which names the cloud knows the devices. */
  | { readonly order: 'names' }
  | { readonly order: 'publish'; readonly messages: readonly { readonly topic: string; readonly payload: string }[] }
  /** Offers events at a fixed rate: `warmMs` before, then the measured span, then at most `drainMs` for what is under way. */
  | {
      readonly order: 'run';
      readonly ratePerS: number;
      readonly warmMs: number;
      readonly spanMs: number;
      readonly drainMs: number;
      /** Ends the span early, once so many records of nobody's (a backlog) have come. */
      readonly untilStrangers?: number;
    }
  /** Waits until nothing that was acknowledged is missing, at most so long. */
  | { readonly order: 'drain'; readonly drainMs: number }
  | { readonly order: 'end' };

/** What a run measured; times in milliseconds, rates per second over the measured span. */
export interface RunResult {
  readonly offered: number;
  readonly accepted: number;
  readonly acknowledged: number;
  readonly received: number;
  readonly spanMs: number;
  readonly pubackMs: Times;
  readonly cloudMs: Times;
  /** Since the load process started. */
  readonly total: Tally;
  /** Acknowledged and not received when the drain ended. */
  readonly missing: number;
  /** Records that are none of our events (a backlog), and the milliseconds from the first to the latest of them. */
  readonly strangers: number;
  readonly strangersMs: number;
  /** The load process's own CPU, as a share of one core. */
  readonly generatorCpu: number;
  /** How late the generator's own clock tick came at worst. */
  readonly generatorLateMs: number;
  readonly wire: WireCounts | undefined;
  /** Devices whose connection has ended. */
  readonly disconnected: number;
}

/** When the first message was acknowledged and when it came to the cloud, on the machine's monotonic clock. */
export interface First {
  readonly pubackAtMs: number;
  readonly cloudAtMs: number;
}

/** Quantiles of a time. */
export interface Times {
  readonly p50: number;
  readonly p99: number;
  readonly highest: number;
  readonly count: number;
}
