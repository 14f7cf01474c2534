import type { Category, Quantity } from '../../proto/lists.ts';
import type { LiveGrant } from '../consent/grant.ts';
import type { Permitted } from '../consent/permitted.ts';
import type { Minimized } from './minimized.ts';
import { type Share, WINDOW_OPERATORS, type WindowOperator } from './operators.ts';
import { DEFAULT_WINDOW_S, type LadderKind, type Profile, profileOf } from './profile.ts';
import { windowAt, type ZoneOffsetS } from './window.ts';

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

/** Closes a window whose end has come and opens the next; before its end it only notes that the hub is watching. */
export function roll(
  grant: LiveGrant,
  window: OpenWindow,
  nowMs: number,
  zone: ZoneOffsetS,
): { ready: Minimized[]; window: OpenWindow | undefined } {
  const profile = profileOf(window.property, grant.level);
  if (!profile || profile.operator === 'keep' || profile.operator === 'drop') return { ready: [], window: undefined };
  if (nowMs < window.endMs) return { ready: [], window: watch(window, nowMs) };

  const operator = WINDOW_OPERATORS[profile.operator];
  const full = watch(window, window.endMs);
  const shares = Object.entries(window.shares).map(
    ([device, share]) => [device, operator.advance(share, window.endMs)] as const,
  );
  const ready = release(grant, { ...full, shares: Object.fromEntries(shares) }, operator, profile.quantity);
  return { ready: ready ? [ready] : [], window: next(full, shares, operator, nowMs, grant, profile, zone) };
}

/** After a pause of the hub: nothing between the last look and now counts as watched or covered. */
export function resume(window: OpenWindow, nowMs: number): OpenWindow {
  const shares = Object.entries(window.shares).map(([device, share]) => {
    const held = share.freshUntilMs > share.sinceMs;
    return [device, held ? { ...share, sinceMs: Math.max(share.sinceMs, nowMs) } : share] as const;
  });
  return { ...window, watchedUntilMs: Math.max(window.watchedUntilMs, nowMs), shares: Object.fromEntries(shares) };
}

function lengthS(grant: LiveGrant, profile: Profile): number {
  if (profile.windowS !== 'offer') return profile.windowS;
  return grant.windowMinutes === undefined ? DEFAULT_WINDOW_S : grant.windowMinutes * 60;
}

function next(
  closed: OpenWindow,
  shares: readonly (readonly [string, Share])[],
  operator: WindowOperator,
  nowMs: number,
  grant: LiveGrant,
  profile: Profile,
  zone: ZoneOffsetS,
): OpenWindow {
  const bounds = windowAt(Math.max(nowMs, closed.endMs), lengthS(grant, profile), zone);
  const carried = shares.map(([device, share]) => [device, operator.carry(share, bounds.startMs)] as const);
  return watch(
    {
      ...closed,
      ...bounds,
      watchedMs: 0,
      watchedUntilMs: Math.max(closed.watchedUntilMs, bounds.startMs),
      estimatedTime: false,
      shares: Object.fromEntries(carried),
    },
    nowMs,
  );
}

/** Counts the time since the last look as watched, unless the hub was away. */
export function watch(window: OpenWindow, nowMs: number): OpenWindow {
  const toMs = Math.min(nowMs, window.endMs);
  const spanMs = toMs - window.watchedUntilMs;
  if (spanMs <= 0) return window;
  const watchedMs = spanMs <= WATCH_GAP_MS ? window.watchedMs + spanMs : window.watchedMs;
  return { ...window, watchedUntilMs: toMs, watchedMs };
}

function release(
  grant: LiveGrant,
  window: OpenWindow,
  operator: WindowOperator,
  quantity: Quantity,
): Minimized | undefined {
  const closed = operator.close(Object.values(window.shares));
  const lengthMs = window.endMs - window.startMs;
  // What was counted was seen, however short the hub watched: it must not be lost for want of a thousandth.
  const leastPermille = quantity === 'count' && closed && closed.value > 0 ? 1 : 0;
  const watchedPermille = Math.floor(((closed?.coveredMs ?? window.watchedMs) * 1000) / lengthMs);
  const observedPermille = Math.min(1000, Math.max(leastPermille, watchedPermille));
  if (!closed || observedPermille === 0) return undefined;
  return {
    grant,
    category: window.category,
    property: window.property,
    quantity,
    subject: window.subject,
    timeS: Math.floor(window.startMs / 1000),
    windowS: Math.round(lengthMs / 1000),
    value: closed.value,
    observedPermille,
    estimatedTime: window.estimatedTime,
  } as Minimized;
}
