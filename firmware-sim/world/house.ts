/** The places where a person of this household can be; the hall joins all rooms, the balcony is reached from the living room. */
export const PLACES = ['hall', 'living', 'bedroom', 'bathroom', 'study', 'balcony', 'away'] as const;

/** One of the places of the house, or away from it. */
export type Place = (typeof PLACES)[number];

/** What a person does during a visit to a place. */
export type Activity =
  | 'sleep'
  | 'wash'
  | 'dress'
  | 'breakfast'
  | 'lunch'
  | 'cook'
  | 'eat'
  | 'television'
  | 'relax'
  | 'desk'
  | 'laundry'
  | 'pass'
  | 'out';

/** How far apart a person's movements are in an activity, and how the kitchen is used, in seconds; undefined means not at all. */
export const HABITS: Record<Activity, { moveS: readonly [number, number]; refrigeratorS?: readonly [number, number] }> =
  {
    sleep: { moveS: [1200, 3600] },
    wash: { moveS: [10, 40] },
    dress: { moveS: [8, 30] },
    breakfast: { moveS: [20, 70], refrigeratorS: [240, 600] },
    lunch: { moveS: [30, 110], refrigeratorS: [300, 900] },
    cook: { moveS: [12, 45], refrigeratorS: [150, 420] },
    eat: { moveS: [40, 140], refrigeratorS: [600, 1500] },
    television: { moveS: [70, 330], refrigeratorS: [1800, 5400] },
    relax: { moveS: [60, 260], refrigeratorS: [1800, 5400] },
    desk: { moveS: [30, 120] },
    laundry: { moveS: [5, 20] },
    pass: { moveS: [3, 7] },
    out: { moveS: [60, 60] },
  };

/** One stay of one person at one place, from `fromMs` up to `toMs`. */
export interface Visit {
  readonly person: number;
  readonly place: Place;
  readonly activity: Activity;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A stretch of time, from `fromMs` up to `toMs`. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One opening of the front door: unlocked, opened, closed, locked; `keypad` is the person who typed the code, if it was opened from outside. */
export interface Passage {
  readonly unlockMs: number;
  readonly openMs: number;
  readonly closeMs: number;
  readonly lockMs: number;
  readonly keypad: number | undefined;
}

/** A change of the electrical power something draws, in milliwatts from that instant on. */
export interface PowerStep {
  readonly atMs: number;
  readonly powerMw: number;
}

/** What an appliance draws in a day: the power before the first step, and the steps. */
export interface Load {
  readonly restMw: number;
  readonly steps: readonly PowerStep[];
}

/** A movement somewhere in the house that a sensor in that place can see. */
export interface Movement {
  readonly atMs: number;
  readonly place: Place;
  /** Who moved, as the visit names them. */
  readonly who: number;
}

/** Everything that truly happens in the house between two 04:00s; sensors observe this and nothing else. */
export interface DayWorld {
  readonly day: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly visits: readonly Visit[];
  readonly movements: readonly Movement[];
  readonly passages: readonly Passage[];
  readonly balconyOpenings: readonly Span[];
  readonly television: readonly Span[];
  readonly kettle: readonly Span[];
  readonly refrigeratorOpenings: readonly Span[];
  /** When each door and window stood open, by its name. */
  readonly openings: Readonly<Record<string, readonly Span[]>>;
  /** What each appliance drew, by its name. */
  readonly loads: Readonly<Record<string, Load>>;
}

/** Joins spans that overlap or lie at most `gapMs` apart; the result is sorted. */
export function joinSpans(spans: readonly Span[], gapMs: number): Span[] {
  const joined: Span[] = [];
  for (const span of [...spans].sort((left, right) => left.fromMs - right.fromMs || left.toMs - right.toMs)) {
    const last = joined.at(-1);
    if (last !== undefined && span.fromMs <= last.toMs + gapMs) {
      joined[joined.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) };
    } else {
      joined.push(span);
    }
  }
  return joined;
}
