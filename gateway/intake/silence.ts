import type { Claim } from '../../devices/dialects/dialect.ts';
import { LIMITS } from '../limits.ts';
import type { LastValue } from './last-values.ts';

/** When a device was last heard, in milliseconds of home time; undefined when nothing it said is remembered. */
export function heardMs(last: readonly LastValue[]): number | undefined {
  return last.length === 0 ? undefined : Math.max(...last.map(({ atMs }) => atMs));
}

/** How long a device like this may say nothing: as it announced itself, else by what it measures. */
export function mayBeSilentMs({ traits }: Claim, last: readonly LastValue[]): number {
  const announced = (traits.routes ?? []).flatMap(({ expireAfterMs }) => expireAfterMs ?? []);
  if (announced.length > 0) return Math.max(...announced);
  const measures = last.some(({ kind }) => kind === 'power.active' || kind === 'energy.import');
  return measures ? LIMITS.meterSilentMs : LIMITS.deviceSilentMs;
}

/** How long nothing came, at most since this process listens: a repeated word is not kept on the disk. `silentMs` is null when it never said one. */
export function heardOfMs(silentMs: number | null, ranMs: number): number {
  return Math.min(silentMs ?? ranMs, ranMs);
}
