import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { HubState, LiveEvent } from '../api/hub-state.ts';
import { homeTimeAt } from '../live/home-clock.ts';
import { EMPTY, type LiveModel, nextModel, withoutSettledRefusals, withoutStaleWindows } from '../live/live-model.ts';
import type { Language } from '../live/localised.ts';
import { initialLanguage } from './language.ts';

/** Which of the page's screens is shown. */
export type Screen = 'loading' | 'signedOut' | 'signedOutUsed' | 'unreachable' | 'house';

/** Everything the page shows, as signals; made once by main and handed down. */
export interface HousePage {
  readonly language: Signal<Language>;
  readonly screen: Signal<Screen>;
  readonly online: Signal<boolean>;
  readonly state: Signal<HubState | null>;
  readonly live: Signal<LiveModel>;
  readonly paused: Signal<boolean>;
  readonly homeMs: ReadonlySignal<number>;
  readonly counts: ReadonlySignal<HubState['counts']>;
  readonly toast: Signal<Toast | null>;
  readonly busy: Signal<ReadonlySet<string>>;
  readonly dialog: Signal<string | null>;
  readonly batch: Signal<readonly LiveEvent[]>;
  takeState(state: HubState): void;
  takeEvents(events: readonly LiveEvent[]): void;
  tick(): void;
}

/** One message that stays until it is closed or replaced. */
export interface Toast {
  readonly id: number;
  readonly tone: 'done' | 'problem';
  readonly text: Readonly<Record<Language, string>>;
}

/** A refusal says how things stand; half a day later it is history, which is the journal's. */
const REFUSAL_OLD_MS = 12 * 3_600_000;
const WINDOW_GRACE_MS = 10 * 60_000;
/** Events kept while the picture stands still: more than the lists can show is no use. */
const PAUSED_EVENTS = 300;

type Tally = Record<'seen' | 'left' | 'refused', number>;
const NONE: Tally = { seen: 0, left: 0, refused: 0 };

/** The tally with the events the hub's counts did not have yet: those after its answer, not the ones it tells again. */
function tallied(tally: Tally, events: readonly LiveEvent[], answeredHomeMs: number): Tally {
  const next = { ...tally };
  for (const event of events) {
    if (event.event === 'provided' || event.event === 'held' || event.atMs <= answeredHomeMs) continue;
    next[event.event] += 1;
  }
  return next;
}

/** Makes the page's signals; `nowMs` is a monotonic clock in milliseconds. */
export function createHousePage(nowMs: () => number): HousePage {
  const state = signal<HubState | null>(null);
  const live = signal<LiveModel>(EMPTY);
  const paused = signal(false);
  const now = signal(nowMs());
  const batch = signal<readonly LiveEvent[]>([]);
  const fresh = signal(NONE);
  let answeredAtMs = nowMs();
  let kept: LiveEvent[] = [];
  const homeMs = computed(() => (state.value ? homeTimeAt(state.value, answeredAtMs, now.value) : 0));
  const counts = computed(() => {
    const known = state.value?.counts ?? { seen: 0, left: 0, refused: 0, held: 0 };
    const { seen, left, refused } = fresh.value;
    return { seen: known.seen + seen, left: known.left + left, refused: known.refused + refused, held: known.held };
  });

  function apply(events: readonly LiveEvent[]): void {
    live.value = events.reduce(nextModel, live.value);
    fresh.value = tallied(fresh.value, events, state.value?.homeTimeMs ?? 0);
    batch.value = events;
  }
  return {
    language: signal(initialLanguage()),
    screen: signal<Screen>('loading'),
    online: signal(true),
    state,
    live,
    paused,
    homeMs,
    counts,
    toast: signal<Toast | null>(null),
    busy: signal<ReadonlySet<string>>(new Set()),
    dialog: signal<string | null>(null),
    batch,
    takeState(next) {
      answeredAtMs = nowMs();
      now.value = answeredAtMs;
      const before = state.value;
      state.value = next;
      fresh.value = NONE;
      const settled = withoutSettledRefusals(live.value, before, next, REFUSAL_OLD_MS);
      live.value = withoutStaleWindows(settled, next, next.homeTimeMs, WINDOW_GRACE_MS);
    },
    takeEvents(events) {
      if (paused.value) {
        kept = [...kept, ...events].slice(-PAUSED_EVENTS);
        return;
      }
      apply(kept.length > 0 ? [...kept, ...events] : events);
      kept = [];
    },
    tick() {
      if (paused.value) return;
      now.value = nowMs();
      if (state.value) live.value = withoutStaleWindows(live.value, state.value, homeMs.value, WINDOW_GRACE_MS);
    },
  };
}

const Context = createContext<HousePage | null>(null);
/** Hands the page's signals to everything below. */
export const HousePageProvider = Context.Provider;

/** The page's signals; throws outside the provider, which is a bug. */
export function useHousePage(): HousePage {
  const page = useContext(Context);
  if (!page) throw new Error('useHousePage needs HousePageProvider above it');
  return page;
}
