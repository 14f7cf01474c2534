import type { Speaker } from '../dialects/speaker.ts';
import type { HomeDevice } from '../dialects/speakers.ts';
import type { LastSeen } from '../dialects/zigbee2mqtt.ts';
import { applyFaults } from '../faults/apply.ts';
import { checkFault } from '../faults/check.ts';
import type { Fault } from '../faults/fault.ts';
import type { Told } from '../message.ts';
import { isZone, ZONE_FORM } from '../scenario/forms.ts';
import { readScenario } from '../scenario/read.ts';
import { faultsAt, momentMs, type Scenario } from '../scenario/scenario.ts';
import { speakersOf, startOf, tell } from '../trace.ts';
import { devicesTruth, inhabitantsTruth, type TruthLine, worldTruth } from '../truth/truth.ts';
import { APARTMENT } from '../world/apartment.ts';
import type { HomePlan } from '../world/home-plan.ts';

/** A home and its time; instants in milliseconds of UTC. What stands here wins over what the scenario says. */
export interface HomeOptions {
  /** The text of a scenario (YAML; `scenario/README.md`). */
  readonly scenario?: string;
  /** Default 1. */
  readonly seed?: number;
  /** Default the scenario's. */
  readonly startMs?: number;
  /** The end, not included; default `days` after the beginning, or the scenario's, or never. */
  readonly endMs?: number;
  readonly days?: number;
  /** Default `UTC`. */
  readonly timeZone?: string;
  /** Zigbee2MQTT's base topic; default `zigbee2mqtt`. */
  readonly base?: string;
  /** Zigbee2MQTT's `last_seen` setting; default `disable`. */
  readonly lastSeen?: LastSeen;
  /** Rooms, people, animals and appliances; default the scenario's, or the demonstration's apartment. */
  readonly home?: HomePlan | undefined;
  /** Default those that go with the home. */
  readonly devices?: readonly HomeDevice[] | undefined;
  /** What goes wrong, after the scenario's faults. */
  readonly faults?: readonly Fault[];
  /** Is told what really happens (`truth/README.md`), while the messages are made and published. */
  onTruth?(line: TruthLine): void;
}

/** A home as the options mean it. */
export interface Home {
  readonly seed: number;
  readonly startMs: number;
  /** Undefined for a home without end. */
  readonly endMs: number | undefined;
  readonly timeZone: string;
  readonly speed: number | undefined;
  readonly home: HomePlan | undefined;
  readonly speakers: readonly Speaker[];
  readonly faults: readonly Fault[];
}

const DAY_MS = 86_400_000;

/**
 * The home that the options mean; without a beginning it begins at `nowMs`. Throws RangeError, with a sentence for everything that
 * is wrong, for a scenario that cannot be played, a device or fault that cannot be, an unknown time zone, and where no beginning is known.
 */
export function homeOf(options: HomeOptions, nowMs?: number): Home {
  const scenario = options.scenario === undefined ? { faults: [] } : scenarioOf(options.scenario);
  const seed = options.seed ?? scenario.seed ?? 1;
  const timeZone = options.timeZone ?? scenario.timeZone ?? 'UTC';
  demand(isZone(timeZone), `timeZone takes ${ZONE_FORM}`);
  const startMs = startOfRun(options, scenario, timeZone) ?? nowMs;
  if (startMs === undefined) {
    throw new RangeError('startMs is missing: give it in milliseconds of UTC, or start in the scenario');
  }
  demand(Number.isFinite(startMs), 'startMs takes an instant in milliseconds of UTC');
  const endMs = endOfRun(options, scenario, startMs, timeZone);
  demand(
    endMs === undefined || endMs > startMs,
    'the end of the run comes after its beginning: see endMs, days, until',
  );
  const faults = [...faultsAt(scenario.faults, startMs, timeZone), ...(options.faults ?? [])];
  for (const fault of faults) {
    checkFault(fault);
  }
  const base = options.base ?? scenario.base ?? 'zigbee2mqtt';
  const lastSeen = options.lastSeen ?? scenario.lastSeen ?? 'disable';
  const devices = options.devices ?? scenario.devices;
  const home = options.home ?? scenario.home;
  const speakers = speakersOf({ seed, timeZone, startMs, base, lastSeen, home, devices });
  return { seed, startMs, endMs, timeZone, speed: scenario.speed, home, speakers, faults };
}

/** Everything that a home publishes, made while it is read; `onTruth` hears what really happens meanwhile. */
export function* toldBy(home: Home, onTruth?: (line: TruthLine) => void): Generator<Told> {
  const { startMs, speakers, faults, seed } = home;
  const telling = { ...home, endMs: home.endMs ?? Number.MAX_SAFE_INTEGER };
  if (onTruth === undefined && faults.length === 0) {
    yield* tell(telling);
    return;
  }
  const told = (line: TruthLine): void => onTruth?.(line);
  inhabitantsTruth(home.home ?? APARTMENT).forEach(told);
  speakers.flatMap(devicesTruth).forEach(told);
  const days = tell({
    ...telling,
    onDay: (world) => {
      for (const line of worldTruth(world, startMs)) {
        told(line);
      }
    },
  });
  yield* applyFaults(
    days,
    faults,
    seed,
    (incident) => told({ is: 'incident', ...incident }),
    (atMs) => speakers.flatMap((speaker) => startOf(speaker, atMs)),
  );
}

function scenarioOf(text: string): Scenario {
  const read = readScenario(text);
  if (!read.ok) {
    throw new RangeError(`the scenario cannot be played:\n  ${read.problems.join('\n  ')}`);
  }
  return read.scenario;
}

function startOfRun({ startMs }: HomeOptions, { start }: Scenario, timeZone: string): number | undefined {
  return startMs ?? (start === undefined ? undefined : momentMs(start, 0, timeZone));
}

function endOfRun(
  { endMs, days }: HomeOptions,
  scenario: Scenario,
  startMs: number,
  timeZone: string,
): number | undefined {
  if (endMs !== undefined) {
    return endMs;
  }
  if (days === undefined && scenario.until !== undefined) {
    return momentMs(scenario.until, startMs, timeZone);
  }
  const asked = days ?? scenario.days;
  return asked === undefined ? undefined : startMs + asked * DAY_MS;
}

function demand(holds: boolean, sentence: string): void {
  if (!holds) {
    throw new RangeError(sentence);
  }
}
