/** What a record of the shim tells; in the order of `enum kind` in `shim.c`. */
const KINDS = [
  ...['', 'opened', 'wrote', 'resized', 'renamed', 'removed', 'madeFolder', 'syncBegan', 'syncEnded', 'sent'],
] as const;

/** One thing a program did to its disk or said over a socket. */
export interface TraceRecord {
  readonly kind: string;
  /** The file or the socket, whatever its name is now; 0 where only names change. */
  readonly inode: number;
  /** `opened`: flags. `wrote`: offset. `resized`: size. `syncBegan`, `syncEnded`: the thread. */
  readonly value: number;
  /** Absolute path; of a socket its own and its peer's port, -1 each where it is none of TCP. */
  readonly path: string;
  /** `wrote`, `sent`: the bytes. `renamed`: the new path. */
  readonly data: Buffer;
  /** How long the trace was, in bytes, once this was done. */
  readonly endBytes: number;
}

const HEADER_BYTES = 32;

/** The records of a trace in their order; a last one that is not whole (the program was killed in it) is left out. */
export function readTrace(bytes: Buffer): TraceRecord[] {
  const records: TraceRecord[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const endBytes = at + bytes.readUInt32LE(at);
    const kind = KINDS[bytes.readUInt32LE(at + 4)];
    if (kind === undefined || kind === '') throw new Error(`the trace cannot be read at byte ${at}`);
    if (endBytes > bytes.length) break;
    const pathEnd = at + HEADER_BYTES + bytes.readUInt32LE(at + 24);
    records.push({
      kind,
      inode: Number(bytes.readBigUInt64LE(at + 8)),
      value: Number(bytes.readBigInt64LE(at + 16)),
      path: bytes.toString('utf8', at + HEADER_BYTES, pathEnd),
      data: bytes.subarray(pathEnd, endBytes),
      endBytes,
    });
    at = endBytes;
  }
  return records;
}

/** The own port of the socket that a record of kind `sent` speaks of, and its peer's. */
export function portsOf({ path }: TraceRecord): { readonly own: number; readonly peer: number } {
  const [own = -1, peer = -1] = path.split(' ').map(Number);
  return { own, peer };
}
