import type { Mark } from './ring.ts';

/** What the tables say of the log: which one it is, where the first record goes or is that they do not hold, and whether it is in use. */
export interface LogState extends Mark {
  readonly log: number;
  /** False after an orderly end: then the log holds nothing that the tables do not. */
  readonly isOpen: boolean;
}

/** The key of `meta` that holds it. */
export const LOG_STATE_KEY = 'log';

/** As it is kept in the tables. */
export function writeLogState({ log, page, sequence, isOpen }: LogState): Buffer {
  return Buffer.from(JSON.stringify({ log, page, sequence, isOpen }));
}

/** What the tables hold, or undefined when it says nothing that can be used. */
export function readLogState(value: Buffer | undefined): LogState | undefined {
  try {
    const { log, page, sequence, isOpen } = JSON.parse(value?.toString('utf8') ?? '') as Record<string, unknown>;
    if (!isCount(log) || !isCount(page) || !isCount(sequence)) return undefined;
    return { log, page, sequence, isOpen: isOpen !== false };
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
