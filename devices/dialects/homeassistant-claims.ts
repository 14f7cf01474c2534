import { LIMITS } from '../limits.ts';
import type { Claim, DialectResult, DropReason, Known, KnownThing, Route, ThingClaim } from './dialect.ts';
import { baseOf, expandDevice, expandEntity } from './homeassistant-abbreviations.ts';
import { remembering } from './homeassistant-availability.ts';
import { type Entity, type EntityFound, readEntity } from './homeassistant-entities.ts';
import type { ConfigTopic } from './homeassistant-topic.ts';
import { asFields, type Fields, label } from './json.ts';

/** Components of one announced device: the largest appliances have about two hundred. */
const COMPONENTS = 500;

/** An id inside a device; with the device's own it still makes a name. */
const PART_CHARACTERS = 100;

/** What all entities of one announcement share. */
const SHARED = ['availability', 'availability_mode', 'availability_template', 'availability_topic', 'command_topic'];
const SHARED_TOO = ['payload_available', 'payload_not_available', 'state_topic', 'encoding'];

/** Reads an announcement: what its entities are, and which things they make together with what is known. */
export function readConfig(by: string, about: ConfigTopic, message: Fields, known: Known): DialectResult {
  const base = baseOf(message);
  const fields = expandEntity(message);
  const whole = about.component === 'device';
  const parts = whole ? componentsOf(fields, base) : [{ ...about, id: about.object, fields }];
  if (parts.length > COMPONENTS) return { refused: 'oversize' };
  const owner = ownerOf(asFields(fields.device)) ?? (whole ? undefined : aloneOf(about, fields));
  if (owner === undefined) return { readings: [], dropped: { malformed: 1 } };
  const dropped: Partial<Record<DropReason, number>> = {};
  const drop = (reason: DropReason, count = 1) => {
    if (count > 0) dropped[reason] = (dropped[reason] ?? 0) + count;
  };
  const entities: Entity[] = [];
  for (const part of parts) {
    const found: EntityFound =
      part.id.length > PART_CHARACTERS
        ? { drop: 'malformed' }
        : readEntity(by, part.component, part.id, part.fields, base);
    if ('drop' in found) drop(found.drop);
    else {
      entities.push(found.entity);
      drop('unknownProperty', found.unread);
    }
  }
  return { readings: [], things: thingsOf(by, owner, entities, known), dropped };
}

/** What is left of the things of an announcement that was taken back. */
export function endConfig(by: string, known: Known): DialectResult {
  const things = known.at(by).filter(({ claim }) => claim.traits.routes?.some((route) => route.by === by));
  if (things.length === 0) return { refused: 'empty' };
  return { readings: [], things: things.map((thing) => without(by, thing)), dropped: {} };
}

interface Part {
  readonly component: string;
  readonly id: string;
  readonly fields: Fields;
}

function componentsOf(fields: Fields, base: string | undefined): Part[] {
  const shared = Object.fromEntries(
    [...SHARED, ...SHARED_TOO].filter((key) => fields[key] !== undefined).map((key) => [key, fields[key]]),
  );
  return Object.entries(asFields(fields.components) ?? {}).flatMap(([id, value]) => {
    const own = expandEntity(asFields(value) ?? {}, base);
    // A component of which only the platform is left was taken back.
    if (Object.keys(own).every((key) => key === 'p' || key === 'platform')) return [];
    return { component: typeof own.platform === 'string' ? own.platform : '', id, fields: { ...shared, ...own } };
  });
}

interface Owner {
  readonly name: string;
  readonly about: Pick<Claim, 'hardware' | 'vendor' | 'model'>;
}

/** A device that can be told from others: by its first identifier, else by its first connection. */
function ownerOf(device: Fields | undefined): Owner | undefined {
  if (device === undefined) return undefined;
  const { identifiers, connections, name, manufacturer, model } = expandDevice(device);
  const first: unknown = Array.isArray(identifiers) ? identifiers[0] : identifiers;
  const link: unknown = Array.isArray(connections) ? connections[0] : undefined;
  const hardware = label(first) ?? (Array.isArray(link) ? label(link[1]) : undefined);
  if (hardware === undefined) return undefined;
  const vendor = label(manufacturer);
  const kind = label(model);
  return {
    name: label(name) ?? hardware,
    about: {
      hardware,
      ...(vendor === undefined ? {} : { vendor }),
      ...(kind === undefined ? {} : { model: kind }),
    },
  };
}

/** An entity without a device is a thing of its own. */
function aloneOf({ node, object }: ConfigTopic, { unique_id }: Fields): Owner {
  const hardware = label(unique_id);
  if (hardware !== undefined) return { name: hardware, about: { hardware } };
  return { name: node === undefined ? object : `${node}/${object}`, about: {} };
}

/** Every thing that the announcement makes, changes or leaves without it. */
function thingsOf(by: string, owner: Owner, entities: readonly Entity[], known: Known): ThingClaim[] {
  const main = placeFor(owner, known);
  const kept = others(by, main.before);
  const taken = new Set(kept.map(({ kind }) => kind));
  const routes = new Map<Place, Route[]>();
  for (const entity of entities) {
    const part = placeFor(partOf(owner, main.thing, entity.id), known);
    const stays = part.before?.traits.routes?.some((route) => route.by === by && route.kind === entity.value.kind);
    const place = stays || taken.has(entity.value.kind) ? part : main;
    if (place === main) taken.add(entity.value.kind);
    const online = remembering(entity.online, place.before);
    routes.set(place, [...(routes.get(place) ?? others(by, place.before)), entity.value, ...online]);
  }
  const claims = new Map<string, ThingClaim>();
  for (const [{ thing, about }, now] of routes) claims.set(thing, claimOf(thing, about, now));
  const given = new Set([...routes.keys()].flatMap(({ thing, about }) => [thing, about.hardware]));
  const left = known.at(by).filter(({ thing, claim }) => !given.has(thing) && !given.has(claim.hardware ?? thing));
  for (const each of left)
    if (others(by, each.claim).length < routeCount(each)) claims.set(each.thing, without(by, each));
  return [...claims.values()];
}

/** A thing under the name it can have, and what was known of it. */
interface Place {
  readonly thing: string;
  readonly about: Owner['about'];
  readonly before: Claim | undefined;
}

/** A name belongs to who holds it; another device of that name has its id in its own. */
function placeFor({ name, about }: Owner, known: Known): Place {
  const holder = known.claim(name);
  const free = holder === undefined || holder.hardware === about.hardware;
  const names = [...(free ? [name] : []), `${name} (${about.hardware ?? 'no id'})`];
  const thing = names.find((each) => each.length <= LIMITS.thingNameCharacters) ?? about.hardware ?? name;
  const before = about.hardware === undefined ? undefined : known.hardware(about.hardware)?.claim;
  return { thing, about, before: before ?? (free ? holder : undefined) };
}

function partOf({ about }: Owner, thing: string, id: string): Owner {
  const hardware = about.hardware === undefined ? {} : { hardware: `${about.hardware}/${id}` };
  return { name: `${thing}/${id}`, about: { ...about, ...hardware } };
}

function others(by: string, claim: Claim | undefined): readonly Route[] {
  return claim?.traits.routes?.filter((route) => route.by !== by) ?? [];
}

function routeCount({ claim }: KnownThing): number {
  return claim.traits.routes?.length ?? 0;
}

function without(by: string, { thing, claim: { hardware, vendor, model, traits } }: KnownThing): ThingClaim {
  const about = {
    ...(hardware === undefined ? {} : { hardware }),
    ...(vendor === undefined ? {} : { vendor }),
    ...(model === undefined ? {} : { model }),
  };
  return claimOf(thing, about, traits.routes?.filter((route) => route.by !== by) ?? []);
}

/** Sorted, so that the same announcements in another order are the same claim. */
function claimOf(thing: string, about: Owner['about'], routes: readonly Route[]): ThingClaim {
  const key = ({ by, kind, topic }: Route) => `${by} ${kind} ${topic}`;
  const sorted = [...routes].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return {
    thing,
    ...about,
    kinds: [...new Set(sorted.map(({ kind }) => kind))],
    categories: {},
    traits: { routes: sorted },
  };
}
