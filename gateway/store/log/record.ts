import { crc32 } from 'node:zlib';

/** Bytes of a page of the log: records begin and end at whole pages, so that no write touches an older record's page. */
export const LOG_PAGE_BYTES = 4096;

/** Bytes before a record's payload. */
export const RECORD_HEADER_BYTES = 28;

const MAGIC = 0x4c67_6e45;
const CRC_AT = 4;
const CHECKED_AT = 8;
const LENGTH_AT = 8;
const LOG_AT = 12;
const SEQUENCE_AT = 16;
const SETTLED_AT = 22;
const SEQUENCE_BYTES = 6;

/** What a record says of itself. */
export interface RecordHeader {
  /** Number of the log it was written to: what another log left in a file is not mistaken for this one's. */
  readonly log: number;
  /** 1 for the first record of a log, then one more for each. */
  readonly sequence: number;
  /** First sequence that was not in the tables when this record was written: where to begin when the tables are lost. */
  readonly settled: number;
}

/** A record as it was found. */
export interface FoundRecord extends RecordHeader {
  readonly page: number;
  readonly pages: number;
  /** The encoded operations; a view of the bytes it was found in. */
  readonly payload: Buffer;
}

/** Whole pages of a record with so many bytes of payload. */
export function pagesOf(payloadBytes: number): number {
  return Math.ceil((RECORD_HEADER_BYTES + payloadBytes) / LOG_PAGE_BYTES);
}

/**
 * Turns `bytes`, whose payload lies at RECORD_HEADER_BYTES, into a record: writes the header before it and zeros behind
 * it. Returns the whole pages to be written; `bytes` must have room for them.
 */
export function frame(bytes: Buffer, payloadBytes: number, header: RecordHeader): Buffer {
  const end = RECORD_HEADER_BYTES + payloadBytes;
  const whole = pagesOf(payloadBytes) * LOG_PAGE_BYTES;
  bytes.fill(0, end, whole);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(payloadBytes, LENGTH_AT);
  bytes.writeUInt32LE(header.log, LOG_AT);
  bytes.writeUIntLE(header.sequence, SEQUENCE_AT, SEQUENCE_BYTES);
  bytes.writeUIntLE(header.settled, SETTLED_AT, SEQUENCE_BYTES);
  bytes.writeUInt32LE(crc32(bytes.subarray(CHECKED_AT, end)), CRC_AT);
  return bytes.subarray(0, whole);
}

/** The sequence a page claims to begin a record of this log with; whether it is whole is not looked at. */
export function claimedSequence(page: Buffer, log: number): number | undefined {
  if (page.readUInt32LE(0) !== MAGIC || page.readUInt32LE(LOG_AT) !== log) return undefined;
  return page.readUIntLE(SEQUENCE_AT, SEQUENCE_BYTES);
}

/** The record that begins at a page of the log, or undefined when there is none that is whole. Trusts no byte of it. */
export function recordAt(bytes: Buffer, page: number): FoundRecord | undefined {
  const at = page * LOG_PAGE_BYTES;
  if (at < 0 || at + LOG_PAGE_BYTES > bytes.length || bytes.readUInt32LE(at) !== MAGIC) return undefined;
  const payloadBytes = bytes.readUInt32LE(at + LENGTH_AT);
  const start = at + RECORD_HEADER_BYTES;
  if (start + payloadBytes > bytes.length) return undefined;
  if (crc32(bytes.subarray(at + CHECKED_AT, start + payloadBytes)) !== bytes.readUInt32LE(at + CRC_AT))
    return undefined;
  return {
    log: bytes.readUInt32LE(at + LOG_AT),
    sequence: bytes.readUIntLE(at + SEQUENCE_AT, SEQUENCE_BYTES),
    settled: bytes.readUIntLE(at + SETTLED_AT, SEQUENCE_BYTES),
    page,
    pages: pagesOf(payloadBytes),
    payload: bytes.subarray(start, start + payloadBytes),
  };
}
