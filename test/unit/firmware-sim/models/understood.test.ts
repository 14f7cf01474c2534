import { describe, expect, it } from 'vitest';
import type { TraceMessage } from '../../../../firmware-sim/message.ts';
import { type Product, type PublishedExpose, publishedBy } from '../../../../firmware-sim/models/product.ts';
import { allProducts } from '../../../../firmware-sim/models/products.ts';
import { readScenario } from '../../../../firmware-sim/scenario/read.ts';
import { speakersOf, tell } from '../../../../firmware-sim/trace.ts';
import { dayStartMs } from '../../../../firmware-sim/world/calendar.ts';
import type { DayWorld } from '../../../../firmware-sim/world/house.ts';
import { HeardSource } from '../../../kit/dialect-fixtures.ts';

const TIME_ZONE = 'Asia/Tokyo';
const DAY = 20_780;
const WATCHES = { contact: 'front_door', lock: 'front_door', motion: 'living', plug: 'refrigerator', meter: 'kettle' };
const HOME_SIZE = 60;
const products = allProducts();

/** Plays a day of a home that has these products, each under its place in the list, from a scenario's text. */
function played(home: readonly Product[]): { messages: TraceMessage[]; world: DayWorld[] } {
  const lines = home.map(({ kind, model }, index) => {
    const named = `name: thing-${index}, kind: ${kind}, watches: ${WATCHES[kind]}, dialect: zigbee2mqtt`;
    return `  - { ${named}, model: ${/^[\w-]+$/.test(model) ? model : JSON.stringify(model)} }`;
  });
  const read = readScenario(`seed: 9\ndevices:\n${lines.join('\n')}\n`);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const startMs = dayStartMs(DAY, TIME_ZONE);
  const { seed = 1, devices } = read.scenario;
  const options = { seed, devices, startMs, endMs: dayStartMs(DAY + 1, TIME_ZONE), timeZone: TIME_ZONE };
  const world: DayWorld[] = [];
  const messages = [...tell({ ...options, speakers: speakersOf(options), onDay: (day) => void world.push(day) })];
  return { messages, world };
}

/** Whether a property may have this value, by the library's own description. */
function fits({ type, values, ...expose }: PublishedExpose, value: unknown): boolean {
  if (value === null) return true;
  if (type === 'binary') return value === expose.value_on || value === expose.value_off;
  if (type === 'enum') return (values ?? []).some((each) => each === value);
  if (type === 'text') return typeof value === 'string';
  const { value_min: least = Number.NEGATIVE_INFINITY, value_max: most = Number.POSITIVE_INFINITY } = expose;
  return type === 'numeric' && typeof value === 'number' && value >= least && value <= most;
}

const homes = Array.from({ length: Math.ceil(products.length / HOME_SIZE) }, (_, home) =>
  products.slice(home * HOME_SIZE, (home + 1) * HOME_SIZE),
);

/** What the hub must read of a day of each kind. */
const EXPECTED: Record<Product['kind'], (values: (kind: string) => number[], world: DayWorld) => void> = {
  contact(values, world) {
    const states = values('contact.state');
    const opened = states.filter((state, index) => state === 1 && states[index - 1] !== 1);
    expect(opened.length).toBe(world.openings.front_door?.length);
    expect(opened.length).toBeGreaterThan(0);
  },
  motion: (values) => expect(new Set(values('occupancy.state'))).toEqual(new Set([0, 1])),
  lock: (values) => expect(new Set(values('lock.state'))).toEqual(new Set([1, 2])),
  plug(values) {
    expect(Math.max(...values('power.active'))).toBeGreaterThan(30_000);
    expect(new Set(values('switch.state'))).toEqual(new Set([1]));
    expectRising(values('energy.import'));
  },
  meter(values) {
    expect(Math.max(...values('power.active'))).toBeGreaterThan(1_000_000);
    expect(values('switch.state')).toEqual([]);
    expectRising(values('energy.import'));
  },
};

function expectRising(counter: readonly number[]): void {
  expect(counter.every((value, index) => value >= (counter[index - 1] ?? 0))).toBe(true);
  expect(counter.at(-1)).toBeGreaterThan(counter[0] ?? 0);
}

describe('a day of every model that is played', () => {
  it('covers the whole table', () => {
    const count = Object.groupBy(products, ({ kind }) => kind);
    expect(Object.fromEntries(Object.entries(count).map(([kind, of]) => [kind, of.length]))).toEqual({
      contact: 119,
      motion: 218,
      plug: 167,
      meter: 19,
      lock: 50,
    });
  });

  it.each(homes.map((home) => [home[0]?.model, home.at(-1)?.model, home] as const))(
    'from %s to %s: the hub understands it, and nothing is said that the model does not expose',
    (_first, _last, home) => {
      const { messages, world } = played(home);
      const [day] = world;
      if (day === undefined) throw new Error('no day');
      const source = new HeardSource('zigbee2mqtt');
      const readings = home.map(() => [] as { kind: string; value: number }[]);
      const exposed = home.map(({ exposes }) => new Map(publishedBy(exposes).map((each) => [each.property, each])));
      for (const { topic, payload, retain } of messages) {
        const result = source.hear({ topic, payload, retained: retain, meaning: '', expect: {} });
        if ('refused' in result) {
          expect(topic).toMatch(/^zigbee2mqtt\/bridge\/(info|groups|extensions)$/);
          continue;
        }
        expect(result.dropped.malformed ?? 0, `${topic} ${payload}`).toBe(0);
        expect(result.dropped.outOfRange ?? 0, `${topic} ${payload}`).toBe(0);
        const [, place] = /^zigbee2mqtt\/thing-(\d+)$/.exec(topic) ?? [];
        if (place !== undefined) {
          readings[Number(place)]?.push(...result.readings);
          expect(strangers(payload, exposed[Number(place)]), `${home[Number(place)]?.model} ${payload}`).toEqual([]);
        }
      }
      for (const [index, { model, kind }] of home.entries()) {
        const values = (of: string) =>
          (readings[index] ?? []).filter((each) => each.kind === of).map((each) => each.value);
        try {
          EXPECTED[kind](values, day);
        } catch (error) {
          throw new Error(`${model}, a ${kind}`, { cause: error });
        }
      }
    },
  );
});

/** The properties of a message that its model does not expose, or not with that value. */
function strangers(payload: string, exposed: ReadonlyMap<string, PublishedExpose> | undefined): string[] {
  return Object.entries(JSON.parse(payload) as Record<string, unknown>)
    .filter(([property, value]) => {
      const expose = exposed?.get(property);
      return property !== 'linkquality' && (expose === undefined || !fits(expose, value));
    })
    .map(([property]) => property);
}
