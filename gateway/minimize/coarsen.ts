/** What a closed window, or an event, comes to before it leaves: a value in the quantity's unit, and how much of it was observed, in thousandths. */
export interface Said {
  readonly value: number;
  readonly observedPermille: number;
}

/** A step of a profile after what was gathered: an operator on one value. Plain data, so that a profile can be read as a table. */
export type Step =
  | { readonly operator: 'round'; readonly toMultiplesOf: number }
  | { readonly operator: 'band'; readonly bands: readonly number[] }
  | { readonly operator: 'suppress'; readonly what: keyof Said; readonly below: number };

/**
 * `round`, to the nearest multiple of `step` (halves upwards). Keeps: the result is a multiple of `step`, it differs from the
 * value by at most half of `step`, and a larger value never gives a smaller result. Never -0.
 */
export function round(value: number, step: number): number {
  return Math.round(value / step) * step + 0;
}

/**
 * `band`, to the edge of the value's band that is nearer to zero; `bands` are those edges from 0 upwards, and the same below
 * zero with the sign changed. Keeps: the result is one of these edges, it is the same for all values of a band, and a larger
 * value never gives a smaller result. Never -0.
 */
export function band(value: number, bands: readonly number[]): number {
  const edge = bands.findLast((each) => each <= Math.abs(value)) ?? 0;
  return edge * Math.sign(value) + 0;
}

/**
 * `suppress`: what is said, or undefined when the value (or the share that was observed) is below the threshold. Keeps: what is
 * left is as it was; of what is not, nothing is left that could leave, not even that there was something.
 */
export function suppress(said: Said, what: keyof Said, below: number): Said | undefined {
  return said[what] < below ? undefined : said;
}

/** Takes what is said through the steps of a profile, in their order; undefined once one of them suppressed it. */
export function coarsen(said: Said, steps: readonly Step[]): Said | undefined {
  return steps.reduce<Said | undefined>((left, step) => left && apply(left, step), said);
}

function apply(said: Said, step: Step): Said | undefined {
  if (step.operator === 'round') return { ...said, value: round(said.value, step.toMultiplesOf) };
  if (step.operator === 'band') return { ...said, value: band(said.value, step.bands) };
  return suppress(said, step.what, step.below);
}
