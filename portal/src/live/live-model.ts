import type { HubState, LiveEvent } from '../api/hub-state.ts';

type Seen = Extract<LiveEvent, { event: 'seen' }>;
type Left = Extract<LiveEvent, { event: 'left' }>;
type Held = Extract<LiveEvent, { event: 'held' }>;
type Refused = Extract<LiveEvent, { event: 'refused' }>;

/** How many rows each list keeps, so that a busy home costs the page no more than a quiet one; 60 together at most. */
export const ROWS = { seen: 16, held: 6, refused: 14, left: 24 } as const;

/** Where something the house saw ended up; a stronger outcome replaces a weaker one. */
export type Outcome = 'none' | 'stayed' | 'held' | 'left';

/** One thing the house saw, with its outcome so far. */
export interface SeenRow extends Seen {
  readonly outcome: Outcome;
}

/** One window still filling for an offer: what will leave, as one value, at `untilMs`. */
export interface HeldWindow {
  readonly key: string;
  readonly offer: string;
  readonly category: string;
  readonly untilMs: number;
  readonly gathered: number;
  readonly firstMs: number;
}

/** Everything of one device and kind that stayed in for one reason, counted; readings of kind `upkeep` are joined over all devices. */
export interface RefusedRow {
  readonly key: string;
  readonly deviceId: number | null;
  readonly deviceName: string | null;
  readonly room: string | null;
  readonly kind: string | null;
  readonly reason: string;
  readonly text: Refused['text'];
  readonly times: number;
  readonly lastMs: number;
  readonly lastId: number;
}

/** One value that left; `provided` once the data broker acknowledged it. */
export interface LeftRow extends Left {
  readonly provided: boolean;
}

/** The lists the page shows, bounded, newest first (refusals keep their place, so that nothing jumps). */
export interface LiveModel {
  readonly seen: readonly SeenRow[];
  readonly held: readonly HeldWindow[];
  readonly refused: readonly RefusedRow[];
  readonly left: readonly LeftRow[];
  readonly latest: ReadonlyMap<string, Seen>;
  readonly tally: { readonly seen: number; readonly left: number; readonly refused: number; readonly repeats: number };
}

/** The lists before the first event. */
export const EMPTY: LiveModel = {
  seen: [],
  held: [],
  refused: [],
  left: [],
  latest: new Map(),
  tally: { seen: 0, left: 0, refused: 0, repeats: 0 },
};

/** Kinds that tell how a device is, not what happens in the home; they come with every message and get no rows of their own. */
const UPKEEP = /^(battery|link|voltage|current|tamper|device)\b/;

/** True for readings about the device itself: battery, radio and the like. */
export function isUpkeep(kind: string | null): boolean {
  return kind !== null && UPKEEP.test(kind);
}

/** The key under which a device's latest reading of one kind is kept. */
export function latestKey(device: number, kind: string): string {
  return `${device} ${kind}`;
}

const STRENGTH: Record<Outcome, number> = { none: 0, stayed: 1, held: 2, left: 3 };
const LATEST_READINGS = 256;

function marked(rows: readonly SeenRow[], id: number | null | undefined, outcome: Outcome): readonly SeenRow[] {
  if (id === null || id === undefined) return rows;
  return rows.map((row) => (row.id === id && STRENGTH[outcome] > STRENGTH[row.outcome] ? { ...row, outcome } : row));
}

function onSeen(model: LiveModel, event: Seen): LiveModel {
  const latest = new Map(model.latest);
  const key = latestKey(event.device.id, event.kind);
  latest.delete(key);
  latest.set(key, event);
  const oldest = latest.keys().next();
  if (latest.size > LATEST_READINGS && !oldest.done) latest.delete(oldest.value);
  const telling = event.origin !== 'repeat' && !isUpkeep(event.kind);
  const seen = telling ? [{ ...event, outcome: 'none' as const }, ...model.seen].slice(0, ROWS.seen) : model.seen;
  return { ...model, seen, latest, tally: { ...model.tally, seen: model.tally.seen + 1 } };
}

function onHeld(model: LiveModel, event: Held): LiveModel {
  const key = `${event.offer} ${event.category}`;
  const known = model.held.find((window) => window.key === key);
  const same = known !== undefined && known.untilMs === event.untilMs;
  const window: HeldWindow = {
    key,
    offer: event.offer,
    category: event.category,
    untilMs: event.untilMs,
    gathered: same ? known.gathered + 1 : 1,
    firstMs: same ? known.firstMs : event.atMs,
  };
  const held = known
    ? model.held.map((each) => (each.key === key ? window : each))
    : [...model.held, window].slice(-ROWS.held);
  return { ...model, held, seen: marked(model.seen, event.seenId, 'held') };
}

/** The key that joins refusals which differ only in their time. */
export function refusalKey(event: Refused): string {
  if (isUpkeep(event.kind)) return `upkeep ${event.reason}`;
  const device = typeof event.device === 'number' ? event.device : (event.device?.id ?? '');
  return `${device} ${event.kind ?? ''} ${event.reason}`;
}

function onRefused(model: LiveModel, event: Refused): LiveModel {
  // A repeat or a cached value is no event; it is counted and needs no row.
  if (event.reason === 'notAnEvent') {
    return { ...model, tally: { ...model.tally, repeats: model.tally.repeats + 1 } };
  }
  const key = refusalKey(event);
  const known = model.refused.find((row) => row.key === key);
  const upkeep = isUpkeep(event.kind);
  const device = typeof event.device === 'object' && !upkeep ? event.device : null;
  const row: RefusedRow = {
    key,
    deviceId: typeof event.device === 'number' && !upkeep ? event.device : (device?.id ?? null),
    deviceName: device?.name ?? null,
    room: device?.room ?? null,
    kind: upkeep ? 'upkeep' : event.kind,
    reason: event.reason,
    text: event.text,
    times: (known?.times ?? 0) + 1,
    lastMs: event.atMs,
    lastId: event.id,
  };
  const refused = known
    ? model.refused.map((each) => (each.key === key ? row : each))
    : bounded([row, ...model.refused]);
  const tally = { ...model.tally, refused: model.tally.refused + 1 };
  return { ...model, refused, tally, seen: marked(model.seen, event.seenId, 'stayed') };
}

/** Above the limit the row that has been quiet longest goes, so that rows still counting keep their place. */
function bounded(rows: readonly RefusedRow[]): readonly RefusedRow[] {
  if (rows.length <= ROWS.refused) return rows;
  const quietest = rows.reduce((least, row) => (row.lastId < least.lastId ? row : least));
  return rows.filter((row) => row !== quietest);
}

function onLeft(model: LiveModel, event: Left): LiveModel {
  const key = `${event.offer} ${event.category}`;
  const endsMs = event.timeMs + event.windowS * 1000;
  const held = event.windowS > 0 ? model.held.filter((each) => each.key !== key || each.untilMs > endsMs) : model.held;
  const left = [{ ...event, provided: false }, ...model.left].slice(0, ROWS.left);
  const origin = event.windowS === 0 ? model.seen.find((row) => row.device.id === event.fromDevice)?.id : undefined;
  const tally = { ...model.tally, left: model.tally.left + 1 };
  return { ...model, held, left, tally, seen: marked(model.seen, origin, 'left') };
}

function onProvided(model: LiveModel, upToId: number): LiveModel {
  if (!model.left.some((row) => !row.provided && row.id <= upToId)) return model;
  return { ...model, left: model.left.map((row) => (row.id <= upToId ? { ...row, provided: true } : row)) };
}

/** The lists after one more event; never changes the given ones. */
export function nextModel(model: LiveModel, event: LiveEvent): LiveModel {
  switch (event.event) {
    case 'seen':
      return onSeen(model, event);
    case 'held':
      return onHeld(model, event);
    case 'refused':
      return onRefused(model, event);
    case 'left':
      return onLeft(model, event);
    case 'provided':
      return onProvided(model, event.upToId);
  }
}

/** The lists without windows that no longer fill: the consent ended, or their end is `graceMs` past in home time. */
export function withoutStaleWindows(model: LiveModel, state: HubState, homeMs: number, graceMs: number): LiveModel {
  const granted = new Set(state.offers.filter((offer) => offer.granted !== null).map((offer) => offer.offer));
  const held = model.held.filter((window) => granted.has(window.offer) && homeMs < window.untilMs + graceMs);
  return held.length === model.held.length ? model : { ...model, held };
}

const SETTLED_BY_GRANT: ReadonlySet<string> = new Set(['noGrant', 'outOfScope', 'grantExpired']);

function grantsOf(state: HubState | null): string {
  const named = (state?.offers ?? []).filter((offer) => offer.granted !== null);
  return named.map((offer) => `${offer.offer} ${offer.granted?.sinceMs}`).join('\n');
}

/** The lists without refusals that no longer say how things stand: device approved since, consents changed, or older than `oldMs` of home time. */
export function withoutSettledRefusals(
  model: LiveModel,
  before: HubState | null,
  now: HubState,
  oldMs: number,
): LiveModel {
  const approved = new Set(now.devices.filter((device) => device.approved).map((device) => device.id));
  const changed = before !== null && grantsOf(before) !== grantsOf(now);
  const refused = model.refused.filter((row) => {
    if (row.reason === 'deviceNotApproved' && row.deviceId !== null && approved.has(row.deviceId)) return false;
    return !(changed && SETTLED_BY_GRANT.has(row.reason)) && row.lastMs > now.homeTimeMs - oldMs;
  });
  return refused.length === model.refused.length ? model : { ...model, refused };
}
