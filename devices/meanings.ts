import type { Category } from '../proto/lists.ts';
import type { Reading } from './dialects/dialect.ts';
import type { Kind } from './vocabulary.ts';

/** The kinds whose meaning a resident may say: an input means what is wired to it, and some contacts are wired the other way round. */
export type AskedKind = 'input.state' | 'contact.state';

/** What hangs on an input: the kind it then is, the codes that "off" and "on" become, and its category where it differs. */
interface Sense {
  readonly kind: Kind;
  readonly off: number;
  readonly on: number;
  readonly category?: Category;
}

/** Everything that can be said, by the word a resident says. */
export const MEANINGS = {
  door: { kind: 'contact.state', off: 0, on: 1 },
  window: { kind: 'contact.state', off: 0, on: 1 },
  motion: { kind: 'occupancy.state', off: 0, on: 1 },
  animal: { kind: 'occupancy.state', off: 0, on: 1, category: 'presence.animal' },
  // A bolt contact closes when the bolt is out.
  lock: { kind: 'lock.state', off: 2, on: 1 },
  switch: { kind: 'switch.state', off: 0, on: 1 },
} as const satisfies Record<string, Sense>;

/** A word of MEANINGS. */
export type MeaningName = keyof typeof MEANINGS;

/** What a resident said of one kind of a device's readings. Plain data, kept in the device table. */
export interface Meaning {
  readonly of: AskedKind;
  readonly is: MeaningName;
  /** Off and on, or open and closed, change places. */
  readonly inverted: boolean;
}

const ON = 1;

/** Whether a word is one that can be said. */
export function isMeaning(word: string): word is MeaningName {
  return Object.hasOwn(MEANINGS, word);
}

/** The words that can be said of a kind. */
export function meaningsOf(kind: AskedKind): MeaningName[] {
  return (Object.keys(MEANINGS) as MeaningName[]).filter(
    (name) => kind === 'input.state' || MEANINGS[name].kind === kind,
  );
}

/** Of which of its kinds a resident can say something: an input first. */
export function askedOf(kinds: readonly Kind[]): AskedKind | undefined {
  if (kinds.includes('input.state')) return 'input.state';
  return kinds.includes('contact.state') ? 'contact.state' : undefined;
}

/** Whether a device with these kinds says something whose meaning nobody has told. */
export function needsMeaning(kinds: readonly Kind[], meaning: Meaning | undefined): boolean {
  return kinds.includes('input.state') && meaning?.of !== 'input.state';
}

/** The kind that readings of a kind are, by what was said. */
export function meantKind(kind: Kind, meaning: Meaning | undefined): Kind {
  return meaning?.of === kind ? MEANINGS[meaning.is].kind : kind;
}

/** The kinds of a device as they are meant, in the order of the claim. */
export function meantKinds(kinds: readonly Kind[], meaning: Meaning | undefined): Kind[] {
  return [...new Set(kinds.map((kind) => meantKind(kind, meaning)))];
}

/** A reading as it is meant; of other kinds, and of what nothing was said about, the reading itself. */
export function meant(reading: Reading, meaning: Meaning | undefined): Reading {
  if (meaning?.of !== reading.kind) return reading;
  const { kind, off, on } = MEANINGS[meaning.is];
  // Ajar stays ajar, whichever way round a contact is wired.
  if (reading.value > ON) return { ...reading, kind };
  return { ...reading, kind, value: (reading.value === ON) === meaning.inverted ? off : on };
}

/** The category of a kind by what was said; undefined where nothing was. */
export function meantCategory(kind: Kind, meaning: Meaning | undefined): Category | undefined {
  if (meaning === undefined) return undefined;
  const sense: Sense = MEANINGS[meaning.is];
  return sense.kind === kind ? sense.category : undefined;
}

/** The kinds whose values read otherwise by one meaning than by the other: what was known of them is of no use any more. */
export function changedKinds(kinds: readonly Kind[], before: Meaning | undefined, after: Meaning | undefined): Kind[] {
  const asked = kinds.filter((kind) => !isSame(kind, before, after));
  return [...new Set(asked.flatMap((kind) => [meantKind(kind, before), meantKind(kind, after)]))];
}

function isSame(kind: Kind, before: Meaning | undefined, after: Meaning | undefined): boolean {
  const [one, other] = [before, after].map((meaning) => {
    const reading = meant({ thing: '', kind, value: 0, quality: 'good' }, meaning);
    return { ...reading, category: meantCategory(reading.kind, meaning) };
  });
  return one?.kind === other?.kind && one?.value === other?.value && one?.category === other?.category;
}
