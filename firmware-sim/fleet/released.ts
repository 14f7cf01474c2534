import {
  BANDS,
  type BandQuantity,
  type Category,
  type Level,
  type Property,
  type Quantity,
} from '../../proto/lists.ts';
import type { Offer, OfferCategory } from '../../proto/offer-document.ts';
import { wallMs } from '../world/calendar.ts';
import type { DayWorld } from '../world/house.ts';
import { integral, type Series, seriesOf, valueAt } from './series.ts';

/** What a hub releases at an instant: a record without its names; times in seconds of UTC. */
export interface Released {
  /** When the hub has it: at the event, or at the end of its window. */
  readonly dueMs: number;
  /** 0 for the home, else a device. */
  readonly subject: number;
  readonly category: Category;
  readonly property: Property;
  readonly quantity: Quantity;
  readonly timeS: number;
  readonly windowS: number;
  readonly value: number;
}

/** A meter that reports by itself does so once a minute. */
const METER_MS = 60_000;

const HOUR_S = 3600;

/** How long windows are, in seconds; 0 for event by event. Day windows of a level begin at midnight. */
const WINDOW_S: Partial<Record<Level, number>> = { L5: 0, L3: 4 * HOUR_S, L2: 24 * HOUR_S };

/** What a hub that said yes to an offer releases, day after day, in the order of time. */
export class Releases {
  readonly #offer: Offer;
  readonly #timeZone: string;
  /** The end of the day of the house that came last: a day window needs what was before its midnight. */
  #before: DayWorld | undefined;

  constructor(offer: Offer, timeZone: string) {
    this.#offer = offer;
    this.#timeZone = timeZone;
  }

  /** What of a day of the house can be released when it is over; a level that the simulator does not know releases nothing. */
  day(world: DayWorld): Released[] {
    const released = this.#offer.categories.flatMap((asked) => this.#category(asked, world));
    this.#before = world;
    return released.sort((left, right) => left.dueMs - right.dueMs);
  }

  #category(asked: OfferCategory, world: DayWorld): Released[] {
    const windowS = asked.level === 'L4' ? (asked.windowMinutes ?? 15) * 60 : WINDOW_S[asked.level];
    if (windowS === undefined) {
      return [];
    }
    const series = seriesOf(asked.category, world, this.#offer.subject === 'device');
    if (windowS === 0) {
      return series.flatMap((each) => events(asked.category, each, world));
    }
    const before =
      this.#before === undefined ? [] : seriesOf(asked.category, this.#before, this.#offer.subject === 'device');
    return this.#windows(windowS, world).flatMap((window) =>
      together(series, this.#offer.subject).flatMap((group) => {
        const earlier = together(before, this.#offer.subject).find(({ subject }) => subject === group.subject);
        const value = windowValue(asked.level, group.series, earlier?.series ?? [], window, world);
        return value === undefined
          ? []
          : [
              {
                ...value,
                subject: group.subject,
                category: asked.category,
                timeS: window.fromMs / 1000,
                windowS,
                dueMs: window.toMs,
              },
            ];
      }),
    );
  }

  /** The windows that end in a day of the house, in the home's time; the first day has none that began before it. */
  #windows(windowS: number, { startMs, endMs }: DayWorld): { fromMs: number; toMs: number }[] {
    const lengthMs = windowS * 1000;
    const local = wallMs(startMs, this.#timeZone);
    const firstEnd = startMs + ((lengthMs - (local % lengthMs)) % lengthMs);
    const ends = Array.from(
      { length: Math.floor((endMs - 1 - firstEnd) / lengthMs) + 1 },
      (_, index) => firstEnd + index * lengthMs,
    );
    const known = this.#before?.startMs ?? startMs;
    return ends
      .map((toMs) => ({ fromMs: toMs - lengthMs, toMs }))
      .filter(({ fromMs, toMs }) => fromMs >= known && toMs > startMs);
  }
}

/** Records of one value each; a load's once a minute. */
function events(category: Category, { subject, property, steps }: Series, { startMs, endMs }: DayWorld): Released[] {
  const isPower = property === 'power.active';
  const said = isPower
    ? Array.from({ length: Math.floor((endMs - startMs) / METER_MS) }, (_, index) => startMs + index * METER_MS).map(
        (atMs) => ({
          atMs,
          value: Math.round(valueAt(steps, atMs) / 1000),
        }),
      )
    : steps.filter(({ atMs }) => atMs > startMs);
  return said.map(({ atMs, value }) => ({
    dueMs: atMs,
    subject,
    category,
    property,
    quantity: isPower ? 'power_w' : 'state',
    timeS: Math.floor(atMs / 1000),
    windowS: 0,
    value,
  }));
}

/** The devices of a home as one, or each for itself. */
function together(series: readonly Series[], by: Offer['subject']): { subject: number; series: readonly Series[] }[] {
  if (by === 'device') {
    return series.map((each) => ({ subject: each.subject, series: [each] }));
  }
  return series.length === 0 ? [] : [{ subject: 0, series }];
}

function windowValue(
  level: Level,
  series: readonly Series[],
  earlier: readonly Series[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
  world: DayWorld,
): Pick<Released, 'property' | 'quantity' | 'value'> | undefined {
  const [first] = series;
  if (first === undefined) {
    return undefined;
  }
  const { property } = first;
  // What happened before this day of the house stands in the one before it.
  const all = series.map((each) => ({
    ...each,
    steps: [...(earlier.find(({ subject }) => subject === each.subject)?.steps ?? []), ...each.steps],
  }));
  if (property === 'power.active') {
    const milliwattMs = all.reduce((sum, { steps }) => sum + integral(steps, fromMs, Math.min(toMs, world.endMs)), 0);
    return { property, ...powerValue(level, milliwattMs, toMs - fromMs) };
  }
  if (level === 'L4') {
    const last = all
      .flatMap(({ steps }) => steps.filter(({ atMs }) => atMs < toMs))
      .sort((left, right) => left.atMs - right.atMs);
    const value = last.at(-1)?.value;
    return value === undefined ? undefined : { property, quantity: 'last_state', value };
  }
  const begins = ({ steps, counted }: Series): number =>
    steps.filter(({ atMs, value }) => value === counted && atMs >= fromMs && atMs < toMs).length;
  const count = all.reduce((sum, each) => sum + begins(each), 0);
  return level === 'L3'
    ? { property, quantity: 'count_band', value: bandOf('count_band', count) }
    : { property, quantity: 'count', value: count };
}

/** Power of a window, of so many milliwatt-milliseconds in so many milliseconds, as coarse as a hub makes it. */
function powerValue(level: Level, milliwattMs: number, lengthMs: number): Pick<Released, 'quantity' | 'value'> {
  const watts = milliwattMs / lengthMs / 1000;
  if (level === 'L2') return { quantity: 'energy_wh', value: Math.round(milliwattMs / 3_600_000 / 1000 / 100) * 100 };
  if (level === 'L4') return { quantity: 'mean_power_w', value: Math.round(watts / 10) * 10 };
  return { quantity: 'mean_power_band_w', value: bandOf('mean_power_band_w', Math.round(watts)) };
}

/** The edge of a value's band that is nearer to zero. */
function bandOf(quantity: BandQuantity, value: number): number {
  const edge = Math.max(...BANDS[quantity].edges.filter((each) => each <= Math.abs(value)));
  return value < 0 && edge > 0 ? -edge : edge;
}
