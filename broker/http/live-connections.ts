import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Place } from '../feeds/cursor.ts';
import { type Feed, follow } from '../feeds/feed.ts';
import type { FeedLine } from '../feeds/lines.ts';
import { LIMITS } from '../limits.ts';
import { Refusal } from '../refusal.ts';

const eventOf = (line: FeedLine): string =>
  `id: ${line.cursor}\nevent: ${line.type}\ndata: ${JSON.stringify(line)}\n\n`;

/** Who follows which feed, from where. */
export interface LiveReader {
  readonly recipient: string;
  readonly feed: Feed;
  readonly from: Place;
  /** Rejects with Refusal once the reader may no longer read the feed. */
  readonly mayRead: () => Promise<unknown>;
}

/** Why a reader may no longer read, and what to do, as a comment of the stream; undefined while it may. */
async function farewellTo({ mayRead }: LiveReader): Promise<string | undefined> {
  try {
    await mayRead();
    return undefined;
  } catch (fault) {
    // A store that cannot be asked hands nothing out.
    if (!(fault instanceof Refusal)) return ': The broker failed to check the token. Connect again.\n\n';
    return `: ${fault.message} ${fault.remedy}\n\n`;
  }
}

/** Live feeds that are open, as server-sent events. */
export class LiveConnections {
  readonly #open = new Map<string, number>();
  readonly #stops = new Set<AbortController>();

  /** Throws Refusal when a recipient has too many open. */
  admit(recipient: string): void {
    if ((this.#open.get(recipient) ?? 0) < LIMITS.livePerRecipient) return;
    const remedy = 'Close one, or let one reader hand the records on.';
    throw new Refusal(429, 'tooManyLive', `${LIMITS.livePerRecipient} live connections are open already.`, remedy);
  }

  /** Writes lines from a place on until the reader leaves, stalls, may no longer read, or the broker stops. */
  async serve(reader: LiveReader, response: ServerResponse): Promise<void> {
    const { recipient, feed, from } = reader;
    const stop = new AbortController();
    this.#stops.add(stop);
    this.#open.set(recipient, (this.#open.get(recipient) ?? 0) + 1);
    response.on('close', () => stop.abort());
    response.on('error', () => stop.abort());
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    response.write('retry: 1000\n\n');
    const goesOn = async (): Promise<boolean> => {
      const farewell = await farewellTo(reader);
      if (farewell === undefined || stop.signal.aborted) return !stop.signal.aborted;
      response.write(farewell);
      stop.abort();
      return false;
    };
    // Asked while nothing is written too: a stale reader would keep its place from the one with the new token.
    const beat = async (): Promise<unknown> => (await goesOn()) && response.write(':\n\n');
    const heartbeat = setInterval(beat, LIMITS.liveHeartbeatMs);
    try {
      for await (const lines of follow(feed, from, stop.signal)) {
        if (!(await goesOn())) break;
        if (!(await this.#write(response, lines, stop.signal))) break;
      }
    } finally {
      clearInterval(heartbeat);
      response.end();
      this.#stops.delete(stop);
      this.#open.set(recipient, (this.#open.get(recipient) ?? 1) - 1);
    }
  }

  /** Ends all of them. */
  close(): void {
    for (const stop of this.#stops) stop.abort();
  }

  async #write(response: ServerResponse, lines: readonly FeedLine[], stop: AbortSignal): Promise<boolean> {
    if (response.write(lines.map(eventOf).join(''))) return true;
    const signal = AbortSignal.any([stop, AbortSignal.timeout(LIMITS.liveStalledMs)]);
    const drained = await once(response, 'drain', { signal }).then(
      () => true,
      () => false,
    );
    if (!drained) response.destroy();
    return drained;
  }
}
