import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type StoreSettings } from '../../../../gateway/store/sqlite/open-store.ts';
import type { Operation, Store } from '../../../../gateway/store/store.ts';
import type { StoreError } from '../../../../gateway/store/store-error.ts';

/** A home's data in a temporary folder, opened and closed as a test likes. */
export class HomeOnDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'engawa-store-'));
  readonly faults: StoreError[] = [];
  readonly salvaged: string[] = [];
  refused = 0;
  readonly #open: Store[] = [];

  get file(): string {
    return join(this.folder, 'hub.db');
  }

  get log(): string {
    return join(this.folder, 'hub.log');
  }

  /** Opens the store, with a small log. Nothing settles by itself after a time unless a test says so. */
  async open(settings: Partial<StoreSettings> = {}): Promise<Store> {
    const store = await openStore({
      file: this.file,
      home: 'home',
      settleMs: 3_600_000,
      logBytes: 1024 * 1024,
      onFault: (error) => this.faults.push(error),
      onSalvaged: (sentence) => this.salvaged.push(sentence),
      onRefused: (count) => {
        this.refused += count;
      },
      ...settings,
    });
    this.#open.push(store);
    return store;
  }

  /** The disk as a cut of power leaves it now, as a home of its own. */
  afterPowerCut(): HomeOnDisk {
    const image = new HomeOnDisk();
    for (const name of ['hub.db', 'hub.db-wal', 'hub.log'])
      if (existsSync(join(this.folder, name))) copyFileSync(join(this.folder, name), join(image.folder, name));
    return image;
  }

  /** Closes what is open and removes the folder. */
  async remove(): Promise<void> {
    for (const store of this.#open.splice(0)) await store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A logged operation that sets a key. */
export const put = (key: string, text = 'x'): Operation => ['meta.put', key, Buffer.from(text)];

/** An operation that goes to the tables. */
export const device = (id: number): Operation => [
  'device.put',
  id,
  'source',
  `thing ${id}`,
  '{}',
  null,
  null,
  null,
  null,
  null,
];

/** An operation that the tables refuse, and with it its batch. */
export const poison: Operation = ['device.put', 0, null, null, null, null, null, null, null, null];

/** What a key holds in the tables. */
export const valueAt = (store: Store, key: string): string | undefined =>
  store.get<{ value: Buffer }>('meta.get', key)?.value.toString();
