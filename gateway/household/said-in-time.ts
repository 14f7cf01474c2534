import type { ConsentRecord } from '../consent/consent-record.ts';

/** The records among these that are stamped later than `nowMs`, stamped as if their clock had been `byMs` less ahead; they last as long as agreed. */
export function saidInTime(records: readonly ConsentRecord[], nowMs: number, byMs: number): ConsentRecord[] {
  return records
    .filter(({ event }) => event.atMs > nowMs)
    .map((record) => {
      const { atMs, expiresMs } = record.event;
      return { ...record, event: { ...record.event, atMs: Math.min(nowMs, atMs - byMs), expiresMs: expiresMs - byMs } };
    });
}
