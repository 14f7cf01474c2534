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
 * One value that a source announced: where it will say it and how it is read. Filled from announcements (Home Assistant
 * discovery, Tasmota, Homie), read by `routes.ts`, so that their messages need no memory but the device table.
 */
export interface Route {
  /** The topic that carries the value. */
  readonly topic: string;
  /** The topic of the announcement: a new one there replaces this route, an empty one ends it. */
  readonly by: string;
  readonly kind: Kind;
  /** Where the value is in a JSON payload; the payload itself where absent. */
  readonly path?: readonly string[];
  /** The value by the word that is said (for JSON the value as text: `true`, `1`); a word that is not here is dropped. */
  readonly words?: Readonly<Record<string, number>>;
  /** For kinds with a unit: what the number is multiplied with. Without words and factor the number counts as it is. */
  readonly factor?: number;
  /** After so long without another message an "on" is over (`off_delay`). */
  readonly offAfterMs?: number;
  /** After so long without a message the value is not known any more (`expire_after`). */
  readonly expireAfterMs?: number;
  /** Where several topics decide together whether a thing can be reached: how, and which. */
  readonly joined?: { readonly mode: 'all' | 'any'; readonly topics: readonly string[] };
  /** What was said here last, kept for `joined` alone. */
  readonly last?: number;
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
  /** Attributes that decide what the thing's state means, where the source says them one by one (`device_class`). */
  readonly attributes?: Readonly<Record<string, string>>;
  /** What was announced of the thing, where the source announces single values. */
  readonly routes?: readonly Route[];
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

/** What a source claims about a thing, without its name. */
export type Claim = Omit<ThingClaim, 'thing'>;

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
  /** Whether a thing is reachable is a reading like others, of kind `device.online`. */
  readonly readings: readonly Reading[];
  /** Things that the message describes; they are taken in before its readings are. */
  readonly things?: readonly ThingClaim[];
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Present when the message says whether the source itself (its bridge) is up. */
  readonly bridgeOnline?: boolean;
}

/** Either what was read, or why nothing was. */
export type DialectResult = Decoded | { readonly refused: RefusalReason };

/** A thing the source has spoken of before. */
export interface KnownThing {
  readonly thing: string;
  readonly claim: Claim;
}

/** What the hub remembers of one source's things. */
export interface Known {
  /** What is known of a thing by its name; undefined when nothing is. */
  readonly claim: (thing: string) => Claim | undefined;
  /** The thing with this hardware address. */
  readonly hardware: (hardware: string) => KnownThing | undefined;
  /** Things with a route whose `topic` or `by` is this topic. */
  readonly at: (topic: string) => readonly KnownThing[];
}

/** Nothing is known yet. */
export const NOTHING_KNOWN: Known = { claim: () => undefined, hardware: () => undefined, at: () => [] };

/** One message of a source. */
export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retained: boolean;
  /** The topic that most of the source's topics begin with, without a trailing slash; see the dialect's `topics`. */
  readonly base: string;
}

/** Reads one message of a source; pure and total: it never throws, whatever the bytes. */
export type Decode = (message: Message, known: Known) => DialectResult;

/** An account for one device or bridge at our listener. */
export interface Account {
  /** `mqtt://host:port` as seen from the device. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
  readonly base: string;
}
