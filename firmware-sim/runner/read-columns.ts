import type { PowerColumns } from '../replay/power-columns.ts';
import { check, fail } from './read-words.ts';

/** The columns of a meter's file, when they are named. */
export function readColumns(values: {
  readonly 'time-column'?: string | undefined;
  readonly 'power-column'?: string | undefined;
  readonly unit?: string | undefined;
}): PowerColumns | undefined {
  const { 'time-column': time, 'power-column': power, unit = 'W' } = values;
  if (time === undefined && power === undefined) {
    check(values.unit === undefined, '--unit goes with --time-column and --power-column');
    return undefined;
  }
  check(unit === 'W' || unit === 'kW', '--unit takes W or kW');
  return time === undefined || power === undefined
    ? fail('--time-column and --power-column go together: what the columns of the file are called')
    : { time, power, unit: unit === 'kW' ? 'kW' : 'W' };
}
