import { isLinkFault } from './faults/fault.ts';
import { household } from './household.ts';
import { type Home, type HomeOptions, homeOf, toldBy } from './library/plan.ts';
import type { Outgoing, Told } from './message.ts';
import { homeClock } from './runner/clock.ts';
import { publishHome } from './runner/publish-home.ts';
import { type PublishCounts, publishTrace } from './runner/publish-trace.ts';
import { messageTruth, type TruthLine } from './truth/truth.ts';

// The library face, together with `trace` and `simulate`: what tests and other programs may import.
export { report } from './library/report.ts';
export type { TraceMessage } from './message.ts';
export { household, publishTrace };

/**
 * Everything a home publishes, with its faults in it, made while it is read; the same options give the same bytes on every machine.
 * `onTruth` hears what really happens, each message as `written`. Throws RangeError as `homeOf` does.
 */
export function* trace(options: HomeOptions): Generator<Told> {
  const { onTruth } = options;
  const told = toldBy(homeOf(options), onTruth);
  if (onTruth === undefined) {
    yield* told;
    return;
  }
  let seq = 0;
  for (const message of told) {
    onTruth({ ...messageTruth(message, seq, 'written'), payload: message.payload });
    seq += 1;
    yield message;
  }
}

/** A home to publish, where to and how. */
export interface SimulateOptions extends HomeOptions {
  readonly url: string;
  /** Home seconds in a real second; default the scenario's, or 1. */
  readonly speed?: number;
  readonly qos?: 0 | 1 | 2;
}

/** A home that is being published. */
export interface Simulation {
  readonly counts: PublishCounts;
  /** Whether it ends by itself. */
  readonly ends: boolean;
  /** Resolves when everything was published or it was stopped. */
  readonly finished: Promise<PublishCounts>;
  stop(): Promise<void>;
}

/**
 * Connects and publishes a home at its pace; without a beginning it begins now. `onTruth` hears each message when it was settled
 * (`outcome`), with `payload`, `qos`, its place in the order of publishing and the real time of it (`order`, `publishedMs`), and as `aside` what
 * a client said beside them. `ok` is false when the options cannot be, the server refuses the credential or the URL is wrong.
 */
export async function simulate(
  options: SimulateOptions,
): Promise<{ ok: true; simulation: Simulation } | { ok: false; reason: string }> {
  const planned = planOf(options);
  if (!planned.ok) {
    return planned;
  }
  const { home } = planned;
  const { startMs, speakers } = home;
  const stopping = new AbortController();
  const counts: PublishCounts = { sent: 0, lost: 0 };
  const origin = { originRealMs: Date.now(), originHomeMs: startMs, speed: options.speed ?? home.speed ?? 1 };
  const opened = await publishHome({
    url: options.url,
    speakers,
    messages() {
      // The home's time begins when everybody is connected.
      origin.originRealMs = Date.now();
      return toldBy(home, options.onTruth);
    },
    linkFaults: () => home.faults.filter(isLinkFault),
    clock: homeClock(origin, Date.now),
    qos: options.qos ?? 0,
    signal: stopping.signal,
    counts,
    say: () => undefined,
    ...(options.onTruth === undefined ? {} : witnessOf(options.onTruth, options.qos ?? 0)),
  });
  if (!opened.ok) {
    return opened;
  }
  const { finished } = opened;
  return {
    ok: true,
    simulation: {
      counts,
      ends: home.endMs !== undefined,
      finished,
      async stop() {
        stopping.abort();
        await finished;
      },
    },
  };
}

function planOf(options: SimulateOptions): { ok: true; home: Home } | { ok: false; reason: string } {
  try {
    return { ok: true, home: homeOf(options, Date.now()) };
  } catch (error) {
    if (error instanceof RangeError) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}

/** Tells what became of each message, with when it was published and as which. */
function witnessOf(
  onTruth: (line: TruthLine) => void,
  leastQos: number,
): {
  onPublish(message: Told, index: number): void;
  onSettled(message: Told, index: number, outcome: 'sent' | 'lost'): void;
  onAside(client: string, message: Outgoing): void;
} {
  const underWay = new Map<number, { order: number; publishedMs: number }>();
  let order = 0;
  const next = (): { order: number; publishedMs: number } => {
    order += 1;
    return { order: order - 1, publishedMs: Date.now() };
  };
  return {
    onPublish: (_message, index) => underWay.set(index, next()),
    onSettled(message, index, outcome) {
      const line = messageTruth(message, index, outcome, Date.now());
      onTruth({ ...line, payload: message.payload, qos: Math.max(message.qos, leastQos), ...underWay.get(index) });
      underWay.delete(index);
    },
    onAside: (client, { topic, payload, qos }) => onTruth({ is: 'aside', client, topic, payload, qos, ...next() }),
  };
}
