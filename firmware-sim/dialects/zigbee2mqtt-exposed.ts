import { type Product, type PublishedExpose, publishedBy } from '../models/product.ts';
import type { Fields, FieldValue } from '../things/thing.ts';

/** A battery with so many percent left is low. */
const LOW_PERCENT = 10;

/** Lets through what a product exposes of what its thing says, as the product says it. */
export interface Exposed {
  /** Every property that it publishes, before anything was reported. */
  readonly unreported: Fields;
  /** What of these fields it publishes; empty when nothing of them is exposed. */
  of(fields: Fields): Fields;
}

type Fit = (value: FieldValue) => FieldValue | undefined;

/** What a product exposes; its things speak of batteries in millivolts and of everything else in volts. */
export function exposedBy({ exposes, kind }: Product): Exposed {
  // A press of a button is no state: it is said once and not remembered.
  const published = publishedBy(exposes).filter(({ property }) => property !== 'action');
  const saidVoltage = kind === 'contact' || kind === 'motion' ? 'mV' : 'V';
  const fits = new Map(published.map((each) => [each.property, fitOf(each, saidVoltage)]));
  const derived = Object.entries(DERIVED).filter(([property]) => fits.has(property));
  return {
    unreported: Object.fromEntries(published.map(({ property }) => [property, null])),
    of(fields) {
      const exposed: Record<string, FieldValue> = {};
      const take = (property: string, value: FieldValue | undefined): void => {
        const fitted = value === undefined ? undefined : value === null ? null : fits.get(property)?.(value);
        if (fitted !== undefined && fits.has(property)) {
          exposed[property] = fitted;
        }
      };
      for (const [property, derive] of derived) {
        take(property, derive(fields));
      }
      for (const [property, value] of Object.entries(fields)) {
        take(property, value);
      }
      return exposed;
    },
  };
}

/** What some products say beside or instead of what a thing says. */
const DERIVED: Readonly<Record<string, (fields: Fields) => FieldValue | undefined>> = {
  presence: ({ occupancy }) => occupancy,
  battery_low: ({ battery }) => (typeof battery === 'number' ? battery < LOW_PERCENT : undefined),
  action_source_name: (fields) => {
    const source = fields.last_unlock_source ?? fields.last_lock_source;
    return source === 'keypad' ? 'keypad' : source === 'unattributed' ? 'manual' : undefined;
  },
  action_user: (fields) => {
    const user = fields.last_unlock_user ?? fields.last_lock_user;
    return typeof user === 'string' ? Number(user) : undefined;
  },
};

/** Makes a value one that this property can have; undefined when it has none for it. */
function fitOf(expose: PublishedExpose, saidVoltage: 'mV' | 'V'): Fit {
  const { type, values = [], value_on: on, value_off: off } = expose;
  if (type === 'numeric') {
    return numberFit(expose, saidVoltage);
  }
  const words: readonly unknown[] = type === 'binary' ? [on, off] : values;
  return (value) => ((type === 'text' ? typeof value === 'string' : words.includes(value)) ? value : undefined);
}

function numberFit(
  { property, unit, value_min: least, value_max: most }: PublishedExpose,
  saidVoltage: 'mV' | 'V',
): Fit {
  const inUnit = unitOf(property, unit, saidVoltage);
  return (value) => {
    const number = typeof value === 'number' ? inUnit(value) : Number.NaN;
    const fits = number >= (least ?? Number.NEGATIVE_INFINITY) && number <= (most ?? Number.POSITIVE_INFINITY);
    return fits ? number : undefined;
  };
}

function unitOf(property: string, unit: string | undefined, saidVoltage: 'mV' | 'V'): (value: number) => number {
  const said = { voltage: saidVoltage, current: 'A' }[property] ?? unit;
  if (said !== unit && (unit === 'mV' || unit === 'mA')) {
    return (value) => Math.round(value * 1000);
  }
  // A battery's volts are told in tenths.
  return said === 'mV' && unit === 'V' ? (value) => Math.round(value / 100) / 10 : (value) => value;
}
