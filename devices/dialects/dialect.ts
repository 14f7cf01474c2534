import type { Category } from '../../proto/lists.ts';
import type { Kind } from '../vocabulary.ts';

/** Good, or uncertain: the source contradicts itself and the likelier value was taken. */
export type Quality = 'good' | 'uncertain';

/** One value as a dialect read it. The thing's name is personal data and goes no further than the device table. */
export interface Reading {
  /** The vendor-side name inside the source, e.g. `kitchen/door`. */
  readonly thing: string;
  readonly kind: Kind;
  /** An integer in the kind's fixed unit, or its state code; always plausible for its kind. */
  readonly value: number;
  readonly quality: Quality;
}

/**
 * What a dialect must remember of a thing to read its messages rightly, taken from the source's own description.
 * Small, without names, meant to be kept in the device table so that it survives a restart.
 */
export interface Traits {
  /** What the property `voltage` measures, and in which unit. */
  readonly voltage?: 'batteryMillivolt' | 'batteryVolt' | 'mainsVolt';
  /** Unit of the property `current` where it is not ampere. */
  readonly current?: 'mA';
  /** Present for models that say `contact` in words. */
  readonly contact?: 'onIsClosed';
  /** Properties that this model reports in a unit or meaning that the dialect does not read. */
  readonly unread?: readonly string[];
  /** Names of the endpoints; each is a thing of its own, named `thing/endpoint`. */
  readonly endpoints?: readonly string[];
}

/** A thing that the source says exists, with what it says about it. Nothing is observed from it until approved. */
export interface ThingClaim {
  readonly thing: string;
  /** The vendor-side hardware address, which survives a rename; personal data like the name. */
  readonly hardware?: string;
  readonly vendor?: string;
  readonly model?: string;
  readonly kinds: readonly Kind[];
  /** Category per kind where the model is known to differ from the vocabulary, e.g. a meter of the whole home. */
  readonly categories: Readonly<Partial<Record<Kind, Category>>>;
  readonly traits: Traits;
}

/** Why a part of a message was dropped at the door. */
export const DROP_REASONS = ['secret', 'unknownProperty', 'null', 'outOfRange', 'malformed'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** Why a whole message was not read. `command` and `ignored` are ordinary traffic that is no business of ours. */
export const REFUSAL_REASONS = [
  'foreignTopic',
  'command',
  'ignored',
  'empty',
  'oversize',
  'notText',
  'notJson',
  'notObject',
  'tooDeep',
  'duplicateKey',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** What was read of one message, and how much of it was dropped, by reason. */
export interface Decoded {
  readonly readings: readonly Reading[];
  /** Present when the message is the source's list of things: all that exist now. */
  readonly things?: readonly ThingClaim[];
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Present when the message says whether a thing is reachable; not among the readings. */
  readonly availability?: { readonly thing: string; readonly online: boolean };
  /** Present when the message says whether the source itself (its bridge) is up. */
  readonly bridgeOnline?: boolean;
}

/** Either what was read, or why nothing was. */
export type DialectResult = Decoded | { readonly refused: RefusalReason };

/** Looks up what is known of a thing by its name inside the source; undefined when nothing is. */
export type TraitsOf = (thing: string) => Traits | undefined;

/**
 * Reads one message of a source; pure and total: it never throws, whatever the bytes.
 * `base` is the topic all of the source's topics begin with, without a trailing slash.
 */
export type Decode = (
  topic: string,
  payload: Buffer,
  retained: boolean,
  base: string,
  traitsOf?: TraitsOf,
) => DialectResult;

/** An account for one device or bridge at our listener. */
export interface Account {
  /** `mqtt://host:port` as seen from the device. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
  readonly base: string;
}
