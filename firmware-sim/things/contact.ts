import type { Random } from '../random.ts';
import type { DayWorld } from '../world/house.ts';
import { coinCell, type Fields, type GapS, heartbeats, inOrder, type Report, type Thing } from './thing.ts';

/** A magnet contact on something that opens; `contact` false means open. `aqara` ones report everything about once an hour. */
export function contactSensor(opening: string, style: 'aqara' | 'sonoff'): Thing {
  let triggers = 0;
  return {
    initial: (day) =>
      style === 'aqara'
        ? { ...aqaraHealth(day, 22), contact: true, power_outage_count: 4, trigger_count: 0 }
        : { ...sonoffHealth(day), contact: true },
    day(world: DayWorld, random: Random): Report[] {
      const reports: Report[] = [];
      for (const { fromMs, toMs } of world.openings[opening] ?? []) {
        reports.push({ atMs: fromMs + random.between(60, 350), fields: { contact: false } });
        reports.push({ atMs: toMs + random.between(360, 650), fields: { contact: true } });
      }
      const everyS: GapS = style === 'aqara' ? [2980, 3180] : [7100, 7300];
      for (const atMs of heartbeats(world, everyS, random)) {
        // The time is known here, the number of triggers only once all reports are in order.
        const aqara = { ...aqaraHealth(world.day, 20 + random.below(5)), trigger_count: 0 };
        reports.push({ atMs, fields: style === 'aqara' ? aqara : sonoffHealth(world.day) });
      }
      return inOrder(reports).map((report) => {
        triggers += report.fields.contact === undefined ? 0 : 1;
        if (report.fields.trigger_count === undefined) {
          return report;
        }
        const counted = { ...report.fields, trigger_count: triggers };
        triggers = 0;
        return { atMs: report.atMs, fields: counted };
      });
    },
  };
}

function aqaraHealth(day: number, temperature: number): Fields {
  const { percent, millivolts } = coinCell(day);
  return { battery: percent, voltage: millivolts, device_temperature: temperature };
}

function sonoffHealth(day: number): Fields {
  const { percent, millivolts } = coinCell(day + 200);
  return { battery: percent, voltage: millivolts, battery_low: percent < 10 };
}
