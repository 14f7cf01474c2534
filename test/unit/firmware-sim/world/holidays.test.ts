import { expect, it } from 'vitest';
import { isHoliday, isSchoolHoliday } from '../../../../firmware-sim/world/holidays.ts';
import { daylightLux, outdoorDeciC, skyOf } from '../../../../firmware-sim/world/season.ts';

const DAY_MS = 86_400_000;

function holidaysOf(year: number, zone: string): string[] {
  const first = Date.UTC(year, 0, 1) / DAY_MS;
  return Array.from({ length: 365 }, (_, index) => first + index)
    .filter((day) => isHoliday(day, zone))
    .map((day) => new Date(day * DAY_MS).toISOString().slice(5, 10));
}

// The lists that the Cabinet Office publishes for these years.
it.each([
  [
    2025,
    '01-01 01-13 02-11 02-23 02-24 03-20 04-29 05-03 05-04 05-05 05-06 07-21 08-11 09-15 09-23 10-13 11-03 11-23 11-24',
  ],
  [2026, '01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23'],
])('knows the holidays of %d in Japan', (year, days) => {
  expect(holidaysOf(year, 'Asia/Tokyo')).toEqual(days.split(' '));
});

it('knows only New Year elsewhere, and when schools are closed', () => {
  expect(holidaysOf(2026, 'Europe/Paris')).toEqual(['01-01']);
  const at = (date: string): boolean => isSchoolHoliday(Date.parse(date) / DAY_MS);
  expect(['2026-08-01', '2026-12-25', '2027-01-07', '2027-03-26'].map(at)).toEqual([true, true, true, true]);
  expect(['2026-09-01', '2026-12-24', '2027-01-08', '2026-07-20'].map(at)).toEqual([false, false, false, false]);
});

it('has a sun that rises early in June and late in January, and afternoons warmer than mornings', () => {
  const minutes = (date: string): number[] => {
    const { startMs, sunriseMs, sunsetMs } = skyOf(1, Date.parse(date) / DAY_MS, 'Asia/Tokyo');
    return [sunriseMs, sunsetMs].map((atMs) => (atMs - startMs) / 60_000 + 240);
  };
  const [juneUp = 0, juneDown = 0] = minutes('2026-06-21');
  const [januaryUp = 0, januaryDown = 0] = minutes('2026-01-10');
  expect(Math.abs(juneUp - 265)).toBeLessThan(10);
  expect(Math.abs(januaryUp - 411)).toBeLessThan(10);
  expect(juneDown - juneUp).toBeGreaterThan(januaryDown - januaryUp + 240);
  for (let day = 20_454; day < 20_819; day += 5) {
    const sky = skyOf(7, day, 'Asia/Tokyo');
    const at = (hour: number): number => sky.startMs + (hour - 4) * 3_600_000;
    expect(outdoorDeciC(sky, at(14))).toBeGreaterThan(outdoorDeciC(sky, at(5)));
    expect(daylightLux(sky, at(12))).toBeGreaterThan(50);
    expect(daylightLux(sky, at(22))).toBe(0);
    expect(sky.meanDeciC).toBeGreaterThan(-60);
    expect(sky.meanDeciC).toBeLessThan(350);
  }
});
