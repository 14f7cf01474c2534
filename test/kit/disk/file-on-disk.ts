const SECTOR_BYTES = 512;

/** A write or a change of size that no sync has made safe yet; `at` is its place in the trace. */
interface Change {
  readonly at: number;
  readonly offset: number;
  /** Undefined: the file ends at `offset` from now on. */
  readonly data: Buffer | undefined;
}

/** Bytes of a file that grows. */
class Bytes {
  #buffer: Buffer;
  #size: number;

  constructor(content: Buffer = Buffer.alloc(0)) {
    this.#buffer = Buffer.from(content);
    this.#size = content.length;
  }

  write(offset: number, data: Buffer): void {
    this.#atLeast(offset + data.length);
    data.copy(this.#buffer, offset);
    this.#size = Math.max(this.#size, offset + data.length);
  }

  resize(size: number): void {
    this.#atLeast(size);
    if (size < this.#size) this.#buffer.fill(0, size, this.#size);
    this.#size = size;
  }

  get content(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  #atLeast(size: number): void {
    if (size <= this.#buffer.length) return;
    const larger = Buffer.alloc(Math.max(size, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#size);
    this.#buffer = larger;
  }
}

/** One file of a disk: what is safe in it, and what was only written. */
export class FileOnDisk {
  readonly #safe = new Bytes();
  #changes: Change[] = [];

  get isClean(): boolean {
    return this.#changes.length === 0;
  }

  write(at: number, offset: number, data: Buffer): void {
    this.#changes.push({ at, offset, data });
  }

  resize(at: number, size: number): void {
    this.#changes.push({ at, offset: size, data: undefined });
  }

  /** A sync that began at this place of the trace has ended. */
  synced(began: number): void {
    for (const change of this.#changes) if (change.at < began) apply(this.#safe, change);
    this.#changes = this.#changes.filter(({ at }) => at >= began);
  }

  /** The content as the program sees it. */
  now(): Buffer {
    const bytes = new Bytes(this.#safe.content);
    for (const change of this.#changes) apply(bytes, change);
    return bytes.content;
  }

  /** A content that a power cut now could leave, chosen by random numbers from 0 up to 1. */
  afterCut(random: () => number): Buffer {
    const bytes = new Bytes(this.#safe.content);
    const fateOf = chooser(random, this.#changes.length);
    let longest = bytes.content.length;
    for (const [index, change] of this.#changes.entries()) {
      const { offset, data } = change;
      longest = Math.max(longest, offset + (data?.length ?? 0));
      const fate = fateOf(index);
      if (fate === 'kept') apply(bytes, change);
      if (fate === 'torn' && data) tear(bytes, offset, data, random);
    }
    // A file's size may reach the disk before what was written there.
    if (random() < 0.25 && longest > bytes.content.length) bytes.resize(longest);
    return bytes.content;
  }
}

function apply(bytes: Bytes, { offset, data }: Change): void {
  if (data) bytes.write(offset, data);
  else bytes.resize(offset);
}

/** Writes some of the sectors that the data lies on, each by itself. */
function tear(bytes: Bytes, offset: number, data: Buffer, random: () => number): void {
  for (let from = 0; from < data.length; ) {
    const to = Math.min(data.length, from + SECTOR_BYTES - ((offset + from) % SECTOR_BYTES));
    if (random() < 0.5) bytes.write(offset + from, data.subarray(from, to));
    from = to;
  }
}

/** How the changes of one file fare in one power cut: each kind of cut is as likely as the others. */
function chooser(random: () => number, count: number): (index: number) => 'kept' | 'dropped' | 'torn' {
  const kind = Math.floor(random() * 5);
  if (kind === 0) return () => 'kept';
  if (kind === 1) return () => 'dropped';
  if (kind === 2) return () => (random() < 0.5 ? 'kept' : 'dropped');
  if (kind === 3) return () => (['kept', 'dropped', 'torn'] as const)[Math.floor(random() * 3)] ?? 'torn';
  // In order up to some change, which is torn: a disk that writes in the order it was told.
  const torn = Math.floor(random() * (count + 1));
  return (index) => (index < torn ? 'kept' : index === torn ? 'torn' : 'dropped');
}
