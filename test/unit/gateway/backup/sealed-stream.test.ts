import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Cost, isSealed, open, SealError, seal } from '../../../../gateway/backup/sealed-stream.ts';

const CHEAP: Cost = { logN: 4, r: 8, p: 1 };
const PASSPHRASE = 'correct horse battery staple';
const HEADER = 48;
const SEALED_CHUNK = 64 * 1024 + 16;

async function* parts(...all: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* all;
}

async function all(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const read: Buffer[] = [];
  for await (const part of stream) read.push(part);
  return Buffer.concat(read);
}

const sealed = (...content: readonly Buffer[]): Promise<Buffer> => all(seal(parts(...content), PASSPHRASE, CHEAP));
const opened = (file: Buffer, passphrase = PASSPHRASE): Promise<Buffer> => all(open(parts(file), passphrase));

/** The fault with which a file does not open; fails when it opens. */
async function faultOf(file: Buffer, passphrase = PASSPHRASE): Promise<string> {
  const fault = await opened(file, passphrase).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(fault instanceof SealError)) throw new Error('the file opened');
  return fault.fault;
}

describe('a sealed stream', () => {
  test.each([0, 1, 65_535, 65_536, 65_537, 200_000])('of %i bytes opens to what was sealed', async (length) => {
    const content = randomBytes(length);
    const file = await sealed(content);
    expect((await opened(file)).equals(content)).toBe(true);
    expect(isSealed(file)).toBe(true);
  });

  test('opens however the bytes are cut into parts on their way', async () => {
    const content = randomBytes(150_000);
    const file = await sealed(content.subarray(0, 3), content.subarray(3, 140_001), content.subarray(140_001));
    const pieces = Array.from({ length: Math.ceil(file.length / 7_001) }, (_, at) =>
      file.subarray(at * 7_001, (at + 1) * 7_001),
    );
    expect((await all(open(parts(...pieces), PASSPHRASE))).equals(content)).toBe(true);
  });

  test('shows nothing of its content, and never seals the same twice', async () => {
    const content = Buffer.from('front_door '.repeat(20));
    const [one, other] = [await sealed(content), await sealed(content)];
    expect(one.includes('front_door')).toBe(false);
    expect(one.subarray(HEADER).equals(other.subarray(HEADER))).toBe(false);
  });

  test('does not open with another passphrase', async () => {
    expect(await faultOf(await sealed(Buffer.from('x')), 'correct horse battery stable')).toBe('passphrase');
  });

  test('opens with the same passphrase however a keyboard encodes it', async () => {
    const file = await all(seal(parts(Buffer.from('x')), 'パスワードはひみつです', CHEAP));
    expect((await opened(file, 'パスワードはひみつです'.normalize('NFD'))).toString()).toBe('x');
  });

  test('does not open with any byte changed', async () => {
    const file = await sealed(randomBytes(100));
    for (let at = 0; at < file.length; at += 1) {
      const changed = Buffer.from(file);
      changed.writeUInt8((changed.readUInt8(at) ^ 0x80) & 0xff, at);
      expect(await faultOf(changed), `byte ${at}`).toMatch(/notABackup|newer|passphrase|damaged/);
    }
  });

  test('does not open cut off after any byte', async () => {
    const file = await sealed(randomBytes(100));
    for (let length = 0; length < file.length; length += 1)
      expect(await faultOf(file.subarray(0, length)), `${length} bytes`).toMatch(/notABackup|passphrase|damaged/);
  });

  test('does not open with chunks cut off, exchanged, repeated, left out or added', async () => {
    const file = await sealed(randomBytes(200_000));
    const chunk = (at: number) => file.subarray(HEADER + at * SEALED_CHUNK, HEADER + (at + 1) * SEALED_CHUNK);
    const header = file.subarray(0, HEADER);
    const [a, b, c, d] = [chunk(0), chunk(1), chunk(2), chunk(3)];
    expect((await opened(Buffer.concat([header, a, b, c, d]))).length).toBe(200_000);
    const wrong = [[a, b, c], [a], [a, c, b, d], [a, b, b, c, d], [a, c, d], [b, c, d], [a, b, c, d, d], [d], []];
    for (const chunks of wrong) expect(await faultOf(Buffer.concat([header, ...chunks]))).toMatch(/passphrase|damaged/);
    expect(await faultOf(Buffer.concat([file, Buffer.from([0])]))).toBe('damaged');
  });

  test('gives out nothing of a chunk that was not verified', async () => {
    const file = await sealed(randomBytes(200_000));
    const changed = Buffer.from(file);
    changed.writeUInt8((changed.readUInt8(HEADER + SEALED_CHUNK + 9) ^ 1) & 0xff, HEADER + SEALED_CHUNK + 9);
    let bytes = 0;
    const reading = (async () => {
      for await (const part of open(parts(changed), PASSPHRASE)) bytes += part.length;
    })();
    await expect(reading).rejects.toThrow(SealError);
    expect(bytes).toBe(65_536);
  });

  test('of a later version says so, and one that asks for endless memory is refused before it has it', async () => {
    const file = await sealed(Buffer.from('x'));
    const later = Buffer.from(file);
    later.writeUInt8(2, 12);
    expect(await faultOf(later)).toBe('newer');
    const greedy = Buffer.from(file);
    greedy.writeUInt8(30, 13);
    expect(await faultOf(greedy)).toBe('damaged');
    expect(await faultOf(Buffer.from('SQLite format 3'))).toBe('notABackup');
  });
});
