import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scrypt } from 'node:crypto';
import { LIMITS } from '../limits.ts';

/**
 * A stream of bytes under a passphrase. The file is a header (what it is, scrypt's parameters, a salt) and then chunks of
 * 64 KiB under AES-256-GCM. A chunk's nonce is its place and whether it is the last, and the key is bound to every byte
 * of the header: a file with anything changed, left out, put elsewhere, cut off or added does not open.
 */

/** What scrypt is given: cost as a power of two, block size, parallelism. */
export interface Cost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** Why sealed bytes do not open: not one of our files, of a later version, another passphrase (or a damaged beginning), damaged. */
export type SealFault = 'notABackup' | 'newer' | 'passphrase' | 'damaged';

/** Thrown inside the stream and turned into a sentence by whoever began it. */
export class SealError extends Error {
  readonly fault: SealFault;

  constructor(fault: SealFault) {
    super(fault);
    this.name = 'SealError';
    this.fault = fault;
  }
}

/** 128 MiB of memory and about a second on a small board for each guess at the passphrase. */
export const USUAL_COST: Cost = { logN: 17, r: 8, p: 1 };

const MAGIC = Buffer.from('EngawaBackup');
const VERSION = 1;
const SALT_BYTES = 32;
const TAG_BYTES = 16;
const CHUNK_BYTES = 64 * 1024;
const HEADER_BYTES = MAGIC.length + 4 + SALT_BYTES;
/** A file may not make whoever opens it spend memory or time without end. */
const HIGHEST: Cost = { logN: 18, r: 8, p: 4 };

/** Whether a file that begins with these bytes is one of ours, of whatever version. */
export function isSealed(beginning: Buffer): boolean {
  return beginning.subarray(0, MAGIC.length).equals(MAGIC);
}

/** Seals a stream; yields the whole file. */
export async function* seal(
  source: AsyncIterable<Buffer>,
  passphrase: string,
  cost: Cost = USUAL_COST,
): AsyncGenerator<Buffer> {
  const header = Buffer.concat([MAGIC, Buffer.from([VERSION, cost.logN, cost.r, cost.p]), randomBytes(SALT_BYTES)]);
  const key = await keyFor(passphrase, header, cost);
  yield header;
  let index = 0;
  for await (const { chunk, isLast } of chunksOf(source, CHUNK_BYTES)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index, isLast));
    yield Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
    index += 1;
  }
}

/** Opens a sealed stream; yields what was sealed, each chunk only after it was verified. Throws SealError. */
export async function* open(source: AsyncIterable<Buffer>, passphrase: string): AsyncGenerator<Buffer> {
  const bytes = source[Symbol.asyncIterator]();
  const { header, rest } = await headerOf(bytes);
  const key = await keyFor(passphrase, header, costIn(header));
  let index = 0;
  for await (const { chunk, isLast } of chunksOf(resumed(rest, bytes), CHUNK_BYTES + TAG_BYTES)) {
    yield opened(chunk, key, index, isLast);
    index += 1;
  }
}

function opened(chunk: Buffer, key: Buffer, index: number, isLast: boolean): Buffer {
  if (chunk.length < TAG_BYTES) throw new SealError('damaged');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index, isLast), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(chunk.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(chunk.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    // Nothing but the passphrase can be wrong for the first chunk of an undamaged file.
    throw new SealError(index === 0 ? 'passphrase' : 'damaged');
  }
}

function costIn(header: Buffer): Cost {
  if (!isSealed(header)) throw new SealError('notABackup');
  const [version = 0, logN = 0, r = 0, p = 0] = header.subarray(MAGIC.length);
  if (version > VERSION) throw new SealError('newer');
  const isKnown = version === VERSION && logN >= 1 && r >= 1 && p >= 1;
  if (!isKnown || logN > HIGHEST.logN || r > HIGHEST.r || p > HIGHEST.p) throw new SealError('damaged');
  return { logN, r, p };
}

async function headerOf(bytes: AsyncIterator<Buffer>): Promise<{ header: Buffer; rest: Buffer }> {
  let read = Buffer.alloc(0);
  while (read.length < HEADER_BYTES) {
    const next = await bytes.next();
    if (next.done) break;
    read = Buffer.concat([read, next.value]);
  }
  if (!isSealed(read)) throw new SealError('notABackup');
  if (read.length < HEADER_BYTES) throw new SealError('damaged');
  return { header: read.subarray(0, HEADER_BYTES), rest: read.subarray(HEADER_BYTES) };
}

async function* resumed(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** Cuts a stream into chunks of this size; the last may be shorter, and there is always one. */
async function* chunksOf(
  source: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<{ chunk: Buffer; isLast: boolean }> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const part of source) {
    parts.push(part);
    held += part.length;
    if (held <= size) continue;
    let all = Buffer.concat(parts);
    // A full chunk is given out only when there is more behind it: the last one is sealed as such.
    for (; all.length > size; all = all.subarray(size)) yield { chunk: all.subarray(0, size), isLast: false };
    parts = [all];
    held = all.length;
  }
  yield { chunk: Buffer.concat(parts), isLast: true };
}

function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(index), 3);
  nonce.writeUInt8(isLast ? 1 : 0, 11);
  return nonce;
}

/** Typed passphrases differ in how accents and full-width letters are encoded: NFKC makes them one. */
async function keyFor(passphrase: string, header: Buffer, { logN, r, p }: Cost): Promise<Buffer> {
  const options = { N: 2 ** logN, r, p, maxmem: LIMITS.passphraseBytes };
  const stretched = await new Promise<Buffer>((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), header.subarray(-SALT_BYTES), 32, options, (fault, key) =>
      fault ? reject(fault) : resolve(key),
    );
  });
  return Buffer.from(hkdfSync('sha256', stretched, header, 'engawa/1/backup', 32));
}
