import { hasLapsed } from '../leases/leases.ts';
import { LIMITS } from '../limits.ts';
import { openBlock } from '../store/seal.ts';
import type { BrokerStore, FeedEntry } from '../store/store.ts';
import { hourAt } from '../surroundings.ts';
import { attestByHour } from '../withdrawals/attestations.ts';
import type { Cursors, Place } from './cursor.ts';
import { type FeedLine, isoTime, recordLine } from './lines.ts';

/** One feed of one broker. */
export interface Feed {
  readonly store: BrokerStore;
  readonly slug: string;
  readonly cursors: Cursors;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

function linesOf(entry: FeedEntry, { cursors, now }: Feed, taken: number): FeedLine[] {
  const next: Place = { position: entry.position + 1, taken: 0 };
  if (entry.kind === 'tombstone') {
    const { pseudonym, categories, hour } = entry;
    const [withdrawn_at, attest_by] = [isoTime(hour * 3_600), isoTime(attestByHour(hour) * 3_600)];
    return [{ type: 'tombstone', cursor: cursors.write(next), pseudonym, categories, withdrawn_at, attest_by }];
  }
  if (entry.kind === 'resumption') {
    const { pseudonym, hour } = entry;
    return [{ type: 'resumed', cursor: cursors.write(next), pseudonym, resumed_at: isoTime(hour * 3_600) }];
  }
  const { pseudonym, category } = entry.block;
  const { leaseUntilHour = Number.POSITIVE_INFINITY } = entry;
  if (hasLapsed(leaseUntilHour, hourAt(now()))) {
    const from = cursors.write({ position: entry.position, taken });
    const lapsed_at = isoTime(leaseUntilHour * 3_600);
    return [{ type: 'lapsed', cursor: cursors.write(next), from, pseudonym, lapsed_at }];
  }
  const records = (entry.key && openBlock(entry.block, entry.key)) ?? [];
  return records.slice(taken).flatMap((record, index) => {
    const read = taken + index + 1;
    const place = read === records.length ? next : { position: entry.position, taken: read };
    return recordLine(record, { cursor: cursors.write(place), pseudonym, category }) ?? [];
  });
}

/** How many records of an entry lie before a place. */
function before({ position, taken }: Place, entry: FeedEntry): number {
  if (entry.position < position) return Number.POSITIVE_INFINITY;
  return entry.position === position ? taken : 0;
}

/** The lines after a place up to `limit`, none at or after `until`, and the place after the last of them. */
export async function readFeed(
  feed: Feed,
  from: Place,
  limit: number,
  until: Place = { position: Number.POSITIVE_INFINITY, taken: 0 },
): Promise<{ lines: FeedLine[]; place: Place }> {
  const lines: FeedLine[] = [];
  let place = from;
  while (lines.length < limit) {
    const entries = await feed.store.entries(feed.slug, place.position - 1, LIMITS.feedEntriesPerRead);
    for (const entry of entries) {
      const taken = entry.position === place.position ? place.taken : 0;
      const room = limit - lines.length;
      const end = before(until, entry);
      if (end <= taken) return { lines, place };
      const found = linesOf(entry, feed, taken).slice(0, end - taken);
      lines.push(...found.slice(0, room));
      if (found.length > room) return { lines, place: { position: entry.position, taken: taken + room } };
      place = { position: entry.position + 1, taken: 0 };
      if (lines.length === limit) break;
    }
    if (entries.length < LIMITS.feedEntriesPerRead) break;
  }
  return { lines, place };
}

/** The place after everything that is in the feed now. */
export async function endOf(feed: Feed): Promise<Place> {
  return { position: (await feed.store.end(feed.slug)) + 1, taken: 0 };
}

/**
 * Lines from a place on, for ever: each batch as soon as it is committed, until `stop` is aborted. Nothing is asked
 * again and again: the store calls back after each commit that appended.
 */
export async function* follow(feed: Feed, from: Place, stop: AbortSignal): AsyncGenerator<readonly FeedLine[]> {
  let wake: () => void = () => {};
  let changed = true;
  const rouse = (): void => {
    changed = true;
    wake();
  };
  const unwatch = feed.store.watch(feed.slug, rouse);
  stop.addEventListener('abort', rouse);
  try {
    let place = from;
    while (!stop.aborted) {
      if (!changed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      changed = false;
      const read = await readFeed(feed, place, LIMITS.feedRecords);
      place = read.place;
      // A full batch may not be all there is.
      if (read.lines.length === LIMITS.feedRecords) changed = true;
      if (read.lines.length > 0) yield read.lines;
    }
  } finally {
    unwatch();
    stop.removeEventListener('abort', rouse);
  }
}
