import { LIMITS } from '../limits.ts';

/** One row of the file: a sample, a row whose value is missing, or one that cannot be read and why. */
export type Row =
  | {
      readonly kind: 'sample';
      readonly wallMs: number;
      readonly watts: number;
      /** The time it stands for; default a minute. */
      readonly overMs?: number;
    }
  | { readonly kind: 'missing'; readonly wallMs: number }
  | { readonly kind: 'malformed'; readonly line: number; readonly reason: string };

/** Reads the rows after a header, one line at a time. */
export type RowReader = (line: string, number: number) => Row;

const COLUMNS = ['date', 'time', 'global_active_power'] as const;

/** Understands the header of a household_power_consumption file, with semicolons or commas, with or without a leading index. */
export function readHeader(line: string): { ok: true; read: RowReader } | { ok: false; reason: string } {
  const delimiter = line.includes(';') ? ';' : ',';
  const names = line
    .replace(/^\uFEFF/, '')
    .split(delimiter)
    .map((name) => name.trim().toLowerCase());
  const [date, time, power] = COLUMNS.map((column) => names.indexOf(column));
  if (date === undefined || time === undefined || power === undefined || Math.min(date, time, power) < 0) {
    return {
      ok: false,
      reason: 'line 1: a header with the columns Date, Time and Global_active_power is needed, separated by ; or ,',
    };
  }
  let lastWallMs = Number.NEGATIVE_INFINITY;
  const read: RowReader = (text, number) => {
    const fields = text.split(delimiter);
    if (fields.length !== names.length) {
      return { kind: 'malformed', line: number, reason: `has ${fields.length} fields instead of ${names.length}` };
    }
    const row = readRow(fields[date] ?? '', fields[time] ?? '', fields[power] ?? '', number);
    if (row.kind !== 'malformed') {
      if (row.wallMs <= lastWallMs) {
        return { kind: 'malformed', line: number, reason: 'is not later than the row before it' };
      }
      lastWallMs = row.wallMs;
    }
    return row;
  };
  return { ok: true, read };
}

function readRow(dateText: string, timeText: string, powerText: string, line: number): Row {
  const dateMs = readDate(dateText.trim());
  if (dateMs === undefined) {
    return { kind: 'malformed', line, reason: 'has no date of the form d/m/yy or d/m/yyyy' };
  }
  const timeMs = readTime(timeText.trim());
  if (timeMs === undefined) {
    return { kind: 'malformed', line, reason: 'has no time of the form h:mm:ss' };
  }
  const wallMs = dateMs + timeMs;
  const power = powerText.trim();
  if (power === '?' || power === '') {
    return { kind: 'missing', wallMs };
  }
  const kilowatts = /^\d{1,9}(\.\d{1,9})?$/.test(power) ? Number(power) : Number.NaN;
  return kilowatts <= LIMITS.powerMostKilowatts
    ? { kind: 'sample', wallMs, watts: Math.round(kilowatts * 1000) }
    : { kind: 'malformed', line, reason: `has no Global_active_power from 0 to ${LIMITS.powerMostKilowatts} kW` };
}

/** A date of the form d/m/yy or d/m/yyyy as milliseconds of a UTC that reads the same; undefined when there is no such day. */
export function readDate(text: string): number | undefined {
  const [, day, month, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{2}|\d{4})$/.exec(text) ?? [];
  if (day === undefined || month === undefined || year === undefined) {
    return undefined;
  }
  const dateMs = Date.UTC(Number(year) + (year.length === 2 ? 2000 : 0), Number(month) - 1, Number(day));
  const date = new Date(dateMs);
  return date.getUTCDate() === Number(day) && date.getUTCMonth() === Number(month) - 1 ? dateMs : undefined;
}

function readTime(text: string): number | undefined {
  const [, hour, minute, second] = /^(\d{1,2}):(\d{2}):(\d{2})$/.exec(text) ?? [];
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || second === undefined) {
    return undefined;
  }
  return (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000;
}
