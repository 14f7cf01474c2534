import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOMES } from '../../../firmware-sim/world/homes.ts';
import { clockTimes, SURVEY } from './clock-times.ts';
import { type Distances, distances, medianOf, portrait } from './distances.ts';
import { type Chart, picture } from './picture.ts';
import { type Days, realDays, simulatedDays } from './series.ts';

const USAGE = `How close the simulated house comes to a real one.

Usage: node test/bench/calibration/calibrate.ts household_power_consumption.csv[.gz] [FOLDER FOR PICTURES]
`;

/** 2026-01-01. */
const FIRST_DAY = 20_454;

const SEEDS = [1, 2, 3, 4, 5];
const REAL = { name: 'real home', colour: '#1565c0' };
const SIMULATED = { name: 'simulated house', colour: '#e65100' };

/** Whole weeks, Monday to Sunday. */
function weeksOf(days: Days): Days[] {
  const weeks = Map.groupBy(days, ([day]) => Math.floor((day + 3) / 7));
  return [...weeks.values()].filter((week) => week.length === 7).map((week) => new Map(week));
}

function isFree(day: number): boolean {
  return [0, 6].includes((day + 4) % 7);
}

function part(days: Days, holds: (day: number) => boolean): Days {
  return new Map([...days].filter(([day]) => holds(day)));
}

function row(name: string, { shape, energy, base, peak, minutesWatts }: Distances): string {
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  return `| ${[name, percent(shape), percent(energy), percent(base), percent(peak), `${Math.round(minutesWatts)} W`].join(' | ')} |`;
}

function shapes(title: string, real: Days, simulated: Days): Chart {
  const percent = (days: Days): number[] => portrait(days).shape.map((share) => share * 100);
  return {
    title,
    unit: '% of day',
    most: 12,
    ticks: ['0', '3', '6', '9', '12', '15', '18', '21', '23 h'],
    lines: [
      { ...REAL, values: percent(real) },
      { ...SIMULATED, values: percent(simulated) },
    ],
  };
}

/** A week in quarters of an hour. */
function week(title: string, days: Days, look: { name: string; colour: string }): Chart {
  const values = [...days.values()].flatMap((day) =>
    Array.from({ length: 96 }, (_, quarter) => {
      const known = [...day.subarray(quarter * 15, quarter * 15 + 15)].filter(Number.isFinite);
      return known.reduce((sum, each) => sum + each, 0) / known.length / 1000;
    }),
  );
  return {
    title,
    unit: 'kW',
    most: 6,
    ticks: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun', 'Mon'],
    lines: [{ ...look, values }],
  };
}

async function main([file, folder]: readonly string[]): Promise<number> {
  if (file === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const real = await realDays(file);
  const homes = SEEDS.map((seed) => simulatedDays(HOMES['family-house'], seed, real.keys()));
  const realWeeks = weeksOf(real);
  const beside = homes.flatMap((days) => {
    const weeks = weeksOf(days);
    return realWeeks.map((each, index) => distances(portrait(each), portrait(weeks[index] ?? each)));
  });
  const itself = realWeeks.slice(1).map((each, index) => distances(portrait(each), portrait(realWeeks[index] ?? each)));
  const first = homes[0] ?? real;
  const whole = homes.map((days) => distances(portrait(real), portrait(days)));
  const figures = (name: string, days: Days): string => {
    const { kilowattHoursADay, baseWatts, peakWatts } = portrait(days);
    return `| ${name} | ${kilowattHoursADay.toFixed(1)} kWh | ${Math.round(baseWatts)} W | ${Math.round(peakWatts)} W |`;
  };
  const lines = [
    `${real.size} days, ${realWeeks.length} whole weeks; ${SEEDS.length} seeds`,
    '',
    '| | a day | base load | peak minute |',
    '| --- | --- | --- | --- |',
    figures('real home', real),
    ...homes.map((days, index) => figures(`simulated, seed ${SEEDS[index]}`, days)),
    '',
    '| median distance | daily shape | energy | base load | peak | minutes |',
    '| --- | --- | --- | --- | --- | --- |',
    row('a simulated week beside the same real week', medianOf(beside)),
    row('a real week beside the real week before it', medianOf(itself)),
    row('all simulated days beside all real days', medianOf(whole)),
  ];
  const times = clockTimes(Object.values(HOMES), SEEDS, FIRST_DAY);
  const clock = Object.entries(SURVEY).map(
    ([what, said]) => `| ${what} | ${said} | ${times[what as keyof typeof SURVEY]} |`,
  );
  lines.push('', '| working days | survey of 2006 | simulated homes |', '| --- | --- | --- |', ...clock);
  process.stdout.write(`${lines.join('\n')}\n`);
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true });
    const days = [
      shapes(
        'Monday to Friday',
        part(real, (day) => !isFree(day)),
        part(first, (day) => !isFree(day)),
      ),
      shapes('Saturday, Sunday', part(real, isFree), part(first, isFree)),
    ];
    writeFileSync(join(folder, 'simulated-days.svg'), picture(days));
    const at = 9;
    const weeks = [
      week('A real week', realWeeks[at] ?? real, REAL),
      week('A simulated week', weeksOf(first)[at] ?? first, SIMULATED),
    ];
    writeFileSync(join(folder, 'simulated-week.svg'), picture(weeks));
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
