import type { Random } from '../random.ts';
import { loadOf } from '../world/appliances.ts';
import type { DayWorld, PowerStep } from '../world/house.ts';
import { countedBefore, EnergyCounter } from './energy-counter.ts';
import type { Fields, Report, Thing } from './thing.ts';

/** A change smaller than this is not reported by itself. */
const CHANGE_MW = 2000;

/** Two reports are at least this far apart, however the power jumps. */
const LEAST_GAP_MS = 5000;

/** Without a change a report comes after this time, drawn anew each time. */
const HEARTBEAT_S = [200, 290] as const;

/** A plug that measures the load behind it, or several joined by +: power, current, mains voltage and energy. */
export function measuringPlug(watches: string, mostPerDayMwh: number): Thing {
  const meter = new Meter();
  return {
    initial(day): Fields {
      meter.begin(countedBefore(day, mostPerDayMwh));
      return {
        ...meter.reading(0, 101).fields,
        child_lock: 'UNLOCK',
        countdown: 0,
        indicator_mode: 'off/on',
        power_outage_memory: 'restore',
        pulse_configuration: 1000,
        state: 'ON',
        switch_type_button: 'release',
      };
    },
    day(world, random): Report[] {
      const { restMw, steps } = loadOf(world, watches);
      return meter.day(world, [{ atMs: world.startMs, powerMw: restMw }, ...steps], random);
    },
  };
}

class Meter {
  readonly #counter = new EnergyCounter();
  #nowMs = Number.NEGATIVE_INFINITY;
  #reportedMw = 0;
  #reportedMs = Number.NEGATIVE_INFINITY;
  #changeDueMs = Number.POSITIVE_INFINITY;
  #heartbeatDueMs = Number.NEGATIVE_INFINITY;

  begin(energyMwh: number): void {
    this.#counter.begin(energyMwh);
  }

  day(world: DayWorld, steps: readonly PowerStep[], random: Random): Report[] {
    const reports: Report[] = [];
    this.#nowMs = Math.max(this.#nowMs, world.startMs);
    for (const { atMs, powerMw } of steps) {
      this.#reportBefore(atMs, reports, random);
      this.#nowMs = atMs;
      this.#counter.flow(atMs, powerMw);
      const changed = Math.abs(powerMw - this.#reportedMw) >= CHANGE_MW;
      if (changed && this.#changeDueMs === Number.POSITIVE_INFINITY) {
        this.#changeDueMs = Math.max(atMs + random.between(250, 1400), this.#reportedMs + LEAST_GAP_MS);
      }
    }
    this.#reportBefore(world.endMs, reports, random);
    this.#counter.advance(world.endMs);
    return reports;
  }

  reading(atMs: number, voltage: number): Reading {
    return new Reading(atMs, this.#counter.powerMw, this.#counter.energyMwh, voltage);
  }

  #reportBefore(limitMs: number, reports: Report[], random: Random): void {
    let dueMs = Math.min(this.#changeDueMs, this.#heartbeatDueMs);
    while (dueMs < limitMs) {
      const atMs = Math.max(dueMs, this.#nowMs);
      this.#nowMs = atMs;
      this.#counter.advance(atMs);
      reports.push(this.reading(atMs, 100 + random.below(4)));
      this.#reportedMw = this.#counter.powerMw;
      this.#reportedMs = atMs;
      this.#changeDueMs = Number.POSITIVE_INFINITY;
      this.#heartbeatDueMs = atMs + random.between(HEARTBEAT_S[0] * 1000, HEARTBEAT_S[1] * 1000);
      dueMs = this.#heartbeatDueMs;
    }
  }
}

/** What the plug shows at an instant; its words are made when they are said, so that a day of many plugs stays small. */
class Reading implements Report {
  readonly atMs: number;
  readonly #powerMw: number;
  readonly #energyMwh: number;
  readonly #voltage: number;

  constructor(atMs: number, powerMw: number, energyMwh: number, voltage: number) {
    this.atMs = atMs;
    this.#powerMw = powerMw;
    this.#energyMwh = energyMwh;
    this.#voltage = voltage;
  }

  /** Whole watts, hundredths of amperes, whole volts, hundredths of kilowatt-hours, as this plug rounds them. */
  get fields(): Fields {
    return {
      current: Math.round(this.#powerMw / this.#voltage / 10) / 100,
      energy: Math.floor(this.#energyMwh / 10_000) / 100,
      power: Math.round(this.#powerMw / 1000),
      voltage: this.#voltage,
    };
  }
}
