import { LIMITS } from '../limits.ts';
import type { Claim, DialectResult, Known, KnownThing, Route, ThingClaim } from './dialect.ts';
import { asFields, type Fields, label } from './json.ts';
import { type About, claimOf, isNews } from './tasmota-tally.ts';
import { type Field, meterLeaves, STATE_WORDS, stateWords } from './tasmota-values.ts';

/** Relays and inputs of one device: the firmware has at most 32 and 28. */
const CHANNELS = 32;
/** How a relay is announced; lights and shutters are other numbers. */
const RELAY = 1;
const PREFIXES = 3;

/** Where a device publishes, by its own account. */
interface Places {
  /** Its topics without prefix, which its things' names begin with; as `readPlace` tells it of a message. */
  readonly name: string;
  readonly at: (prefix: 'stat' | 'tele', word: string) => string;
}

/** Reads a device's settings: what its relays and inputs are, and where and in which words each speaks. */
export function readConfig(by: string, mac: string, config: Fields, known: Known): DialectResult {
  const places = placesOf(config);
  if (places === undefined) return { readings: [], dropped: { malformed: 1 } };
  const online: Route = { topic: places.at('tele', 'LWT'), by, kind: 'device.online', words: onlineWords(config) };
  const things = new Map<string, { about: About; routes: Route[] }>();
  const add = (part: string, routes: readonly Route[]) => {
    const thing = part === '' ? places.name : `${places.name}/${part}`;
    const hardware = part === '' ? mac : `${mac}/${part}`;
    const model = label(config.md);
    things.set(thing, { about: { hardware, ...(model && { model }) }, routes: [online, ...routes] });
  };
  const words = stateWords(config.state);
  add('', []);
  const relays = numbers(config.rl);
  const isAlone = relays.filter((kind) => kind > 0).length === 1;
  for (const [at, kind] of relays.entries())
    if (kind === RELAY) add(isAlone ? '' : String(at + 1), relayRoutes(places, by, at, words));
  for (const [at, mode] of numbers(config.swc).entries())
    if (mode >= 0) add(`Switch${at + 1}`, inputRoutes(places, by, nameOf(config.swn, at), words));
  const hardware = new Set([...things.values()].map(({ about }) => about.hardware));
  const gone = known.at(by).filter(({ thing, claim }) => !things.has(thing) && !hardware.has(claim.hardware));
  const claims = [...things].map(([thing, { about, routes }]) => {
    const before = (known.hardware(about.hardware ?? '') ?? { claim: known.claim(thing) }).claim;
    // What it said before its announcement came is announced now.
    const others = before?.traits.routes?.filter((route) => route.by !== by && route.by !== route.topic) ?? [];
    return announcing(thing, about, [...routes, ...others], before);
  });
  return {
    readings: [],
    things: [...claims, ...gone.map((one) => without(by, one))].filter((one) => isNews(one, known)),
    dropped: {},
  };
}

/** Reads a sample of a device's sensors: what its meter will say, and where. */
export function readSample(by: string, mac: string, sample: Fields, known: Known): DialectResult {
  const main = known.hardware(mac);
  const online = main?.claim.traits.routes?.find(({ kind }) => kind === 'device.online');
  // Its settings come first; without them it is not known where the sensors speak.
  if (main === undefined || online === undefined) return { readings: [], dropped: { unknownProperty: 1 } };
  const topic = online.topic.replace(/LWT$/, 'SENSOR');
  const leaves = Object.entries(asFields(sample.ENERGY) ?? {}).flatMap(
    ([property, said]) => meterLeaves(main.thing, property, said) ?? [],
  );
  const routes = Map.groupBy(leaves, ({ thing }) => thing);
  const things = [...routes].map(([thing, own]) => {
    const hardware = thing === main.thing ? mac : `${mac}${thing.slice(main.thing.length)}`;
    const before = known.hardware(hardware)?.claim;
    const others = before?.traits.routes?.filter((route) => route.by !== by) ?? [online];
    const model = before?.model ?? main.claim.model;
    const announced = own.map(({ path, field }): Route => ({ topic, by, path, ...field }));
    return announcing(thing, { hardware, ...(model && { model }) }, [...others, ...announced], before);
  });
  return { readings: [], things: things.filter((one) => isNews(one, known)), dropped: {} };
}

/** What is left of the things of an announcement that was taken back. */
export function endAnnouncement(by: string, known: Known): DialectResult {
  const things = known.at(by).filter(({ claim }) => claim.traits.routes?.some((route) => route.by === by));
  return things.length === 0
    ? { refused: 'empty' }
    : { readings: [], things: things.map((one) => without(by, one)), dropped: {} };
}

function without(by: string, { thing, claim }: KnownThing): ThingClaim {
  return announcing(thing, claim, claim.traits.routes?.filter((route) => route.by !== by) ?? [], claim);
}

/** Sorted, so that the same announcements in another order are the same claim; what it grew by without one stays. */
function announcing(thing: string, about: About, routes: readonly Route[], before: Claim | undefined): ThingClaim {
  const key = ({ by, kind, topic, path = [] }: Route) => [by, kind, topic, ...path].join(' ');
  const sorted = [...routes].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const announced = before?.traits.routes?.map(({ kind }) => kind) ?? [];
  const grown = before?.kinds.filter((kind) => !announced.includes(kind)) ?? [];
  return claimOf(thing, about, [...sorted.map(({ kind }) => kind), ...grown], { routes: sorted });
}

/** A relay says its state when it changes and every few minutes, under its number, or without one where it is the only one. */
function relayRoutes({ at }: Places, by: string, index: number, words: Field['words']): Route[] {
  const keys = index === 0 ? ['POWER', 'POWER1'] : [`POWER${index + 1}`];
  const topics = [at('stat', 'RESULT'), at('tele', 'STATE')];
  return topics.flatMap((topic) =>
    keys.map((key): Route => ({ topic, by, kind: 'switch.state', path: [key], words: words ?? STATE_WORDS })),
  );
}

function inputRoutes({ at }: Places, by: string, key: string, words: Field['words']): Route[] {
  const route = (topic: string, ...path: string[]): Route => ({
    topic,
    by,
    kind: 'input.state',
    path,
    words: words ?? STATE_WORDS,
  });
  return [route(at('tele', 'SENSOR'), key), route(at('stat', 'RESULT'), key, 'Action')];
}

/** The device's topics, from its FullTopic: prefix, own topic, host name and address stand for what it says they are. */
function placesOf({ ft, t, tp, hn, mac }: Fields): Places | undefined {
  const [template, own] = [label(ft), label(t)];
  const prefixes = Array.isArray(tp) ? tp.slice(0, PREFIXES).flatMap((one) => label(one) ?? []) : [];
  const [, stat, tele] = prefixes;
  if (template === undefined || own === undefined || stat === undefined || tele === undefined) return undefined;
  const filled = (template.includes('%prefix%') ? template : `%prefix%/${template}`)
    .replaceAll('%topic%', () => own)
    .replaceAll('%hostname%', () => label(hn) ?? '')
    .replaceAll('%id%', () => (label(mac) ?? '').slice(-6));
  const levels = filled.split('/').filter((level) => level !== '');
  if (levels.some((level) => /[+#$\0]/.test(level))) return undefined;
  const words = { stat, tele } as const;
  const name = levels.filter((level) => level !== '%prefix%').join('/');
  if (name === '' || name.length > LIMITS.labelCharacters) return undefined;
  return {
    name,
    at: (prefix, word) => [...levels.map((level) => (level === '%prefix%' ? words[prefix] : level)), word].join('/'),
  };
}

function onlineWords({ onln, ofln }: Fields): Readonly<Record<string, number>> {
  return { [label(onln) ?? 'Online']: 1, [label(ofln) ?? 'Offline']: 0 };
}

function numbers(said: unknown): readonly number[] {
  return Array.isArray(said) ? said.slice(0, CHANNELS).map((one) => (typeof one === 'number' ? one : -1)) : [];
}

/** An input's key in messages: its own name where it was given one. */
function nameOf(names: unknown, at: number): string {
  return (Array.isArray(names) ? label(names[at]) : undefined) ?? `Switch${at + 1}`;
}
