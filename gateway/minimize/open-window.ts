import type { Category } from '../../proto/lists.ts';
import type { LiveGrant } from '../consent/grant.ts';
import type { Permitted } from '../consent/permitted.ts';
import { LIMITS } from '../limits.ts';
import type { Share } from './operators.ts';
import { DEFAULT_WINDOW_S, type Gathering, gatheringOf, type LadderKind, type Profile } from './profile.ts';
import { type Told, tell } from './tell.ts';
import { type Bounds, overlap, windowAt, type ZoneOffsetS } from './window.ts';

/** A window that is filling: it belongs to one agreement and began no earlier than its yes. Plain data, so that it survives a crash as it is. */
export interface OpenWindow {
  readonly category: Category;
  readonly property: LadderKind;
  readonly subject: number;
  readonly startMs: number;
  readonly endMs: number;
  /** When the hub last knew itself to be watching, and how long it has watched in this window, in milliseconds. */
  readonly watchedUntilMs: number;
  readonly watchedMs: number;
  readonly estimatedTime: boolean;
  readonly shares: Readonly<Record<string, Share>>;
  /** After home time came back: the newest stretch that was lived through before, then others, and windows told since. */
  readonly told?: readonly Bounds[];
}

/** A longer silence than this between two looks at the clock is not counted as watched, in milliseconds. */
export const WATCH_GAP_MS = 5 * 60_000;

/** The key under which a permitted observation's window is kept. */
export function windowKey(agreement: number, category: Category, property: string, subject: number): string {
  return `${agreement}|${category}|${property}|${subject}`;
}

/** The subject a grant speaks of when it speaks of this device: the home (0) or the device itself. */
export function subjectOf(grant: LiveGrant, device: number): number {
  return grant.subject === 'device' ? device : 0;
}

/** The window that a first observation opens. */
export function begin(permitted: Permitted, property: LadderKind, profile: Profile, zone: ZoneOffsetS): OpenWindow {
  const { observation, grant } = permitted;
  return {
    category: observation.category,
    property,
    subject: subjectOf(grant, observation.device),
    ...windowAt(observation.atMs, lengthS(grant, profile), zone),
    watchedUntilMs: observation.atMs,
    watchedMs: 0,
    estimatedTime: observation.estimatedTime,
    shares: {},
  };
}

/** What looking at the clock did to a window: what it told if it was closed, and the window that is open now. */
export interface Rolled extends Told {
  readonly window: OpenWindow | undefined;
}

/** Closes a window whose end has come and opens the next; before its end it only notes that the hub is watching. */
export function roll(grant: LiveGrant, window: OpenWindow, nowMs: number, zone: ZoneOffsetS): Rolled {
  const gathering = gatheringOf(window.property, grant.level);
  if (!gathering) return { ready: [], withheld: undefined, window: undefined };
  if (nowMs < window.endMs) return { ready: [], withheld: undefined, window: watch(window, nowMs) };

  const full = watch(window, window.endMs);
  const shares = Object.entries(window.shares).map(
    ([device, share]) => [device, gathering.operator.advance(share, window.endMs)] as const,
  );
  const closing = closeWindow(grant, { ...full, shares: Object.fromEntries(shares) }, gathering);
  return { ...closing, window: next(full, shares, nowMs, grant, gathering, zone) };
}

/** A device's value is not known any more: from now on the window does not count on it. What it counted stays. */
export function lose(grant: LiveGrant, window: OpenWindow, device: number, nowMs: number): OpenWindow {
  const gathering = gatheringOf(window.property, grant.level);
  const { [String(device)]: share, ...others } = window.shares;
  if (!share || !gathering) return window;
  const left = gathering.operator.lose(share, nowMs);
  return { ...window, shares: left ? { ...window.shares, [String(device)]: left } : others };
}

/** After a pause of the hub: nothing between the last look and now counts as watched or covered. */
export function resume(window: OpenWindow, nowMs: number): OpenWindow {
  const shares = Object.entries(window.shares).map(([device, share]) => {
    const held = share.freshUntilMs > share.sinceMs;
    return [device, held ? { ...share, sinceMs: Math.max(share.sinceMs, nowMs) } : share] as const;
  });
  return { ...window, watchedUntilMs: Math.max(window.watchedUntilMs, nowMs), shares: Object.fromEntries(shares) };
}

/** While what is seen does not count: no value is known from the last look on, and none of the time is watched. */
export function lookAway(grant: LiveGrant, window: OpenWindow, nowMs: number): OpenWindow {
  const devices = Object.keys(window.shares).map(Number);
  const blind = devices.reduce((left, device) => lose(grant, left, device, left.watchedUntilMs), window);
  return { ...blind, watchedUntilMs: Math.max(blind.watchedUntilMs, nowMs) };
}

/**
 * After home time came back: a window that looked at the clock later than now goes on in the window that holds now, or in
 * the next whose time was never told. What it gathered stays in it, and its time is called estimated.
 */
export function comeBack(
  grant: LiveGrant,
  window: OpenWindow,
  now: { readonly ms: number; readonly told: readonly Bounds[] },
  zone: ZoneOffsetS,
): OpenWindow {
  const gathering = gatheringOf(window.property, grant.level);
  const backMs = window.watchedUntilMs - now.ms;
  const [newest] = now.told;
  // A crash takes home time back by less than that.
  const isBack = backMs > LIMITS.clockToleranceMs && newest && !isSame(window.told?.[0], newest);
  if (!gathering || !isBack) return window;
  const told = [...now.told, ...(window.told ?? [])].slice(0, 2 * LIMITS.toldStretches);
  const isAhead = window.startMs > now.ms;
  const bounds = isAhead ? untold(now.ms, lengthS(grant, gathering.profile), told, zone) : window;
  const shares = Object.entries(window.shares).map(([device, share]) => {
    const held = share.freshUntilMs > share.sinceMs;
    const sinceMs = share.sinceMs - backMs;
    const freshUntilMs = share.freshUntilMs - backMs;
    return [device, { ...share, sinceMs: held ? Math.max(sinceMs, bounds.startMs) : sinceMs, freshUntilMs }] as const;
  });
  return {
    ...window,
    startMs: bounds.startMs,
    endMs: bounds.endMs,
    watchedUntilMs: Math.max(now.ms, bounds.startMs),
    estimatedTime: true,
    shares: Object.fromEntries(shares),
    told,
  };
}

function isSame(one: Bounds | undefined, other: Bounds): boolean {
  return one?.startMs === other.startMs && one.endMs === other.endMs;
}

/** The window of an instant, or the first after it that shares no time with what was told. */
function untold(atMs: number, windowS: number, told: readonly Bounds[], zone: ZoneOffsetS): Bounds {
  let free = windowAt(atMs, windowS, zone);
  for (;;) {
    const inTheWay = told.find((one) => overlap(free, one));
    if (!inTheWay) return free;
    free = windowAt(Math.max(free.endMs, inTheWay.endMs - 1), windowS, zone);
  }
}

/** What was told, and this window too: it may have been told before its time came. */
function toldToo([newest, ...others]: readonly Bounds[], { startMs, endMs }: Bounds): Bounds[] {
  const told = [{ startMs, endMs }, ...others].slice(0, 2 * LIMITS.toldStretches);
  return newest ? [newest, ...told] : told;
}

/** The window after one that was closed. Where the home's time zone was changed, the cut one is joined with the next, as at a change of the clocks. */
function after(closed: OpenWindow, nowMs: number, windowS: number, zone: ZoneOffsetS): Bounds {
  const bounds = untold(Math.max(nowMs, closed.endMs), windowS, closed.told ?? [], zone);
  if (bounds.startMs >= closed.endMs) return bounds;
  return { startMs: closed.endMs, endMs: windowAt(bounds.endMs, windowS, zone).endMs };
}

function lengthS(grant: LiveGrant, profile: Profile): number {
  if (profile.windowS !== 'offer') return profile.windowS;
  return grant.windowMinutes === undefined ? DEFAULT_WINDOW_S : grant.windowMinutes * 60;
}

function next(
  closed: OpenWindow,
  shares: readonly (readonly [string, Share])[],
  nowMs: number,
  grant: LiveGrant,
  { profile, operator }: Gathering,
  zone: ZoneOffsetS,
): OpenWindow {
  const bounds = after(closed, nowMs, lengthS(grant, profile), zone);
  const carried = shares.map(([device, share]) => [device, operator.carry(share, bounds.startMs)] as const);
  const open = {
    ...closed,
    ...bounds,
    watchedMs: 0,
    watchedUntilMs: Math.max(closed.watchedUntilMs, bounds.startMs),
    estimatedTime: false,
    shares: Object.fromEntries(carried),
  };
  return watch(closed.told ? { ...open, told: toldToo(closed.told, closed) } : open, nowMs);
}

/** Counts the time since the last look as watched, unless the hub was away. */
export function watch(window: OpenWindow, nowMs: number): OpenWindow {
  const toMs = Math.min(nowMs, window.endMs);
  const spanMs = toMs - window.watchedUntilMs;
  if (spanMs <= 0) return window;
  const watchedMs = spanMs <= WATCH_GAP_MS ? window.watchedMs + spanMs : window.watchedMs;
  return { ...window, watchedUntilMs: toMs, watchedMs };
}

/** Makes of a window that was watched to its end the record that its profile allows. */
function closeWindow(grant: LiveGrant, window: OpenWindow, { profile, operator }: Gathering): Told {
  const closed = operator.close(Object.values(window.shares));
  const lengthMs = window.endMs - window.startMs;
  // What was counted was seen, however short the hub watched: it must not be lost for want of a thousandth.
  const leastPermille = profile.operator === 'count' && closed && closed.value > 0 ? 1 : 0;
  const watchedPermille = Math.floor(((closed?.coveredMs ?? window.watchedMs) * 1000) / lengthMs);
  const observedPermille = Math.min(1000, Math.max(leastPermille, watchedPermille));
  if (!closed || observedPermille === 0) return { ready: [], withheld: undefined };
  const { category, property, subject, estimatedTime } = window;
  const timeS = Math.floor(window.startMs / 1000);
  const windowS = Math.round(lengthMs / 1000);
  const about = { grant, category, property, subject, timeS, windowS, estimatedTime };
  return tell(about, { value: closed.value, observedPermille }, profile);
}
