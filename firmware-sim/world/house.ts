import type { Sky } from './season.ts';
import type { Span } from './spans.ts';

/** What a person does during a visit to a place. */
export type Activity =
  | 'sleep'
  | 'nap'
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
    nap: { moveS: [500, 1800] },
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

/** One stay of one person at one place of the home, or `away`, from `fromMs` up to `toMs`. */
export interface Visit extends Span {
  readonly person: number;
  readonly place: string;
  readonly activity: Activity;
}

/** One opening of the front door: unlocked, opened, closed, locked; `keypad` is the resident who typed the code, if it was opened so. */
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
  readonly place: string;
  /** Who moved: residents from 0, guests from 100, cats from 1000, dogs from 2000. */
  readonly who: number;
}

/** Everything that truly happens in the house between two 04:00s; sensors observe this and nothing else. */
export interface DayWorld {
  readonly day: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly sky: Sky;
  readonly visits: readonly Visit[];
  readonly movements: readonly Movement[];
  readonly passages: readonly Passage[];
  /** When each appliance was used by somebody, by its name; an opening of its door for a refrigerator. */
  readonly uses: Readonly<Record<string, readonly Span[]>>;
  /** When each door and window stood open, by its name. */
  readonly openings: Readonly<Record<string, readonly Span[]>>;
  /** What each appliance drew, by its name, and all together as `total`; each is made when it is first asked for. */
  readonly loads: Readonly<Record<string, Load>>;
}
