import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BEGINNING, Cursors } from '../../../broker/feeds/cursor.ts';
import { readFeed } from '../../../broker/feeds/feed.ts';
import { openOperator } from '../../../broker/operator.ts';
import { SqliteStore } from '../../../broker/store/sqlite/sqlite-store.ts';
import { HomeCore } from '../../../gateway/home-core.ts';
import { homeSecret } from '../../../gateway/pseudonymize/home-secret.ts';
import { residents } from '../../../gateway/residents.ts';
import { openStore } from '../../../gateway/store/sqlite/open-store.ts';
import { HomeClock } from '../../../gateway/time/home-clock.ts';
import { readTimeMark } from '../../../gateway/time/time-mark.ts';

/** What a hub holds that was opened from a folder. */
export interface HubHolds {
  readonly enrolled: boolean;
  /** Offers with a yes in force. */
  readonly granted: readonly string[];
  /** Every entry of the household's journal. */
  readonly entries: readonly { readonly offer: string; readonly value: number; readonly outcome: string }[];
  readonly waiting: number;
  /** What it said to its log while it opened. */
  readonly said: readonly string[];
}

/** What a data broker holds that was opened from a folder. */
export interface BrokerHolds {
  /** The operator's identity, hexadecimal. */
  readonly operator: string;
  readonly offers: readonly string[];
  readonly hubs: number;
  /** The values in the feed of each offer; what was erased is not among them. */
  readonly values: ReadonlyMap<string, readonly number[]>;
  /** Keys of the blocks in those feeds. */
  readonly keysOf: ReadonlyMap<string, readonly Buffer[]>;
}

const NOBODY = 'mqtt://127.0.0.1:9';
const JOURNAL_PAGE = 1000;
const FEED_PAGE = 10_000;

/** Opens the hub's data as the program does, without any door, and closes it again. Rejects when it cannot be opened. */
export async function readHub(folder: string): Promise<HubHolds> {
  const log = join(folder, 'hub.log');
  const said: string[] = [];
  const say = (_level: string, sentence: string): void => void said.push(sentence);
  const store = await openStore({
    file: join(folder, 'hub.db'),
    home: 'home',
    onFault: (fault) => say('error', fault.message),
    // A power cut tears nothing that was ever promised: there is nothing to save.
    onSalvaged: (sentence) => say('error', sentence),
    // Otherwise a log of another size than the program's own would be made anew.
    ...(existsSync(log) ? { logBytes: statSync(log).size } : {}),
    onRefused: (count) => say('error', `The tables refused ${count} operations that were promised.`),
  });
  try {
    const machine = { wallMs: Date.now, monotonicMs: () => performance.now() };
    const mark = readTimeMark(store.get<{ value: Buffer }>('meta.get', 'time_floor')?.value.toString());
    const clock = new HomeClock(machine, { mark, timeZone: 'Asia/Tokyo' });
    const secret = homeSecret(join(folder, 'home.secret'));
    const home = await HomeCore.open({ store, clock, secret, uplinkUrl: NOBODY, say });
    try {
      return { ...(await holdsOf(home)), said };
    } finally {
      await home.close();
    }
  } finally {
    await store.close();
  }
}

async function holdsOf(home: HomeCore): Promise<Omit<HubHolds, 'said'>> {
  const settings = { mode: 'home', version: '', sourceUrl: undefined, brokerUrl: undefined, bind: '' } as const;
  const household = residents({
    home,
    settings: { ...settings, listener: undefined },
    newLink: () => '',
    listenerPort: () => undefined,
  });
  const entries: { offer: string; value: number; outcome: string }[] = [];
  for (let before: number | undefined; ; ) {
    const page = await household.journal({ before, limit: JOURNAL_PAGE });
    entries.push(...page.map(({ offer, value, outcome }) => ({ offer, value, outcome })));
    if (page.length < JOURNAL_PAGE) break;
    before = page.at(-1)?.id;
  }
  const offers = await household.offers();
  return {
    enrolled: home.enrolled !== undefined,
    granted: offers.filter(({ granted }) => granted !== null).map(({ offer }) => offer),
    entries,
    waiting: home.enrolled?.outbox.waiting() ?? 0,
  };
}

/** Opens the data broker's stores as the program does and closes them again. Rejects when they cannot be opened. */
export async function readBroker(folder: string): Promise<BrokerHolds> {
  const operator = await operatorOf(folder);
  const store = new SqliteStore(folder, randomBytes);
  try {
    await store.finishErasing();
    const offers = (await store.offers()).map(({ slug }) => slug);
    const values = new Map<string, number[]>();
    const keysOf = new Map<string, Buffer[]>();
    for (const slug of offers) {
      // Whoever reads a feed needs some secret for its cursors; which one does not matter to what it holds.
      const cursors = new Cursors(Buffer.alloc(32), slug);
      const { lines } = await readFeed({ store, slug, cursors, now: Date.now }, BEGINNING, FEED_PAGE);
      values.set(
        slug,
        lines.flatMap((line) => (line.type === 'record' ? [line.value] : [])),
      );
      const entries = await store.entries(slug, 0, FEED_PAGE);
      keysOf.set(
        slug,
        entries.flatMap((entry) => (entry.kind === 'block' && entry.key ? [Buffer.from(entry.key)] : [])),
      );
    }
    return { operator, offers, hubs: (await store.hubs()).length, values, keysOf };
  } finally {
    await store.close();
  }
}

/** The identity of the operator in a folder, hexadecimal; a folder without keys gets new ones, as at a first start. */
export async function operatorOf(folder: string): Promise<string> {
  return (await openOperator(folder, Date.now())).id.toString('hex');
}

/** Whether a folder holds anything of a hub, and of a data broker. */
export function whatIsThere(folder: string): { readonly hub: boolean; readonly broker: boolean } {
  return { hub: existsSync(join(folder, 'home/hub.db')), broker: existsSync(join(folder, 'home/broker/broker.db')) };
}
