import { askedOf, isMeaning, type Meaning, meaningsOf, needsMeaning } from '../../devices/meanings.ts';
import { CATEGORIES, type Category } from '../../proto/lists.ts';
import type { Device } from '../intake/device-table.ts';
import { type Answer, done } from './answer.ts';
import { meaningNeeded, nothingToSay, unknownCategory, unknownMeaning } from './device-refusals.ts';

/** What a resident says about a device with the approval; what is left out stays as it is. */
export interface Said {
  readonly room?: string | undefined;
  readonly category?: string | undefined;
  /** What hangs on its input, a word of MEANINGS. */
  readonly is?: string | undefined;
  /** The one person whom it concerns; null: everybody again. */
  readonly person?: number | null | undefined;
  /** Its off and on, or open and closed, change places. */
  readonly inverted?: boolean | undefined;
}

/** Whether a device waits for more than a yes. */
export function needsWords({ claim, meaning }: Device): boolean {
  return needsMeaning(claim.kinds, meaning);
}

/** The device as it is once it is approved with these words, or why it cannot be. Pure. */
export function approvalOf(device: Device, said: Said, nowMs: number): Answer<Device> {
  const { room, category } = said;
  if (category !== undefined && !isCategory(category)) return unknownCategory(category);
  const meaning = meaningOf(device, said);
  if (!meaning.ok) return meaning;
  const approved: Device = {
    ...device,
    approvedAtMs: device.approvedAtMs ?? nowMs,
    room: room ?? device.room,
    categoryOverride: category ?? device.categoryOverride,
    meaning: meaning.value,
    person: said.person === undefined ? device.person : (said.person ?? undefined),
  };
  return needsWords(approved) ? meaningNeeded(device) : done(approved);
}

function isCategory(name: string): name is Category {
  return Object.hasOwn(CATEGORIES, name);
}

function meaningOf(device: Device, { is, inverted }: Said): Answer<Meaning | undefined> {
  if (is === undefined && inverted === undefined) return done(device.meaning);
  const of = askedOf(device.claim.kinds);
  if (of === undefined) return nothingToSay(device);
  const word =
    is ?? (device.meaning?.of === of ? device.meaning.is : undefined) ?? (of === 'contact.state' ? 'door' : '');
  if (word === '') return meaningNeeded(device);
  if (!isMeaning(word) || !meaningsOf(of).includes(word)) return unknownMeaning(word, of);
  return done({ of, is: word, inverted: inverted ?? false });
}
