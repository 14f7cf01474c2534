import type { RunResult } from '../load/orders.ts';
import type { Session } from '../machines/machine.ts';
import { type Used, watch } from '../measure/watch.ts';

/** How events are offered in one run. */
export interface Offered {
  readonly ratePerS: number;
  readonly spanMs: number;
  readonly drainMs?: number;
  /** Ends the span early, once so many records of a backlog have come. */
  readonly untilStrangers?: number;
}

/** A run with what the machine used from its first event to its last. */
export interface Measured extends RunResult {
  readonly used: Used;
  /** Events acknowledged from the first to the last, the span and the drain together. */
  readonly events: number;
}

const DRAIN_MS = 5_000;

/** Offers events for a while first, unmeasured, then measures. */
export async function measuredRun(
  session: Session,
  { ratePerS, spanMs, drainMs = DRAIN_MS, untilStrangers }: Offered,
  warmMs: number,
): Promise<Measured> {
  const { load, pids } = session;
  const before = warmMs > 0 ? await load.run({ ratePerS, warmMs: 0, spanMs: warmMs, drainMs: 1_000 }) : undefined;
  const watching = watch(pids);
  const run = await load.run({
    ...{ ratePerS, warmMs: 0, spanMs, drainMs },
    ...(untilStrangers === undefined ? {} : { untilStrangers }),
  });
  return { ...run, used: watching.end(), events: run.total.acknowledged - (before?.total.acknowledged ?? 0) };
}

/** The bar's time for the slowest event in a hundred, in milliseconds, both to the acknowledgement and to the cloud. */
export const HELD_MS = 50;
/** The share of the offered events that must have been accepted: less means that the machine held its publishers back. */
const ACCEPTED = 0.99;

/** Whether the rate was held: everything was accepted, arrived, and the slowest event in a hundred took at most 50 ms. */
export function isHeld({ accepted, offered, pubackMs, cloudMs, missing, received }: RunResult): boolean {
  const inTime = pubackMs.p99 <= HELD_MS && cloudMs.p99 <= HELD_MS;
  return accepted >= offered * ACCEPTED && received >= accepted * ACCEPTED && inTime && missing === 0;
}

/** The share of one core that neither the machine, nor the load, nor the cloud can have used, from which a run is doubted. */
const DISTURBED = 0.4;
/** What cloud and bench itself use at most, in seconds a second. */
const CLOUD_SHARE = 0.3;

/** How much others used of one core meanwhile, at least: what is known of ours is taken off. */
export function others({ used, generatorCpu }: Measured): number {
  return Math.max(0, (used.busyS - used.cpuS) / used.spanS - generatorCpu - CLOUD_SHARE);
}

/** Whether what was not held may be the doing of others: they used the computer, and only the times were bad. */
export const isDoubtful = (run: Measured): boolean =>
  others(run) > DISTURBED && run.missing === 0 && run.received >= run.offered * ACCEPTED;

/** Events per second over the measured span. */
export const perSecond = (count: number, { spanMs }: RunResult): number => (count * 1_000) / spanMs;

/** One line about a run, for whoever watches. */
export function sentence(who: string, ratePerS: number, run: Measured): string {
  const ms = (value: number) => (Number.isNaN(value) ? '-' : value.toFixed(1));
  const rate = (count: number) => perSecond(count, run).toFixed(0);
  return (
    `${who} at ${ratePerS}/s: accepted ${rate(run.accepted)}/s, acknowledged ${rate(run.acknowledged)}/s, ` +
    `received ${rate(run.received)}/s; to PUBACK ${ms(run.pubackMs.p50)}/${ms(run.pubackMs.p99)} ms, to cloud ` +
    `${ms(run.cloudMs.p50)}/${ms(run.cloudMs.p99)} ms; missing ${run.missing}, doubled ${run.total.doubled}; ` +
    `${run.used.memoryMB.toFixed(0)} MB, ${((run.used.cpuS / run.used.spanS) * 100).toFixed(0)} % CPU, generator ` +
    `${(run.generatorCpu * 100).toFixed(0)} % (${run.generatorLateMs.toFixed(0)} ms late), others ${(others(run) * 100).toFixed(0)} %`
  );
}
