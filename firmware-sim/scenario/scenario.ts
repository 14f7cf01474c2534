import type { HomeDevice } from '../dialects/speakers.ts';
import type { LastSeen } from '../dialects/zigbee2mqtt.ts';
import type { Fault } from '../faults/fault.ts';
import { instantOf, wallMs } from '../world/calendar.ts';
import type { HomePlan } from '../world/home-plan.ts';
import type { Moment } from './moment.ts';

/** A fault as a scenario says it: its beginning is known only when the run has one. */
export interface PlannedFault {
  readonly at: Moment;
  readonly forMs: number;
  /** The fault without its window. */
  readonly fault: Readonly<Record<string, unknown>> & { readonly kind: Fault['kind'] };
}

/** What a scenario file asks for; what it leaves out is undefined. Times are in milliseconds, instants on the clock of the wall. */
export interface Scenario {
  readonly seed?: number;
  readonly timeZone?: string;
  readonly start?: Moment;
  readonly until?: Moment;
  readonly days?: number;
  readonly speed?: number;
  readonly base?: string;
  readonly lastSeen?: LastSeen;
  readonly home?: HomePlan;
  readonly devices?: readonly HomeDevice[];
  readonly faults: readonly PlannedFault[];
}

const DAY_MS = 86_400_000;

/** The instant that a moment of a scenario means in a run that begins at `startMs`; milliseconds of UTC. */
export function momentMs(moment: Moment, startMs: number, timeZone: string): number {
  if ('afterMs' in moment) {
    return startMs + moment.afterMs;
  }
  if ('wallMs' in moment) {
    return instantOf(moment.wallMs, timeZone);
  }
  const startWallMs = wallMs(startMs, timeZone);
  const today = Math.floor(startWallMs / DAY_MS) * DAY_MS + moment.timeOfDayMs;
  return instantOf(today >= startWallMs ? today : today + DAY_MS, timeZone);
}

/** The faults of a scenario in a run that begins at `startMs`. */
export function faultsAt(planned: readonly PlannedFault[], startMs: number, timeZone: string): Fault[] {
  return planned.map(({ at, forMs, fault }) => {
    const fromMs = momentMs(at, startMs, timeZone);
    // Its parameters were checked against the table of its kind when it was read.
    return { ...fault, fromMs, toMs: fromMs + forMs } as unknown as Fault;
  });
}
