import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from '../backup/back-up.ts';
import { readBackup, syncFolder } from '../backup/backup-file.ts';
import { contentsOf, differences, type Manifest, SCHEMA } from '../backup/manifest.ts';
import { SealError } from '../backup/sealed-stream.ts';
import { type BookPage, ConsentBook } from '../consent/consent-book.ts';
import { Agreements } from '../household/agreements.ts';
import { type Answer, done } from '../household/answer.ts';
import { bookSeal, storePage } from '../household/book-seal.ts';
import { HomeKeys } from '../pseudonymize/home-keys.ts';
import { homeSecret } from '../pseudonymize/home-secret.ts';
import { takeLock } from '../store/sqlite/lock.ts';
import { openStore } from '../store/sqlite/open-store.ts';
import type { Operation, Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { Life } from './life.ts';
import {
  bookUnreadable,
  holdsAHome,
  notOfThisHome,
  notPutInPlace,
  notTheSame,
  notUnpacked,
  underWay,
  unopened,
} from './refusals.ts';
import { suspendingRecords } from './suspension.ts';

/** What one restore needs. */
export interface Restoring {
  readonly file: string;
  readonly passphrase: string;
  /** Where the home goes: missing, or empty. */
  readonly folder: string;
  /** Label of the home that is wanted: `home` or `demo`. */
  readonly home: string;
  readonly nowMs: number;
}

/** A home that was restored: what the backup said of itself, and how many consents are suspended. */
export interface Restored {
  readonly manifest: Manifest;
  readonly suspended: number;
}

/**
 * Restores a home from a backup: unpacked beside its place, opened, counted, its consent book verified, every consent
 * suspended, and then put in place by giving the finished folder its name. Whatever fails before that leaves the place
 * as it was.
 */
export async function restoreHome(wanted: Restoring): Promise<Answer<Restored>> {
  const { folder } = wanted;
  if (!(await isEmpty(folder))) return holdsAHome(folder);
  const beside = `${folder}.restoring`;
  const lock = await lockBeside(beside);
  if (!lock) return underWay(beside);
  try {
    // What an interrupted restore left: nothing in it was ever in use.
    await rm(beside, { recursive: true, force: true });
    await mkdir(beside, { mode: 0o700 });
    const unpacked = await unpack(wanted, beside);
    return unpacked.ok ? await putInPlace(beside, folder, unpacked.value) : unpacked;
  } catch (fault) {
    return notUnpacked(codeOf(fault));
  } finally {
    await rm(beside, { recursive: true, force: true });
    lock.release();
    await rm(`${beside}.lock`, { force: true });
  }
}

/** Unpacks a backup into an empty folder and verifies it: it opens, holds what it says, and the consent book is whole. */
export async function unpackVerified(
  { file, passphrase, home }: Omit<Restoring, 'folder' | 'nowMs'>,
  folder: string,
  then: (store: Store, secret: Buffer, manifest: Manifest) => Promise<number>,
): Promise<Answer<Restored>> {
  let manifest: Manifest;
  try {
    manifest = await readBackup(file, passphrase, folder);
  } catch (fault) {
    if (fault instanceof SealError) return unopened(fault.fault);
    return notUnpacked(codeOf(fault));
  }
  if (manifest.schema > SCHEMA) return unopened('newer');
  if (manifest.home !== home) return notOfThisHome(manifest.home);
  const secret = homeSecret(join(folder, 'home.secret'));
  let store: Store;
  try {
    store = await openStore({ file: join(folder, 'hub.db'), home, onFault: () => undefined });
  } catch (fault) {
    return notTheSame([fault instanceof StoreError ? fault.code : codeOf(fault)]);
  }
  try {
    const found = differences(manifest.contents, contentsOf(store, secret));
    if (found.length > 0) return notTheSame(found);
    if (bookIn(store, secret)?.fault !== undefined) return bookUnreadable();
    return done({ manifest, suspended: await then(store, secret, manifest) });
  } finally {
    await store.close();
  }
}

function unpack(wanted: Restoring, beside: string): Promise<Answer<Restored>> {
  return unpackVerified(wanted, beside, (store, secret, manifest) =>
    suspendAll(store, secret, manifest.madeAtMs, wanted.nowMs),
  );
}

/** The consent book of the home's operator, verified page by page; undefined where the home was never enrolled. */
function bookIn(store: Store, secret: Buffer): ConsentBook | undefined {
  const operator = store.get<{ id: number; fingerprint: Buffer }>('operator.current');
  if (!operator) return undefined;
  const seal = bookSeal(new HomeKeys(secret, operator.fingerprint));
  return new ConsentBook(seal, store.all<BookPage>('consent.pages', operator.id));
}

/** Suspends every consent of a restored home in one commit, with a signed record each; resolves with how many. */
async function suspendAll(store: Store, secret: Buffer, madeAtMs: number, nowMs: number): Promise<number> {
  const operator = store.get<{ id: number }>('operator.current')?.id;
  const book = bookIn(store, secret);
  if (operator === undefined || !book) return 0;
  const agreements = new Agreements(store, operator);
  const records = suspendingRecords(book, agreements.newestId, nowMs);
  const open = agreements.all().filter(({ closedAtMs }) => closedAtMs === undefined);
  await store.commit([
    ...book.write(records).map((page) => storePage(operator, page)),
    ...open.map(({ id }): Operation => ['agreement.close', nowMs, id]),
    new Life(store, operator).restored(madeAtMs, agreements.newestId),
  ]);
  return records.length;
}

async function putInPlace(beside: string, folder: string, restored: Restored): Promise<Answer<Restored>> {
  // Of this program's own making, and of no use to the hub.
  await rm(join(beside, 'hub.db.lock'), { force: true });
  await syncFolder(beside);
  try {
    // An empty folder gives way to another in one step; one that is not is refused by the system itself.
    await rename(beside, folder);
  } catch (fault) {
    return notPutInPlace(folder, codeOf(fault));
  }
  await syncFolder(dirname(folder));
  return done(restored);
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (fault) {
    return codeOf(fault) === 'ENOENT';
  }
}

async function lockBeside(beside: string): Promise<{ release(): void } | undefined> {
  try {
    await mkdir(dirname(beside), { recursive: true, mode: 0o700 });
    return takeLock(beside);
  } catch {
    return undefined;
  }
}
