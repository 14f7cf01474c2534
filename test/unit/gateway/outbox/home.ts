import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Minimized } from '../../../../gateway/minimize/minimized.ts';
import { Release } from '../../../../gateway/pseudonymize/release.ts';
import { openStore } from '../../../../gateway/store/sqlite/open-store.ts';
import type { Store } from '../../../../gateway/store/store.ts';
import type { Category, Lane } from '../../../../proto/lists.ts';

/** A store in a folder of its own, with a way to add agreements. */
export interface Home {
  readonly store: Store;
  /** Adds an agreement with this row id; its ordinal is the same number unless given, and confirmed unless `isConfirmed` is false. */
  agreement(id: number, operator: number, ordinal?: number, isConfirmed?: boolean): void;
  /** Adds a journal entry for an item that waits. */
  journal(run: Buffer, seq: number): void;
  /** What any reading SQL returns. */
  query(sql: string, ...args: unknown[]): Record<string, unknown>[];
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
  const entry = direct.prepare(
    `INSERT INTO journal (at_ms, agreement, slug, category, property, quantity, time_s, window_s, value, run, seq, outcome)
     VALUES (0, 1, 'offer', 'power.appliance', 'power.active', 'mean_power_w', 0, 0, 0, ?, ?, 'waiting')`,
  );
  return {
    store,
    agreement: (id, operator, ordinal = id, isConfirmed = true) =>
      void insert.run(id, operator, ordinal, `uuid-${operator}-${id}`, isConfirmed ? 1 : 0),
    journal: (run, seq) => void entry.run(run, seq),
    query: (sql, ...args) => direct.prepare(sql).all(...args) as Record<string, unknown>[],
    close: async () => {
      direct.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
