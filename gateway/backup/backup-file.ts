import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open as openFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Manifest, manifestText, readManifest } from './manifest.ts';
import { type Cost, isSealed, open, SealError, seal } from './sealed-stream.ts';

const SECRET_BYTES = 32;
const MANIFEST_BYTES = 64 * 1024;

/** What goes into a backup: the home secret (32 bytes), a database nobody writes to, and what both hold. */
export interface Sealing {
  readonly manifest: Omit<Manifest, 'databaseBytes'>;
  readonly secret: Buffer;
  readonly database: string;
}

/** Whether this path can take a backup: nothing is there, or an older backup. */
export async function mayWrite(file: string): Promise<boolean> {
  const handle = await openFile(file).catch(() => undefined);
  if (!handle) return true;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    return isSealed(buffer.subarray(0, bytesRead));
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}

/** Writes a backup: under another name, synced, then given its own, so that a file of this name is always whole. Resolves with its bytes. */
export async function writeBackup(
  file: string,
  passphrase: string,
  { manifest, secret, database }: Sealing,
  cost?: Cost,
): Promise<number> {
  const partial = `${file}.partial`;
  const { size: databaseBytes } = await stat(database);
  const described = manifestText({ ...manifest, databaseBytes });
  async function* content(): AsyncGenerator<Buffer> {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(described.length);
    yield Buffer.concat([length, described, secret]);
    yield* createReadStream(database);
  }
  // Nobody else may read it, also where a file of an interrupted backup lies.
  await rm(partial, { force: true });
  const handle = await openFile(partial, 'wx', 0o600);
  try {
    const bytes = await writeAll(handle, seal(content(), passphrase, cost));
    await handle.sync();
    await handle.close();
    await rename(partial, file);
    await syncFolder(dirname(file));
    return bytes;
  } catch (fault) {
    await handle.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw fault;
  }
}

/** Opens a backup into a folder that exists: `home.secret` and `hub.db`, synced. Throws SealError, or what the disk says. */
export async function readBackup(file: string, passphrase: string, folder: string): Promise<Manifest> {
  const opened = open(createReadStream(file), passphrase)[Symbol.asyncIterator]();
  const { manifest, secret, rest } = await beginningOf(opened);
  await writeSecret(join(folder, 'home.secret'), secret);
  const handle = await openFile(join(folder, 'hub.db'), 'wx', 0o600);
  try {
    let bytes = 0;
    for await (const part of following(rest, opened)) {
      await handle.writeFile(part);
      bytes += part.length;
    }
    if (bytes !== manifest.databaseBytes) throw new SealError('damaged');
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(folder);
  return manifest;
}

/** Writes a home secret for this user only, synced; the file must not exist. */
export async function writeSecret(file: string, secret: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await openFile(file, 'wx', 0o600);
  try {
    await handle.writeFile(secret);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes what was renamed inside a folder last; where the system cannot sync folders it must do without. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await openFile(folder).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function writeAll(handle: FileHandle, parts: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const part of parts) {
    await handle.writeFile(part);
    bytes += part.length;
  }
  return bytes;
}

async function beginningOf(
  opened: AsyncIterator<Buffer>,
): Promise<{ manifest: Manifest; secret: Buffer; rest: Buffer }> {
  let read = Buffer.alloc(0);
  const upTo = async (length: number): Promise<void> => {
    while (read.length < length) {
      const next = await opened.next();
      if (next.done) throw new SealError('damaged');
      read = Buffer.concat([read, next.value]);
    }
  };
  await upTo(4);
  const length = read.readUInt32BE();
  if (length > MANIFEST_BYTES) throw new SealError('newer');
  const end = 4 + length + SECRET_BYTES;
  await upTo(end);
  const manifest = readManifest(read.subarray(4, 4 + length));
  if (!manifest) throw new SealError('newer');
  return { manifest, secret: read.subarray(4 + length, end), rest: read.subarray(end) };
}

async function* following(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
