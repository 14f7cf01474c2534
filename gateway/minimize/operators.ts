/** One device's share of a window. Power is integrated as it is held: `value` counts from `sinceMs` until `freshUntilMs`. */
export interface Share {
  readonly value: number;
  readonly sinceMs: number;
  readonly freshUntilMs: number;
  /** Count of events, or the integral of the value over time (value × milliseconds). */
  readonly total: number;
  /** How long this device was really observed, in milliseconds. */
  readonly coveredMs: number;
}

/** One thing that was seen, as an operator takes it. */
export interface Sample {
  readonly value: number;
  readonly atMs: number;
}

/** What a closed window says, or undefined when it has nothing to say. `coveredMs` is undefined where the hub's own presence counts. */
export interface Closed {
  readonly value: number;
  readonly coveredMs: number | undefined;
}

/** An operator over windows: pure reducers. Shares are integers; what `close` gives is made whole by the profile's next steps. */
export interface WindowOperator {
  /** Takes a sample into a device's share (undefined: its first). */
  add(share: Share | undefined, sample: Sample, counted: number | undefined): Share;
  /** Brings a share up to an instant without a new sample. */
  advance(share: Share, toMs: number): Share;
  /** What is left of a share once its device's value is not known any more. */
  lose(share: Share, atMs: number): Share | undefined;
  /** What of a share goes on into a next window that begins at `fromMs`. */
  carry(share: Share, fromMs: number): Share;
  /** The window's one value from the shares of its devices. */
  close(shares: readonly Share[]): Closed | undefined;
}

/** How long a power reading counts as current, in milliseconds: plugs report a change at once and otherwise every few minutes. */
export const POWER_HOLD_MS = 15 * 60_000;

/**
 * How long after a reading of a counter the next one may come for their difference to count, in milliseconds: what rose over a
 * longer silence cannot be placed in time. Meters report at least every hour.
 */
export const COUNTER_HOLD_MS = 60 * 60_000;

/** Power as observed and as sent. */
export const MILLIWATTS_PER_WATT = 1000;

const HOUR_MS = 3_600_000;
const MILLIWATT_MS_PER_WH = HOUR_MS * 1000;
const MILLIWATT_HOURS_PER_WH = 1000;
/** More than any home's connection gives; the vocabulary's bound of power. */
const MOST_MILLIWATTS = 100_000_000;
/** The coarsest counters count whole kilowatt-hours: so much may rise in a moment. */
const COARSEST_STEP_MWH = 1_000_000;

const still = (share: Share): Share => share;

function hold(share: Share, toMs: number): Share {
  const untilMs = Math.min(toMs, share.freshUntilMs);
  const spanMs = untilMs - share.sinceMs;
  if (spanMs <= 0) return share;
  return {
    ...share,
    sinceMs: untilMs,
    total: share.total + share.value * spanMs,
    coveredMs: share.coveredMs + spanMs,
  };
}

function holdSample(share: Share | undefined, sample: Sample): Share {
  const held = share ? hold(share, sample.atMs) : undefined;
  return {
    value: sample.value,
    sinceMs: Math.max(sample.atMs, held?.sinceMs ?? sample.atMs),
    freshUntilMs: sample.atMs + POWER_HOLD_MS,
    total: held?.total ?? 0,
    coveredMs: held?.coveredMs ?? 0,
  };
}

const carryHeld = (share: Share, fromMs: number): Share => ({
  ...share,
  sinceMs: Math.max(share.sinceMs, fromMs),
  total: 0,
  coveredMs: 0,
});

/** `count`: number of times the counted state was entered. Keeps: the order and the moments within the window change nothing; counts of parts add up. */
const count: WindowOperator = {
  add: (share, sample, counted) => ({
    value: sample.value,
    sinceMs: sample.atMs,
    freshUntilMs: sample.atMs,
    total: (share?.total ?? 0) + (sample.value === counted ? 1 : 0),
    coveredMs: 0,
  }),
  advance: still,
  lose: still,
  carry: (share) => ({ ...share, total: 0 }),
  close: (shares) => ({ value: shares.reduce((sum, share) => sum + share.total, 0), coveredMs: undefined }),
};

/** `lastState`: the value that held at the end; of several devices, that of the latest change. Keeps: what was before the last change changes nothing. */
const lastState: WindowOperator = {
  add: (_share, sample) => ({ ...sample, sinceMs: sample.atMs, freshUntilMs: sample.atMs, total: 0, coveredMs: 0 }),
  advance: still,
  lose: () => undefined,
  carry: still,
  close: (shares) => {
    const latest = shares.reduce<Share | undefined>(
      (a, b) => (a === undefined || b.sinceMs > a.sinceMs ? b : a),
      undefined,
    );
    return latest && { value: latest.value, coveredMs: undefined };
  },
};

/**
 * `mean`: power in W, each device's time-weighted mean while it was observed, added up over the devices. Keeps: between the
 * least and the greatest value; a value that is said again while it holds changes nothing.
 */
const mean: WindowOperator = {
  add: holdSample,
  advance: hold,
  lose: (share, atMs) => ({ ...hold(share, atMs), freshUntilMs: Math.min(share.freshUntilMs, atMs) }),
  carry: carryHeld,
  close: (shares) => {
    const seen = shares.filter((share) => share.coveredMs > 0);
    if (seen.length === 0) return undefined;
    const milliwatts = seen.reduce((sum, share) => sum + share.total / share.coveredMs, 0);
    return { value: milliwatts / MILLIWATTS_PER_WATT, coveredMs: meanCoveredMs(shares) };
  },
};

/** How much of the window was observed, in milliseconds, taken over its devices. */
const meanCoveredMs = (shares: readonly Share[]): number =>
  shares.reduce((total, share) => total + share.coveredMs, 0) / Math.max(1, shares.length);

/** A total over the observed part of the window, added up over the devices; nothing where nothing was observed. */
function totalOf(shares: readonly Share[], perWh: number): Closed | undefined {
  const coveredMs = meanCoveredMs(shares);
  if (coveredMs === 0) return undefined;
  return { value: shares.reduce((total, share) => total + share.total, 0) / perWh, coveredMs };
}

/** `sum`: energy in Wh over the observed part of the window, added up over the devices. Keeps: sums of parts add up. */
const sum: WindowOperator = { ...mean, close: (shares) => totalOf(shares, MILLIWATT_MS_PER_WH) };

/** Whether a counter can have turned so far in that time; else it was set, or its device changed. */
const isTurning = (riseMwh: number, spanMs: number): boolean =>
  riseMwh >= 0 && riseMwh <= COARSEST_STEP_MWH + (MOST_MILLIWATTS * spanMs) / HOUR_MS;

/** A counter's reading. What rose before `sinceMs` is left out in proportion to the time: it belongs to a window that is closed, or to nobody's. */
function read(share: Share | undefined, { value, atMs }: Sample): Share {
  const isFresh = share !== undefined && share.freshUntilMs > share.sinceMs;
  if (isFresh && atMs <= share.sinceMs) return share;
  const freshUntilMs = atMs + COUNTER_HOLD_MS;
  const read = { value, sinceMs: Math.max(atMs, share?.sinceMs ?? atMs), freshUntilMs };
  const before = { total: share?.total ?? 0, coveredMs: share?.coveredMs ?? 0 };
  if (!isFresh || atMs > share.freshUntilMs) return { ...read, ...before };
  const rise = value - share.value;
  const spanMs = atMs - (share.freshUntilMs - COUNTER_HOLD_MS);
  if (!isTurning(rise, spanMs)) return { ...read, ...before };
  const heldMs = atMs - share.sinceMs;
  return {
    ...read,
    total: before.total + Math.round(rise * (heldMs / spanMs)),
    coveredMs: before.coveredMs + heldMs,
  };
}

/** `sum` for a counter: in Wh, what it rose between readings that lie close together, added up over the devices. Its reading itself never leaves. */
const sumOfDifferences: WindowOperator = {
  add: read,
  advance: still,
  lose: (share) => ({ ...share, freshUntilMs: share.sinceMs }),
  carry: carryHeld,
  close: (shares) => totalOf(shares, MILLIWATT_HOURS_PER_WH),
};

/** The operators that gather into windows. */
export const WINDOW_OPERATORS = { count, lastState, mean, sum, sumOfDifferences } as const;

/** The operators that take observations in: `keep` lets each event on as it is. What has no profile is dropped, which is `drop`. */
export type OperatorName = 'keep' | keyof typeof WINDOW_OPERATORS;
