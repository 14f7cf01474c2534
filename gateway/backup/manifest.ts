import type { BookPage } from '../consent/consent-book.ts';
import { HomeKeys } from '../pseudonymize/home-keys.ts';
import { MIGRATIONS } from '../store/schema.ts';
import type { Store } from '../store/store.ts';

/** What a home holds, in numbers, to compare before and after. `consentChain` is the end of the book's chain, 64 hex digits. */
export interface Contents {
  readonly hub: string | null;
  readonly highestOrdinal: number;
  readonly devices: number;
  readonly agreements: number;
  readonly consentRecords: number;
  readonly consentChain: string | null;
  readonly withdrawals: number;
  readonly newestJournalEntry: number;
}

/** What a backup says of itself. Times in milliseconds since 1970. */
export interface Manifest {
  readonly format: 1;
  /** Version of Engawa that made it. */
  readonly version: string;
  /** Label of the home: `home` or `demo`. */
  readonly home: string;
  readonly madeAtMs: number;
  /** Version of the database's tables. */
  readonly schema: number;
  readonly contents: Contents;
  readonly databaseBytes: number;
}

/** Number of the tables' version this program writes. */
export const SCHEMA: number = MIGRATIONS.length;

/** Counts what an opened store holds. */
export function contentsOf(store: Store, secret: Buffer): Contents {
  const operator = store.get<{ id: number; fingerprint: Buffer }>('operator.current');
  const id = operator?.id ?? 0;
  const pages = store.all<BookPage>('consent.pages', id);
  const agreements = store.all<{ ordinal: number }>('agreement.all', id);
  const chain = pages.at(-1)?.chain;
  return {
    hub: operator ? new HomeKeys(secret, operator.fingerprint).hub.toString('hex') : null,
    highestOrdinal: Math.max(0, ...agreements.map(({ ordinal }) => ordinal)),
    devices: store.all('device.all').length,
    agreements: agreements.length,
    consentRecords: pages.length,
    consentChain: chain ? Buffer.from(chain).toString('hex') : null,
    withdrawals: store.all('withdrawal.all', id).length,
    newestJournalEntry: store.all<{ id: number }>('journal.page', Number.MAX_SAFE_INTEGER, 1)[0]?.id ?? 0,
  };
}

/** Names of the contents in which two homes differ; empty when they hold the same. */
export function differences(one: Contents, other: Contents): string[] {
  const names = Object.keys(one) as (keyof Contents)[];
  return names.filter((name) => one[name] !== other[name]);
}

/** A manifest as bytes, and back; undefined when it is none. */
export const manifestText = (manifest: Manifest): Buffer => Buffer.from(JSON.stringify(manifest));

/** Reads a manifest; undefined when it is none. */
export function readManifest(bytes: Buffer): Manifest | undefined {
  try {
    const read = JSON.parse(bytes.toString('utf8')) as Manifest;
    return read.format === 1 && Number.isSafeInteger(read.databaseBytes) ? read : undefined;
  } catch {
    return undefined;
  }
}
