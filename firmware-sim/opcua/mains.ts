import { randomStream } from '../random.ts';

/** Between two of these instants voltage and frequency go in a straight line. */
const WANDER_MS = 30_000;

/** What the mains carry in the middle: a hundred volts and fifty hertz, as in the east of Japan. */
const MIDDLE = { voltageMv: 101_500, frequencyMillihertz: 50_000 } as const;

/** How far they wander from it, either way. */
const REACH = { voltageMv: 900, frequencyMillihertz: 40 } as const;

/** Milliohms of the wires to the house: what it draws takes voltage away. */
const WIRES_MILLIOHMS = 200;

/** The mains at an instant while the house draws so much: whole millivolts and millihertz, the same for the same seed. */
export function mainsAt(
  seed: number,
  atMs: number,
  powerMw: number,
): { readonly voltageMv: number; readonly frequencyMillihertz: number } {
  const sagMv = Math.round((powerMw / MIDDLE.voltageMv) * WIRES_MILLIOHMS);
  return {
    voltageMv: wandering(seed, atMs, 'voltageMv') - sagMv,
    frequencyMillihertz: wandering(seed, atMs, 'frequencyMillihertz'),
  };
}

function wandering(seed: number, atMs: number, what: keyof typeof REACH): number {
  const slot = Math.floor(atMs / WANDER_MS);
  const corner = (index: number): number => randomStream(seed, 'mains', what, index).around(MIDDLE[what], REACH[what]);
  const from = corner(slot);
  return Math.round(from + ((corner(slot + 1) - from) * (atMs - slot * WANDER_MS)) / WANDER_MS);
}
