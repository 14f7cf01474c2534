import { household } from './household.ts';
import { homeClock } from './runner/clock.ts';
import { publishHome } from './runner/publish-home.ts';
import { type PublishCounts, publishTrace } from './runner/publish-trace.ts';
import { speakersOf, tell, trace } from './trace.ts';
import type { HomePlan } from './world/home-plan.ts';

// The library face, together with `simulate`: what tests and other programs may import.
export type { TraceMessage } from './message.ts';
export { household, publishTrace, trace };

/** One household to publish; instants in milliseconds of UTC. */
export interface SimulateOptions {
  readonly url: string;
  readonly seed: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly timeZone: string;
  /** Home seconds in a real second. */
  readonly speed: number;
  readonly base?: string;
  /** Rooms, people, animals and appliances; default the demonstration's apartment. */
  readonly home?: HomePlan;
  readonly qos?: 0 | 1 | 2;
}

/** A household that is being published. */
export interface Simulation {
  readonly counts: PublishCounts;
  /** Resolves when everything was published or it was stopped. */
  readonly finished: Promise<PublishCounts>;
  stop(): Promise<void>;
}

/** Connects and publishes a household at its pace; `ok` is false when the server refuses the credential or the URL is wrong. */
export async function simulate(
  options: SimulateOptions,
): Promise<{ ok: true; simulation: Simulation } | { ok: false; reason: string }> {
  const { url, startMs, speed } = options;
  const stopping = new AbortController();
  const counts: PublishCounts = { sent: 0, lost: 0 };
  const speakers = speakersOf(options);
  const opened = await publishHome({
    url,
    speakers,
    messages: () => tell({ ...options, speakers }),
    clock: homeClock({ originRealMs: Date.now(), originHomeMs: startMs, speed }, Date.now),
    qos: options.qos ?? 0,
    signal: stopping.signal,
    counts,
    say: () => undefined,
  });
  if (!opened.ok) {
    return opened;
  }
  const { finished } = opened;
  return {
    ok: true,
    simulation: {
      counts,
      finished,
      async stop() {
        stopping.abort();
        await finished;
      },
    },
  };
}
