import { LIMITS } from '../limits.ts';
import { openBlock } from '../store/seal.ts';
import type { BrokerStore, FeedEntry } from '../store/store.ts';
import type { Cursors, Place } from './cursor.ts';
import { type FeedLine, isoTime, recordLine } from './lines.ts';

/** One feed of one broker. */
export interface Feed {
  readonly store: BrokerStore;
  readonly slug: string;
  readonly cursors: Cursors;
}

function linesOf(entry: FeedEntry, cursors: Cursors, taken: number): FeedLine[] {
  const next: Place = { position: entry.position + 1, taken: 0 };
  if (entry.kind === 'tombstone') {
    const { pseudonym, categories, hour } = entry;
    return [
      { type: 'tombstone', cursor: cursors.write(next), pseudonym, categories, withdrawn_at: isoTime(hour * 3_600) },
    ];
  }
  const { pseudonym, category } = entry.block;
  const records = (entry.key && openBlock(entry.block, entry.key)) ?? [];
  return records.slice(taken).flatMap((record, index) => {
    const read = taken + index + 1;
    const place = read === records.length ? next : { position: entry.position, taken: read };
    return recordLine(record, { cursor: cursors.write(place), pseudonym, category }) ?? [];
  });
}

/** The lines after a place up to `limit`, and the place after the last of them. */
export async function readFeed(feed: Feed, from: Place, limit: number): Promise<{ lines: FeedLine[]; place: Place }> {
  const lines: FeedLine[] = [];
  let place = from;
  while (lines.length < limit) {
    const entries = await feed.store.entries(feed.slug, place.position - 1, LIMITS.feedEntriesPerRead);
    for (const entry of entries) {
      const taken = entry.position === place.position ? place.taken : 0;
      const room = limit - lines.length;
      const found = linesOf(entry, feed.cursors, taken);
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
