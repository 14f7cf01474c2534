import { readDate } from '../replay/household-power.ts';
import { isTopic, isZone, TOPIC_FORM, ZONE_FORM } from '../scenario/forms.ts';
import { instantOf } from '../world/calendar.ts';

/** What ends the reading of the arguments: its message says what would be right. */
export class Wrong extends Error {}

/** A whole number from 0 to `most`. */
export function readWhole(text: string, option: string, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : fail(`${option} takes a whole number from 0 to ${most}`);
}

/** An MQTT topic without wildcards. */
export function readTopic(text: string, option: string): string {
  return isTopic(text) ? text : fail(`${option} takes ${TOPIC_FORM}`);
}

/** A time zone that this machine knows. */
export function readZone(zone: string): string {
  return isZone(zone) ? zone : fail(`--time-zone (or TZ) takes ${ZONE_FORM}`);
}

/** A day and, if given, a time of that day as the clock on the wall shows it, or an instant that ends in Z or an offset. */
export function readTime(text: string, option: string, timeZone: string): number {
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?$/.exec(text);
  const hasZone = form?.[3] !== undefined;
  const value =
    form === null ? Number.NaN : Date.parse(hasZone ? text : `${text}${form[1] === undefined ? 'T00:00' : ''}Z`);
  check(!Number.isNaN(value), `${option} takes 2026-11-23 or 2026-11-23T06:30`);
  return hasZone ? value : instantOf(value, timeZone);
}

/** A day of a file, on the clock of the wall. */
export function readDay(text: string): number {
  const value = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00Z`) : (readDate(text) ?? Number.NaN);
  return Number.isNaN(value) ? fail('--from takes a day of the file, 2007-01-31 or 31/1/2007') : value;
}

/** Ends the reading with a reason unless something holds. */
export function check(holds: boolean, reason: string): void {
  if (!holds) {
    fail(reason);
  }
}

/** Ends the reading with a reason. */
export function fail(reason: string): never {
  throw new Wrong(reason);
}
