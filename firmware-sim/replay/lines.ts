import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** What ends the reading of a file early: its name is the user's own, the reason names the remedy. */
export class UnreadableFile extends Error {}

/**
 * Reads a plain or gzip-compressed file line by line; undefined stands for a line of more than `mostBytes`, which is not kept.
 * Throws UnreadableFile when the file cannot be opened or unpacked.
 */
export function linesOf(file: string, mostBytes: number): AsyncGenerator<string | undefined> {
  return cut(bytesOf(file), mostBytes);
}

async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  const packed = await isGzip(file);
  const stream = createReadStream(file);
  if (!packed) {
    yield* stream as AsyncIterable<Buffer>;
    return;
  }
  const unpacked = createGunzip();
  // The reader below sees every error of the unpacking; this promise only must not be left without a listener.
  const unpacking = pipeline(stream, unpacked).catch(() => undefined);
  try {
    yield* unpacked as AsyncIterable<Buffer>;
  } catch {
    throw new UnreadableFile('the file is a damaged or cut off gzip file; fetch it again');
  } finally {
    stream.destroy();
    await unpacking;
  }
}

async function isGzip(file: string): Promise<boolean> {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new UnreadableFile(`the file cannot be opened (${code}); check its name and that it may be read`);
  }
}

async function* cut(chunks: AsyncIterable<Buffer>, mostBytes: number): AsyncGenerator<string | undefined> {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  const keep = (piece: Buffer): void => {
    keptBytes += piece.length;
    kept = keptBytes > mostBytes ? [] : [...kept, piece];
  };
  const take = (): string | undefined => {
    const line = keptBytes > mostBytes ? undefined : Buffer.concat(kept).toString('utf8').replace(/\r$/, '');
    kept = [];
    keptBytes = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      keep(chunk.subarray(from, end));
      yield take();
      from = end + 1;
    }
    keep(chunk.subarray(from));
  }
  if (keptBytes > 0) {
    yield take();
  }
}
