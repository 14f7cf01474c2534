import { createHash } from 'node:crypto';
import { identities } from '../../proto/broker-link.ts';
import type { Identities } from '../../proto/broker-state.ts';
import { writeKey } from '../../proto/keys.ts';

/** The keys of an agreement's ordinal, the same in every seed so that they are derived once. */
export interface Names {
  readonly eraseKey: string;
  readonly writeKey: string;
  readonly pseudonym: string;
}

const byOrdinal = new Map<number, Names>();
const byWriteKey = new Map<string, string>();
const byEraseKey = new Map<string, string>();

/** The keys of this ordinal. */
export function namesOf(ordinal: number): Names {
  const known = byOrdinal.get(ordinal);
  if (known !== undefined) return known;
  const erase = createHash('sha256').update(`simulated agreement ${ordinal}`).digest();
  const names = {
    eraseKey: erase.toString('hex'),
    writeKey: writeKey(erase).toString('hex'),
    pseudonym: identities.ofEraseKey(erase.toString('hex')),
  };
  byOrdinal.set(ordinal, names);
  byWriteKey.set(names.writeKey, names.pseudonym);
  byEraseKey.set(names.eraseKey, names.pseudonym);
  return names;
}

/** The real identities, remembered. */
export const simulatedIdentities: Identities = {
  ofWriteKey: (key) => byWriteKey.get(key) ?? identities.ofWriteKey(key),
  ofEraseKey: (key) => byEraseKey.get(key) ?? identities.ofEraseKey(key),
};
