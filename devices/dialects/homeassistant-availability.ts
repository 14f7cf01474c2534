import type { Claim, KnownThing, Reading, Route, ThingClaim } from './dialect.ts';
import { expandEntity } from './homeassistant-abbreviations.ts';
import type { Meaning } from './homeassistant-classes.ts';
import { readTemplate } from './homeassistant-templates.ts';
import { topicOf } from './homeassistant-topic.ts';
import { wordsOf } from './homeassistant-words.ts';
import { asFields, type Fields } from './json.ts';
import { readRoutes } from './routes.ts';

/** Availability topics of one entity: real ones have up to three (bridge, device, driver). */
const AVAILABILITIES = 8;

const ONLINE: Meaning = {
  kind: 'device.online',
  words: [
    [['payload_available'], 'online', 1],
    [['payload_not_available'], 'offline', 0],
  ],
};

/** Where it is said whether an entity can be reached, and how many of the announced places are not read. */
export function availabilityOf(
  by: string,
  fields: Fields,
  base?: string,
): { online: readonly Route[]; unread: number } {
  const list: readonly unknown[] = Array.isArray(fields.availability) ? fields.availability : [fields.availability];
  const single = { topic: fields.availability_topic, value_template: fields.availability_template };
  const each = list.map(asFields).flatMap((one) => (one === undefined ? [] : [expandEntity(one, base)]));
  const all = (each.length > 0 ? each : [{ ...fields, ...single }]).filter(({ topic }) => topic !== undefined);
  const routes = all.slice(0, AVAILABILITIES).flatMap((one) => onlineRoute(by, one) ?? []);
  const unread = all.length - routes.length;
  const mode = fields.availability_mode;
  const topics = [...new Set(routes.map(({ topic }) => topic))].sort();
  if ((mode !== 'all' && mode !== 'any') || topics.length + unread < 2) return { online: routes, unread };
  // A place that is not read could be the one that decides.
  if (unread > 0) return { online: [], unread: all.length };
  return { online: routes.map((route) => ({ ...route, joined: { mode, topics } })), unread };
}

function onlineRoute(by: string, fields: Fields): Route | undefined {
  const topic = topicOf(fields.topic);
  const template = readTemplate(fields.value_template);
  if (topic === undefined || template === undefined) return undefined;
  const words = wordsOf(ONLINE, fields, template);
  if (words === undefined || words === 'malformed') return undefined;
  return { topic, by, kind: ONLINE.kind, ...(template.path === undefined ? {} : { path: template.path }), words };
}

/** The routes of an announcement that came again, with what was said on their topics since the first. */
export function remembering(routes: readonly Route[], before: Claim | undefined): Route[] {
  const held = before?.traits.routes ?? [];
  return routes.map((route) => {
    const last = route.joined && held.find((each) => each.topic === route.topic && isJoined(each, route))?.last;
    return last === undefined ? route : { ...route, last };
  });
}

/**
 * Reads a message on a topic that is one of several which decide together whether a thing can be reached. What each
 * said last is kept in the thing's claim: a new word there is a changed claim, the same word changes nothing.
 */
export function readJoined(topic: string, payload: Buffer, thing: KnownThing): JoinedFound {
  const routes = thing.claim.traits.routes ?? [];
  const said = new Map(
    routes.flatMap((route): [Route, number][] => {
      const word = route.topic === topic && route.joined ? saidAt(route, payload, thing) : undefined;
      return word === undefined ? [] : [[route, word]];
    }),
  );
  const now = routes.map((route) => withLast(route, said.get(route)));
  const readings = [...said.keys()]
    .flatMap((route) => together(now.filter((each) => isJoined(each, route))) ?? [])
    .map((value): Reading => ({ thing: thing.thing, kind: ONLINE.kind, value, quality: 'good' }));
  if (now.every((route, at) => route === routes[at])) return { readings };
  const { traits, ...claim } = thing.claim;
  return { readings, claim: { thing: thing.thing, ...claim, traits: { ...traits, routes: now } } };
}

/** What several topics say together, and the claim that remembers it where a word was new. */
interface JoinedFound {
  readonly readings: readonly Reading[];
  readonly claim?: ThingClaim;
}

function isJoined(one: Route, other: Route): boolean {
  return one.by === other.by && JSON.stringify(one.joined) === JSON.stringify(other.joined);
}

function saidAt(route: Route, payload: Buffer, { thing, claim }: KnownThing): number | undefined {
  const alone = { thing, claim: { ...claim, traits: { routes: [route] } } };
  return readRoutes(route.topic, payload, [alone]).readings[0]?.value;
}

function withLast(route: Route, word: number | undefined): Route {
  return word === undefined || word === route.last ? route : { ...route, last: word };
}

/** One that is away decides under `all`, one that is there under `any`; otherwise every one must have spoken. */
function together(routes: readonly Route[]): number | undefined {
  const decisive = routes[0]?.joined?.mode === 'all' ? 0 : 1;
  if (routes.some(({ last }) => last === decisive)) return decisive;
  return routes.some(({ last }) => last === undefined) ? undefined : 1 - decisive;
}
