/**
 * What can go wrong with the store, by code: what happened and what to do. `refused`, `full` and `overload` concern one
 * batch, of which nothing is durable; `fault` leaves the outcome of pending batches unknown and ends all writing.
 */
export const STORE_ERRORS = {
  unwritable: {
    what: 'cannot be written',
    remedy: 'let the user that runs the hub own this folder, or set ENGAWA_DATA to another one',
  },
  notADatabase: {
    what: 'is not a database',
    remedy: 'move the file away; the hub makes a new one at its next start',
  },
  foreign: {
    what: 'belongs to another program or another home',
    remedy: 'set ENGAWA_DATA to the folder of this home; nothing in the file was touched',
  },
  newer: {
    what: 'was written by a newer version of the hub',
    remedy: 'install that version again, or restore a backup made before the update',
  },
  locked: {
    what: 'is in use by another hub that is running',
    remedy: 'stop the other hub, or set ENGAWA_DATA to another folder',
  },
  damaged: {
    what: 'is damaged',
    remedy: 'start the hub again: it saves what can be read; then check the card or disk',
  },
  refused: { what: 'refused a batch', remedy: 'this is a fault of the program: please report it' },
  full: { what: 'has no room left on its disk', remedy: 'free some space; what was not acknowledged is sent again' },
  overload: { what: 'has too many commits waiting', remedy: 'slow down the senders, or use a faster disk' },
  fault: { what: 'stopped working', remedy: 'check the card or disk and restart the hub' },
  closed: { what: 'is closed', remedy: 'this is a fault of the program: please report it' },
} as const;

/** A row of STORE_ERRORS. */
export type StoreErrorCode = keyof typeof STORE_ERRORS;

/** An error of the store: names the file and the remedy, and a detail that never holds a stored value. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly remedy: string;

  constructor(code: StoreErrorCode, file: string, detail = '') {
    const { what, remedy } = STORE_ERRORS[code];
    super(`${file} ${what}${detail ? ` (${detail})` : ''}: ${remedy}`);
    this.name = 'StoreError';
    this.code = code;
    this.remedy = remedy;
  }

  /** Whether nothing of the batch is durable for certain, so that its sequences may be declared void. */
  get nothingWasStored(): boolean {
    return this.code === 'refused' || this.code === 'full' || this.code === 'overload';
  }
}
