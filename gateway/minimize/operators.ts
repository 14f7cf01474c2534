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

/** An operator over windows: pure reducers, integers throughout. */
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

const MILLIWATT_MS_PER_WH = 3_600_000 * 1000;
const MILLIWATTS_PER_WATT = 1000;

const still = (share: Share): Share => share;

/** To the nearest integer; adding zero turns -0 into 0. */
const rounded = (value: number): number => Math.round(value) + 0;

/** Power in whole watts. */
export const wattsOf = (milliwatts: number): number => rounded(milliwatts / MILLIWATTS_PER_WATT);

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

/** Number of times the counted state was entered. */
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

/** The state that held at the end; of several devices, that of the latest change. */
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

/** Mean power in W: each device's time-weighted mean while it was observed, added up over the devices. */
const mean: WindowOperator = {
  add: holdSample,
  advance: hold,
  lose: (share, atMs) => ({ ...hold(share, atMs), freshUntilMs: Math.min(share.freshUntilMs, atMs) }),
  carry: carryHeld,
  close: (shares) => {
    const seen = shares.filter((share) => share.coveredMs > 0);
    if (seen.length === 0) return undefined;
    const milliwatts = seen.reduce((sum, share) => sum + share.total / share.coveredMs, 0);
    const coveredMs = shares.reduce((sum, share) => sum + share.coveredMs, 0) / shares.length;
    return { value: wattsOf(milliwatts), coveredMs };
  },
};

/** Energy in Wh over the observed part of the window, added up over the devices. */
const sum: WindowOperator = {
  ...mean,
  close: (shares) => {
    const coveredMs = shares.reduce((total, share) => total + share.coveredMs, 0) / Math.max(1, shares.length);
    if (coveredMs === 0) return undefined;
    const integral = shares.reduce((total, share) => total + share.total, 0);
    return { value: rounded(integral / MILLIWATT_MS_PER_WH), coveredMs };
  },
};

/** The operators that gather into windows. */
export const WINDOW_OPERATORS = { count, lastState, mean, sum } as const;

/** Every operator of the closed vocabulary that exists so far: `drop` lets nothing on, `keep` lets each event on as it is. */
export type OperatorName = 'drop' | 'keep' | keyof typeof WINDOW_OPERATORS;
