import { type Expose, type ProductKind, type PublishedExpose, publishedBy } from './product.ts';

/** Parts that act on the house; nobody in the simulated one turns a light or a thermostat. */
const ACTORS: readonly string[] = ['light', 'cover', 'climate', 'fan'];

/** A second phase or a second circuit of a meter; the simulated house has one of each. */
const SECOND_CIRCUIT = /^(power|current|voltage|energy)_(phase_)?(b|2|l2)$/;

/** Models that expose what one of the kinds does and are something else, by their description. */
const OTHER_THINGS: readonly RegExp[] = [
  // They follow somebody about.
  /arrival sensor|\bfob\b/i,
  // A button that also sees movement, and an alarm's keypad.
  /keypad|awareness switch/i,
  // A bed or a tank has no door, and nobody walks through it.
  /\bpad\b|\bbed\b|water level|vibration (sensor|detector)$/i,
  // They heat or shade, or watch a stove; what they measure is beside that.
  /pilot wire|thermostat|stove guard|shutter|rotary/i,
  // Three circuits under names of their own.
  /(three|3).?phase/i,
];

/** The unit that each measurement of a plug or meter must have. */
const UNITS = { power: 'W', energy: 'kWh' } as const;

/** As what a model is played; undefined when it is no such thing, or more than the simulator can play without inventing. */
export function playedAs(description: string, exposes: readonly Expose[]): ProductKind | undefined {
  const published = publishedBy(exposes);
  if (
    exposes.some(({ type }) => ACTORS.includes(type)) ||
    published.some(({ property }) => SECOND_CIRCUIT.test(property)) ||
    OTHER_THINGS.some((each) => each.test(description))
  ) {
    return undefined;
  }
  const [kind, ...more] = kindsOf(exposes, published);
  return more.length === 0 ? kind : undefined;
}

function kindsOf(exposes: readonly Expose[], published: readonly PublishedExpose[]): ProductKind[] {
  const find = (property: string): PublishedExpose | undefined => published.find((each) => each.property === property);
  const isFlag = (property: string): boolean => typeof find(property)?.value_on === 'boolean';
  const switches = exposes.filter(({ type }) => type === 'switch');
  const measures = Object.entries(UNITS).every(([property, unit]) => find(property)?.unit === unit);
  const kinds: ProductKind[] = [];
  if (isFlag('contact') && switches.length === 0) {
    kinds.push('contact');
  }
  if ((isFlag('occupancy') || isFlag('presence')) && switches.length === 0) {
    kinds.push('motion');
  }
  if (find('lock_state') !== undefined && exposes.some(({ type }) => type === 'lock')) {
    kinds.push('lock');
  }
  if (measures && switches.length <= 1) {
    const isPlug = publishedBy(switches).some(({ property }) => property === 'state');
    kinds.push(...(isPlug ? (['plug'] as const) : switches.length === 0 ? (['meter'] as const) : []));
  }
  return kinds;
}
