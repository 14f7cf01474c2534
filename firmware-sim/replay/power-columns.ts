import { LIMITS } from '../limits.ts';
import type { RowReader } from './household-power.ts';
import { readTimestamp } from './timestamp.ts';

/** Which columns of a power meter's file are to be read, by their names in its first line. */
export interface PowerColumns {
  readonly time: string;
  readonly power: string;
  readonly unit: 'W' | 'kW';
}

/** A sample stands for the time since the one before it, but for no longer than this. */
const LONGEST_MS = 15 * 60_000;

/** Reads the first line of any power meter's file, with commas, semicolons or tabs between its columns, quoted or not (RFC 4180). */
export function readPowerHeader(
  line: string,
  { time, power, unit }: PowerColumns,
): { ok: true; read: RowReader } | { ok: false; reason: string } {
  const text = line.replace(/^\uFEFF/, '');
  const split = [',', ';', '\t'].map((delimiter) => ({
    delimiter,
    names: fieldsOf(text, delimiter).map((name) => name.trim()),
  }));
  const most = Math.max(...split.map(({ names }) => names.length));
  const { delimiter, names } = split.find(({ names }) => names.includes(time) && names.includes(power)) ??
    split.find(({ names }) => names.length === most) ?? { delimiter: ',', names: [] };
  const [timeAt, powerAt] = [names.indexOf(time), names.indexOf(power)];
  if (timeAt < 0 || powerAt < 0) {
    return { ok: false, reason: `line 1: there is no column ${timeAt < 0 ? time : power}; it has ${names.join(', ')}` };
  }
  let lastWallMs: number | undefined;
  const read: RowReader = (row, number) => {
    const fields = fieldsOf(row, delimiter);
    const wrong = (reason: string) => ({ kind: 'malformed', line: number, reason }) as const;
    if (fields.length !== names.length) {
      return wrong(`has ${fields.length} fields instead of ${names.length}`);
    }
    const wallMs = readTimestamp((fields[timeAt] ?? '').trim());
    if (wallMs === undefined) {
      return wrong('has no time such as 2026-11-23 06:30:00, 2026-11-23T06:30:00+09:00 or seconds since 1970');
    }
    if (lastWallMs !== undefined && wallMs <= lastWallMs) {
      return wrong('is not later than the row before it');
    }
    const overMs = Math.min(LONGEST_MS, wallMs - (lastWallMs ?? wallMs));
    const said = (fields[powerAt] ?? '').trim();
    if (/^(|\?|null|nan|unavailable|unknown)$/i.test(said)) {
      lastWallMs = wallMs;
      return { kind: 'missing', wallMs };
    }
    const watts = Number(said) * (unit === 'kW' ? 1000 : 1);
    if (!/^\d{1,9}(\.\d{1,9})?$/.test(said) || watts > LIMITS.powerMostKilowatts * 1000) {
      return wrong(`has no power from 0 to ${LIMITS.powerMostKilowatts} kW`);
    }
    lastWallMs = wallMs;
    return { kind: 'sample', wallMs, watts: Math.round(watts), overMs };
  };
  return { ok: true, read };
}

/** The fields of one line; inside quotes the delimiter is a letter like any other, and two quotes are one. */
function fieldsOf(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (const [index, letter] of [...line].entries()) {
    if (letter === '"' && (quoted || field.trim() === '')) {
      field += quoted && line[index + 1] === '"' ? '"' : '';
      quoted = !quoted;
    } else if (letter === delimiter && !quoted) {
      fields.push(field);
      field = '';
    } else {
      field += letter;
    }
  }
  return [...fields, field];
}
