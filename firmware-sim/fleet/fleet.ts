import { randomBytes } from 'node:crypto';
import { LIMITS } from '../limits.ts';
import { mergeByTime } from '../merge.ts';
import { type ClockOrigin, homeClock } from '../runner/clock.ts';
import type { LineFile } from '../runner/line-file.ts';
import { dayAt } from '../world/calendar.ts';
import { dayWorld } from '../world/happenings.ts';
import type { HomePlan } from '../world/home-plan.ts';
import { codesIn, type EnrolledHub, enrolHub, type FoundOffer, OperatorProblem, offerNamed } from './operator.ts';
import { type Released, Releases } from './released.ts';
import { type FleetCounts, SimulatedHub } from './simulated-hub.ts';

/** What a fleet is run with; instants in milliseconds of UTC. */
export interface FleetSettings {
  readonly hubs: readonly EnrolledHub[];
  readonly offer: string;
  readonly home: HomePlan;
  readonly seed: number;
  readonly timeZone: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly clock: ClockOrigin;
  readonly cadenceMs: number;
  readonly truth: LineFile | undefined;
  readonly signal: AbortSignal;
  realMs(): number;
  say(sentence: string): void;
}

/** Enrols a hub for each code, one after the other, and gives each to `keep` at once; a code is good for one. Throws OperatorProblem. */
export async function enrolFleet(
  brokerUrl: string,
  invites: string,
  signal: AbortSignal,
  keep: (hub: EnrolledHub) => void,
): Promise<void> {
  const codes = codesIn(invites);
  if (codes.length === 0) {
    throw new OperatorProblem('--invites holds no invite code; print some with: engawa broker hub invite');
  }
  for (const code of codes) {
    if (signal.aborted) {
      return;
    }
    keep(await enrolHub(brokerUrl, code, randomBytes(32)));
  }
}

/** Lets enrolled hubs live; resolves with what was counted when the time is over, or `signal` was aborted. Throws OperatorProblem. */
export async function runFleet(settings: FleetSettings): Promise<FleetCounts> {
  const [first] = settings.hubs;
  if (first === undefined) {
    throw new OperatorProblem('there is no hub: give --invites to enrol some, or the --hubs file of an earlier run');
  }
  const offer = await offerNamed(first, settings.offer);
  const counts: FleetCounts = {
    released: 0,
    cells: 0,
    acknowledged: 0,
    refused: {},
    connections: 0,
    lost: 0,
    acknowledgedAfterMs: [],
  };
  const { truth, cadenceMs } = settings;
  const onAcknowledged = (
    hub: string,
    { record, sentMs }: { record: { writeKey: string }; sentMs: number | undefined },
  ): void => {
    const { writeKey, ...said } = record;
    truth?.add({
      is: 'record',
      hub,
      pseudonym: SimulatedHub.pseudonymOf(writeKey),
      ...said,
      sentMs,
      acknowledgedMs: settings.realMs(),
    });
  };
  const hubs: SimulatedHub[] = [];
  try {
    for (let from = 0; from < settings.hubs.length && !settings.signal.aborted; from += LIMITS.connectingMost) {
      const some = settings.hubs
        .slice(from, from + LIMITS.connectingMost)
        .map((enrolled) => new SimulatedHub({ enrolled, offer, cadenceMs, counts, onAcknowledged }));
      hubs.push(...some);
      await untilOver(Promise.all(some.map((hub) => hub.ready())), settings.signal, LIMITS.fleetConnectMs, () => {
        throw new OperatorProblem(
          `the data broker at ${first.ingressUrl} does not answer; was this fleet enrolled with another one?`,
        );
      });
    }
    settings.say(`${hubs.length} hubs are connected`);
    await live(hubs, offer, settings);
    await untilOver(Promise.all(hubs.map((hub) => hub.settled())), settings.signal, LIMITS.fleetSettleMs, () => {
      settings.say(`${hubs.reduce((sum, { waiting }) => sum + waiting, 0)} records were not acknowledged in time`);
    });
  } finally {
    await Promise.all(hubs.map((hub) => hub.close()));
  }
  return counts;
}

interface Due {
  readonly hub: SimulatedHub;
  readonly released: Released;
}

/** Releases at the home's pace what every home has. */
async function live(hubs: readonly SimulatedHub[], offer: FoundOffer, settings: FleetSettings): Promise<void> {
  const clock = homeClock(settings.clock, settings.realMs);
  const sources = hubs.map((hub, index) => lived(hub, offer, (settings.seed + index) >>> 0, settings));
  for (const { hub, released } of mergeByTime(sources, ({ released }) => released.dueMs)) {
    await clock.until(released.dueMs, settings.signal);
    if (settings.signal.aborted) {
      return;
    }
    hub.release(released);
    await settings.truth?.room();
  }
}

function* lived(hub: SimulatedHub, { offer }: FoundOffer, seed: number, settings: FleetSettings): Generator<Due> {
  const { home, timeZone, startMs, endMs } = settings;
  const releases = new Releases(offer, timeZone);
  for (let day = dayAt(startMs, timeZone); ; day += 1) {
    const world = dayWorld(seed, day, timeZone, home);
    for (const released of releases.day(world)) {
      if (released.dueMs >= endMs) {
        return;
      }
      if (released.timeS * 1000 >= startMs) {
        yield { hub, released };
      }
    }
    if (world.endMs >= endMs) {
      return;
    }
  }
}

/** Waits for something, but not longer than that, nor after `signal`. */
async function untilOver(
  done: Promise<unknown>,
  signal: AbortSignal,
  mostMs: number,
  onLate: () => void,
): Promise<void> {
  const over = Promise.withResolvers<'late' | 'stopped'>();
  const timer = setTimeout(() => over.resolve('late'), mostMs);
  const stop = (): void => over.resolve('stopped');
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) {
    stop();
  }
  try {
    if ((await Promise.race([done, over.promise])) === 'late') {
      onLate();
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
