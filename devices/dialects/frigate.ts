import type { Category } from '../../proto/lists.ts';
import { LIMITS } from '../limits.ts';
import type { Kind } from '../vocabulary.ts';
import type { Decode, DialectResult, Known, Reading, ThingClaim } from './dialect.ts';
import { readValue } from './routes.ts';

/** What a camera can count that is read, by Frigate's label: people, and the animals its models know. */
const LABELS: ReadonlyMap<string, Category> = new Map([
  ['person', 'presence.person'],
  ['dog', 'presence.animal'],
  ['cat', 'presence.animal'],
  ['bird', 'presence.animal'],
  ['horse', 'presence.animal'],
  ['sheep', 'presence.animal'],
  ['cow', 'presence.animal'],
  ['bear', 'presence.animal'],
]);
const KINDS = ['occupancy.state', 'presence.count'] as const satisfies readonly Kind[];

/** Last levels of topics that Frigate is told something on. */
const COMMANDS = new Set(['set', 'suspend', 'ptz', 'restart', 'onConnect']);
const AVAILABLE = { kind: 'device.online', words: { offline: 0, online: 1 } } as const;
const VENDOR = 'Frigate';

/** Counts and availability, each by its own filter: pictures, faces and number plates are never subscribed to. */
export function frigateTopics(base: string): readonly string[] {
  return [`${base}/available`, ...[...LABELS.keys()].map((label) => `${base}/+/${label}`)];
}

/** The most bytes a payload may have: a count is a few digits. */
export function frigatePayloadBytes(_topic: string, _base: string): number {
  return LIMITS.labelCharacters;
}

/** Reads one message of Frigate: how many of a kind a camera or zone sees now. Events and pictures are never parsed. */
export const decodeFrigate: Decode = ({ topic, payload, base }, known): DialectResult => {
  if (!topic.startsWith(`${base}/`)) return { refused: 'foreignTopic' };
  const thing = topic.slice(base.length + 1);
  const levels = thing.split('/');
  if (COMMANDS.has(levels.at(-1) ?? '')) return { refused: 'command' };
  const [place = '', label = ''] = levels;
  const category = levels.length === 2 && place !== '' ? LABELS.get(label) : undefined;
  if (category === undefined && thing !== 'available') return { refused: 'ignored' };
  if (thing.length > LIMITS.thingNameCharacters || payload.length > LIMITS.labelCharacters) {
    return { refused: 'oversize' };
  }
  if (payload.length === 0) return { refused: 'empty' };
  return category === undefined ? readAvailable(payload) : readCount(thing, category, payload.toString(), known);
};

function readAvailable(payload: Buffer): DialectResult {
  const found = readValue(AVAILABLE, payload.toString());
  if ('drop' in found) return { readings: [], dropped: { [found.drop]: 1 } };
  return { readings: [], dropped: {}, bridgeOnline: found.value === 1 };
}

function readCount(thing: string, category: Category, said: string, known: Known): DialectResult {
  const found = readValue({ kind: 'presence.count' }, said);
  if ('drop' in found) return { readings: [], dropped: { [found.drop]: 1 } };
  if (Number(said) !== found.value) return { readings: [], dropped: { malformed: 1 } };
  const readings: Reading[] = [
    { thing, kind: 'occupancy.state', value: found.value > 0 ? 1 : 0, quality: 'good' },
    { thing, kind: 'presence.count', value: found.value, quality: 'good' },
  ];
  const held = known.claim(thing);
  const isKnown =
    held !== undefined && KINDS.every((kind) => held.kinds.includes(kind) && held.categories[kind] === own(category));
  return { readings, ...(isKnown ? {} : { things: [claimOf(thing, category)] }), dropped: {} };
}

/** People are what the vocabulary expects of presence; only another category is said. */
function own(category: Category): Category | undefined {
  return category === 'presence.person' ? undefined : category;
}

function claimOf(thing: string, category: Category): ThingClaim {
  const said = own(category);
  const categories = said === undefined ? {} : Object.fromEntries(KINDS.map((kind) => [kind, said]));
  return { thing, vendor: VENDOR, kinds: KINDS, categories, traits: {} };
}
