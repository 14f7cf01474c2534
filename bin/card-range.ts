import { EARLIEST_MS } from '../gateway/recovery/every-name.ts';
import { operatorId } from '../proto/keys.ts';

const KEY_BYTES = 32;
const LARGEST_COUNT = 10_000;
const LONGEST_EPOCH_DAYS = 366;

/** How far to count through a home's names, as it was asked for. */
export interface Range {
  readonly ordinals: number | undefined;
  readonly devices: number;
  readonly epochDays: readonly number[];
  readonly sinceMs: number;
}

/** The range that the options of the command line name; undefined when one of them is not a number, list or date. */
export function rangeOf(values: {
  readonly ordinals?: string | undefined;
  readonly devices: string;
  readonly 'epoch-days': string;
  readonly since?: string | undefined;
}): Range | undefined {
  const number = (text: string, most: number): number =>
    /^\d{1,9}$/.test(text) ? Math.min(most, Number(text)) : Number.NaN;
  const ordinals = values.ordinals === undefined ? undefined : number(values.ordinals, LARGEST_COUNT);
  const devices = number(values.devices, LARGEST_COUNT);
  const epochDays = values['epoch-days'].split(',').map((one) => number(one.trim(), LONGEST_EPOCH_DAYS));
  const sinceMs = values.since === undefined ? EARLIEST_MS : Date.parse(values.since);
  const isFine = [ordinals ?? 1, devices, sinceMs, ...epochDays].every(Number.isFinite);
  return isFine && epochDays.every((days) => days > 0) ? { ordinals, devices, epochDays, sinceMs } : undefined;
}

const isHex = (typed: string): boolean => /^([0-9a-f]{2}){10,32}$/i.test(typed);

/** What was typed for an operator: the beginning of its fingerprint in hex, or its root key in base64url; undefined: neither. */
export function operatorOf(typed: string): Buffer | undefined {
  if (isHex(typed)) return Buffer.from(typed, 'hex');
  const key = Buffer.from(typed, 'base64url');
  return key.length === KEY_BYTES && key.toString('base64url') === typed ? key : undefined;
}

/** The operator's whole identity (32 bytes) from what was typed; undefined when that is not the whole of it. */
export function operatorIdOf(typed: string): Buffer | undefined {
  const bytes = operatorOf(typed);
  if (bytes?.length !== KEY_BYTES) return undefined;
  return isHex(typed) ? bytes : operatorId(bytes);
}
