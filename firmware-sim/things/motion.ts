import type { Random } from '../random.ts';
import { FIRST_CAT } from '../world/home-plan.ts';
import type { DayWorld } from '../world/house.ts';
import { daylightLux } from '../world/season.ts';
import { coinCell, type Fields, type GapS, heartbeats, inOrder, type Report, type Thing } from './thing.ts';

/** After a movement this sensor sees nothing for a minute, and it never says that a room is empty. */
const AQARA_BLIND_MS = 60_000;

/** Zigbee2MQTT therefore says so itself, this long after the last report (its `occupancy_timeout`). */
const OCCUPANCY_TIMEOUT_MS = 90_000;

/** The other maker's sensor says by itself that nobody moved for a minute. */
const SONOFF_CLEAR_MS = 60_000;

/** An animal is warm enough to be seen so often, of 1,000 movements. */
const ANIMAL_PERMILLE = 350;

/** With less daylight than this, in lux, the lamp is lit. */
const GLOOM_LUX = 40;

/** A motion sensor that sees the movements in one place; `measuresLight`, if a `sonoff` says illuminance as an `aqara` always does. */
export function motionSensor(place: string, style: 'aqara' | 'sonoff', measuresLight = false): Thing {
  let occupied = false;
  let reportedMs = Number.NEGATIVE_INFINITY;
  let clearMs = Number.POSITIVE_INFINITY;

  const clearBefore = (limitMs: number, reports: Report[]): void => {
    if (occupied && clearMs < limitMs) {
      reports.push({ atMs: clearMs, fields: { occupancy: false } });
      occupied = false;
    }
  };
  const see = (atMs: number, world: DayWorld, reports: Report[], random: Random): void => {
    const reportMs = atMs + random.between(80, 600);
    clearBefore(reportMs, reports);
    if (style === 'sonoff') {
      if (!occupied) {
        const light: Fields = measuresLight ? { illuminance: illuminance(atMs, world, random) } : {};
        reports.push({ atMs: reportMs, fields: { ...light, occupancy: true } });
      }
      clearMs = reportMs + SONOFF_CLEAR_MS;
      occupied = true;
    } else if (atMs >= reportedMs + AQARA_BLIND_MS) {
      reports.push({ atMs: reportMs, fields: { illuminance: illuminance(atMs, world, random), occupancy: true } });
      reportedMs = reportMs;
      clearMs = reportMs + OCCUPANCY_TIMEOUT_MS;
      occupied = true;
    }
  };
  return {
    initial: (day) =>
      style === 'aqara'
        ? { ...aqaraHealth(day, 23), illuminance: 0, occupancy: false, power_outage_count: 2 }
        : { ...sonoffHealth(day), ...(measuresLight ? { illuminance: 0 } : {}), occupancy: false },
    day(world: DayWorld, random: Random): Report[] {
      const reports: Report[] = [];
      for (const movement of world.movements) {
        if (movement.place === place && (movement.who < FIRST_CAT || random.chance(ANIMAL_PERMILLE))) {
          see(movement.atMs, world, reports, random);
        }
      }
      clearBefore(world.endMs, reports);
      const everyS: GapS = style === 'aqara' ? [2980, 3180] : [7100, 7300];
      for (const atMs of heartbeats(world, everyS, random)) {
        const health = style === 'aqara' ? aqaraHealth(world.day, 21 + random.below(5)) : sonoffHealth(world.day);
        const seesLight = style === 'aqara' || measuresLight;
        const light: Fields = seesLight ? { illuminance: illuminance(atMs, world, random) } : {};
        reports.push({ atMs, fields: { ...health, ...light } });
      }
      return inOrder(reports);
    },
  };
}

function illuminance(atMs: number, world: DayWorld, random: Random): number {
  const hour = Math.floor((atMs - world.startMs) / 3_600_000);
  const daylight = daylightLux(world.sky, atMs);
  const lampLit = daylight < GLOOM_LUX && hour >= 2 && hour <= 20;
  return daylight + (lampLit ? 46 : 0) + random.below(12);
}

function aqaraHealth(day: number, temperature: number): Fields {
  const { percent, millivolts } = coinCell(day + 90);
  return { battery: percent, voltage: millivolts, device_temperature: temperature };
}

function sonoffHealth(day: number): Fields {
  const { percent, millivolts } = coinCell(day + 330);
  return { battery: percent, voltage: millivolts, battery_low: percent < 10 };
}
