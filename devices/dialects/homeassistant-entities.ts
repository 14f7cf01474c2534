import { LIMITS } from '../limits.ts';
import type { DropReason, Route } from './dialect.ts';
import { baseOf, expandEntity } from './homeassistant-abbreviations.ts';
import { type Meaning, meaningOf } from './homeassistant-classes.ts';
import { readTemplate, type Template } from './homeassistant-templates.ts';
import { readConfigTopic } from './homeassistant-topic.ts';
import { asFields, type Fields } from './json.ts';
import { isSecret } from './secrets.ts';

/** One value that an announcement describes. */
export interface Entity {
  /** Its id inside its device. */
  readonly id: string;
  readonly value: Route;
  /** Where it is said whether it can be reached. */
  readonly online: readonly Route[];
}

/** An entity, or why it is not read. */
export type EntityFound = { readonly entity: Entity; readonly unread: number } | { readonly drop: DropReason };

/** Availability topics of one entity: real ones have up to three (bridge, device, driver). */
const AVAILABILITIES = 8;
/** A month: a longer delay is no sensor's. */
const LONGEST_DELAY_S = 31 * 86_400;

/** Reads one entity whose keys are long already. */
export function readEntity(by: string, component: string, id: string, fields: Fields, base?: string): EntityFound {
  const meaning = meaningOf(component, fields, id);
  const template = readTemplate(fields.value_template);
  if (meaning === undefined || template === undefined || !isPlainText(fields)) {
    return { drop: isSecret(id) ? 'secret' : 'unknownProperty' };
  }
  const topic = topicOf(fields.state_topic);
  const words = wordsOf(meaning, fields, template);
  if (topic === undefined || words === 'malformed') return { drop: 'malformed' };
  // Where commands go too, what is heard may be a wish, or a PIN.
  if (topic === fields.command_topic) return { drop: 'unknownProperty' };
  const value: Route = {
    topic,
    by,
    kind: meaning.kind,
    ...(template.path === undefined ? {} : { path: template.path }),
    ...(words === undefined ? { factor: meaning.factor ?? 1 } : { words }),
    ...delay('offAfterMs', component === 'binary_sensor' ? fields.off_delay : undefined),
    ...delay('expireAfterMs', component.endsWith('sensor') ? fields.expire_after : undefined),
  };
  const { online, unread } = availabilityOf(by, fields, baseOf(fields) ?? base);
  return { entity: { id, value, online }, unread };
}

function isPlainText({ encoding }: Fields): boolean {
  return encoding === undefined || (typeof encoding === 'string' && /^utf-?8$/i.test(encoding));
}

/** A topic that a value may come from: no wildcards, none of the server's own, no announcement. */
function topicOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || Buffer.byteLength(value) > LIMITS.topicBytes) return undefined;
  if (/[#+\0]/.test(value) || value.startsWith('$') || value.split('/').length > LIMITS.topicLevels) return undefined;
  return readConfigTopic(value) === undefined ? value : undefined;
}

function wordsOf(meaning: Meaning, fields: Fields, { path, says }: Template): Route['words'] | 'malformed' {
  // A template that chooses between words is none of a number.
  if (meaning.words === undefined) return says === undefined ? undefined : 'malformed';
  const words = new Map<string, number>();
  for (const [keys, usual, value] of meaning.words) {
    const word = wordOf(keys.map((key) => fields[key]).find((each) => each !== undefined) ?? usual);
    if (word === undefined || words.has(word)) return 'malformed';
    words.set(word, value);
  }
  return heard(words, path, says);
}

/** The words as the message has them: before the template chose, and as JSON rather than Python writes truth. */
function heard(words: ReadonlyMap<string, number>, path: Template['path'], says: Template['says']): Route['words'] {
  const template = says && Object.entries(says);
  const pairs = template
    ? template.flatMap(([word, said]) => [...words].filter(([each]) => each === said).map(([, value]) => [word, value]))
    : [...words].map(([word, value]) => [path && /^(?:True|False)$/.test(word) ? word.toLowerCase() : word, value]);
  return Object.fromEntries(pairs);
}

function wordOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const word = String(value).trim();
  return word.length > 0 && word.length <= LIMITS.labelCharacters ? word : undefined;
}

function delay<Name extends string>(name: Name, seconds: unknown): Partial<Record<Name, number>> {
  if (typeof seconds !== 'number' || !(seconds > 0) || seconds > LONGEST_DELAY_S) return {};
  const delays: Partial<Record<string, number>> = { [name]: Math.round(seconds * 1_000) };
  return delays;
}

/**
 * Where it is said whether an entity can be reached. Of several topics under the modes `all` and `any` one alone tells
 * nothing that lasts, and nothing here remembers the others: none of them is taken.
 */
function availabilityOf(by: string, fields: Fields, base?: string): { online: readonly Route[]; unread: number } {
  const list: readonly unknown[] = Array.isArray(fields.availability) ? fields.availability : [fields.availability];
  const single = { topic: fields.availability_topic, value_template: fields.availability_template };
  const each = list.map(asFields).flatMap((one) => (one === undefined ? [] : [expandEntity(one, base)]));
  const all = (each.length > 0 ? each : [{ ...fields, ...single }]).filter(({ topic }) => topic !== undefined);
  const routes = all.slice(0, AVAILABILITIES).flatMap((one) => onlineRoute(by, one) ?? []);
  const several = new Set(all.map(({ topic }) => topic)).size > 1;
  const joined = fields.availability_mode === 'all' || fields.availability_mode === 'any';
  return several && joined
    ? { online: [], unread: all.length }
    : { online: routes, unread: all.length - routes.length };
}

function onlineRoute(by: string, fields: Fields): Route | undefined {
  const topic = topicOf(fields.topic);
  const template = readTemplate(fields.value_template);
  if (topic === undefined || template === undefined) return undefined;
  const words = wordsOf(ONLINE, fields, template);
  if (words === undefined || words === 'malformed') return undefined;
  return { topic, by, kind: ONLINE.kind, ...(template.path === undefined ? {} : { path: template.path }), words };
}

const ONLINE: Meaning = {
  kind: 'device.online',
  words: [
    [['payload_available'], 'online', 1],
    [['payload_not_available'], 'offline', 0],
  ],
};
