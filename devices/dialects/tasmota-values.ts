import type { Route } from './dialect.ts';
import { asFields, type Fields } from './json.ts';

/** How one value is read: its kind, and its words or factor. */
export type Field = Pick<Route, 'kind' | 'words' | 'factor'>;

/** A value that a message says of a thing, and where in the message it stands. */
export interface Leaf {
  readonly thing: string;
  readonly path: readonly string[];
  readonly field: Field;
  readonly said: unknown;
}

/** Channels or phases of one meter; the largest have eight. */
const CHANNELS = 16;
/** No code of any kind: a word that is known to say nothing about a state. */
const NO_STATE = -1;

/** The words of relays and inputs where a device has not announced others; presses of a button are no states. */
export const STATE_WORDS: Readonly<Record<string, number>> = {
  ...{ ON: 1, OFF: 0, TOGGLE: NO_STATE, HOLD: NO_STATE },
  ...{ INC_DEC: NO_STATE, INV: NO_STATE, CLEAR: NO_STATE, DOUBLE: NO_STATE },
};

/** The words a device announces, in the order of its `state`: off, on, toggle, hold. */
export function stateWords(state: unknown): Readonly<Record<string, number>> {
  if (!Array.isArray(state)) return STATE_WORDS;
  const codes = [0, 1, NO_STATE, NO_STATE];
  const words = codes.flatMap((code, at): [string, number][] => {
    const word: unknown = state[at];
    return typeof word === 'string' && word !== '' ? [[word, code]] : [];
  });
  return words.length < codes.length ? STATE_WORDS : Object.fromEntries(words);
}

/** What a meter says of itself; everything else of it is not read (days, periods, apparent and reactive power). */
const METER: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['Power', { kind: 'power.active', factor: 1_000 }],
  ['Total', { kind: 'energy.import', factor: 1_000_000 }],
  ['ExportActive', { kind: 'energy.export', factor: 1_000_000 }],
  ['Voltage', { kind: 'voltage', factor: 1_000 }],
  ['Current', { kind: 'current', factor: 1_000 }],
]);

const PHASE = /^Phase([1-9]\d?)$/;

/**
 * The values of one property of a meter: the device's own, or of its channels, which are things of their own
 * (`name/1`) because nobody says whether they are phases of one cable or sockets. Undefined where it is not read.
 */
export function meterLeaves(name: string, property: string, said: unknown): Leaf[] | undefined {
  const field = METER.get(property);
  if (field === undefined) return undefined;
  const path = ['ENERGY', property];
  if (Array.isArray(said)) {
    const each = said.slice(0, CHANNELS);
    return each.map((one, at) => ({ thing: `${name}/${at + 1}`, path: [...path, String(at)], field, said: one }));
  }
  const phases = asFields(said);
  if (phases === undefined) return [{ thing: name, path, field, said }];
  return Object.entries(phases)
    .slice(0, CHANNELS)
    .map(([phase, one]) => {
      const [, number] = PHASE.exec(phase) ?? [];
      // A phase without a number is read as nothing, and counted.
      return { thing: `${name}/${number ?? 0}`, path: [...path, phase], field, said: number ? one : {} };
    });
}

const RELAY = /^POWER(\d{0,2})$/;
const INPUT = /^SWITCH([1-9]\d?)$/i;

/** The relay or input that a key or a topic's last level names, under the names of devices that announce nothing. */
export function channelOf(name: string, key: string): { thing: string; field: Field } | undefined {
  const [, relay] = RELAY.exec(key) ?? [];
  if (relay !== undefined)
    return { thing: relay === '' ? name : `${name}/${relay}`, field: { kind: 'switch.state', words: STATE_WORDS } };
  const [, input] = INPUT.exec(key) ?? [];
  if (input === undefined) return undefined;
  return { thing: `${name}/Switch${input}`, field: { kind: 'input.state', words: STATE_WORDS } };
}

/** The word of an input: bare, or as what happened to it. */
export function inputWord(said: unknown): unknown {
  const happened: Fields | undefined = asFields(said);
  return happened === undefined ? said : (happened.Action ?? happened.STATE ?? said);
}
