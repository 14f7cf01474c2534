import { setTimeout as wait } from 'node:timers/promises';
import type { FeedLine, RecordLine } from '../../broker/feeds/lines.ts';

/** A feed as its recipient knows it. */
export interface Feed {
  /** Base URL of the data broker. */
  readonly url: string;
  readonly offer: string;
  readonly purpose: string;
  readonly token: string;
}

/** An open live connection to a feed, with the lines that came over it. */
export interface LiveFeed {
  readonly lines: { readonly line: FeedLine; readonly atMs: number }[];
  /** Resolves with the first line that was not yet taken and fits; lines before it stay untaken. */
  next(fits?: (line: FeedLine) => boolean): Promise<{ readonly line: FeedLine; readonly atMs: number }>;
  close(): Promise<void>;
}

const PAGE = 10_000;
const TOO_MANY = 429;

const headers = ({ token }: Feed): Record<string, string> => ({ authorization: `Bearer ${token}` });
const address = ({ url, offer, purpose }: Feed, what: string): string =>
  `${url}/v1/feeds/${offer}/${what}?purpose=${purpose}`;

/** Everything in a feed, from its beginning, page by page. */
export async function readAll(feed: Feed): Promise<FeedLine[]> {
  const lines: FeedLine[] = [];
  for (;;) {
    const last = lines.at(-1)?.cursor;
    const after = last === undefined ? '' : `&after=${last}`;
    const answer = await fetch(`${address(feed, 'records')}&limit=${PAGE}${after}`, { headers: headers(feed) });
    // As a recipient does: it was asked too often, and says when to come back.
    if (answer.status === TOO_MANY) {
      await wait(Number(answer.headers.get('retry-after') ?? 1) * 1_000);
      continue;
    }
    if (!answer.ok) throw new Error(`The feed answered ${answer.status}: ${await answer.text()}`);
    const text = await answer.text();
    const page = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as FeedLine);
    lines.push(...page);
    if (page.length < PAGE) return lines;
  }
}

/** The records among the lines of a feed. */
export function recordsIn(lines: readonly FeedLine[]): RecordLine[] {
  return lines.filter((line) => line.type === 'record');
}

/** Opens the live feed; resolves once the broker has begun to answer, so that what is committed from now on arrives. */
export async function openLive(feed: Feed): Promise<LiveFeed> {
  const ending = new AbortController();
  const answer = await fetch(address(feed, 'live'), { headers: headers(feed), signal: ending.signal });
  if (!answer.ok || answer.body === null) throw new Error(`The live feed answered ${answer.status}.`);
  const live = new Listening(ending);
  await live.listen(answer.body);
  return live;
}

class Listening implements LiveFeed {
  readonly lines: { line: FeedLine; atMs: number }[] = [];
  readonly #untaken: { line: FeedLine; atMs: number }[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #ending: AbortController;
  #reading: Promise<void> = Promise.resolve();

  constructor(ending: AbortController) {
    this.#ending = ending;
  }

  /** Resolves with the first bytes: the broker writes them when it has taken its place in the feed. */
  async listen(body: ReadableStream<Uint8Array>): Promise<void> {
    const first = Promise.withResolvers<void>();
    this.#reading = this.#read(body, first.resolve).catch(() => undefined);
    await first.promise;
  }

  async #read(body: ReadableStream<Uint8Array>, began: () => void): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of body) {
      began();
      text += decoder.decode(chunk, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) this.#take(event);
    }
  }

  #take(event: string): void {
    const data = /^data: (.*)$/m.exec(event)?.[1];
    if (data === undefined) return;
    const arrived = { line: JSON.parse(data) as FeedLine, atMs: performance.now() };
    this.lines.push(arrived);
    this.#untaken.push(arrived);
    for (const look of [...this.#waiting]) look();
  }

  next(fits: (line: FeedLine) => boolean = () => true): Promise<{ line: FeedLine; atMs: number }> {
    return new Promise((resolve) => {
      const look = (): void => {
        const at = this.#untaken.findIndex(({ line }) => fits(line));
        const [found] = at < 0 ? [] : this.#untaken.splice(at, 1);
        if (!found) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#reading;
  }
}
