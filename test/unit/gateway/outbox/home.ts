import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Outcome, outcomeOf } from '../../../../gateway/journal/journal.ts';
import type { Minimized } from '../../../../gateway/minimize/minimized.ts';
import type { Outbox } from '../../../../gateway/outbox/outbox.ts';
import type { OutboxRow, Part } from '../../../../gateway/outbox/row.ts';
import { Release } from '../../../../gateway/pseudonymize/release.ts';
import { openStore } from '../../../../gateway/store/sqlite/open-store.ts';
import type { Store } from '../../../../gateway/store/store.ts';
import type { Category, Lane } from '../../../../proto/lists.ts';

/** A store in a folder of its own, with a way to add agreements. */
export interface Home {
  readonly store: Store;
  /** Adds an agreement with this row id; its ordinal is the same number unless given, and confirmed unless `isConfirmed` is false. */
  agreement(id: number, operator: number, ordinal?: number, isConfirmed?: boolean): void;
  /** What became of every journal entry, in order, once everything committed is in the tables. */
  outcomes(): Promise<Outcome[]>;
  close(): Promise<void>;
}

/** Opens a real store in a temporary folder, which `close` removes. */
export async function openHome(): Promise<Home> {
  const folder = mkdtempSync(join(tmpdir(), 'engawa-outbox-'));
  const file = join(folder, 'hub.db');
  const store = await openStore({ file, home: 'home', onFault: () => undefined });
  const direct = new Database(file);
  const insert = direct.prepare(
    `INSERT INTO agreement (id, operator, ordinal, uuid, offer_hash, slug, opened_at, confirmed)
     VALUES (?, ?, ?, ?, x'00', 'offer', 0, ?)`,
  );
  return {
    store,
    agreement: (id, operator, ordinal = id, isConfirmed = true) =>
      void insert.run(id, operator, ordinal, `uuid-${operator}-${id}`, isConfirmed ? 1 : 0),
    outcomes: async () => {
      await store.settle();
      const rows = direct.prepare('SELECT outcome FROM journal ORDER BY id').all() as { outcome: number }[];
      return rows.map(({ outcome }) => outcomeOf(outcome));
    },
    close: async () => {
      direct.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What waits in a lane, oldest first. */
export function pending(outbox: Outbox, lane: Lane, limit = 100, except: readonly Part[] = []): OutboxRow[] {
  return outbox.exit.pending({
    lane,
    after: 0,
    upTo: Number.MAX_SAFE_INTEGER,
    limit,
    except,
    skip: () => false,
  });
}

/** What a test wants a release to say; the rest is filled in. */
export interface Wanted {
  readonly agreement: number;
  readonly lane?: Lane;
  readonly category?: Category;
  readonly value?: number;
  readonly writeKey?: string;
  readonly offerKey?: string;
}

/** A genuine Release, of a Minimized that only a test may make up. */
export function release({
  agreement,
  lane = 'shaped',
  category = 'power.appliance',
  value = 7,
  ...keys
}: Wanted): Release {
  const minimized = {
    grant: { agreement, lane, offerKey: keys.offerKey ?? 'ab'.repeat(16) },
    category,
    property: 'power.active',
    quantity: 'mean_power_w',
    subject: 0,
    timeS: 1_790_000_100,
    windowS: 900,
    value,
    observedPermille: 987,
    estimatedTime: false,
  };
  return Release.of(minimized as unknown as Minimized, { writeKey: keys.writeKey ?? 'cd'.repeat(16), epoch: 3 });
}
