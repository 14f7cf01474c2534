import { expect, test } from 'vitest';
import type { Message, Reading, ThingClaim } from '../../devices/dialects/dialect.ts';
import { DIALECTS, type DialectName } from '../../devices/dialects/dialects.ts';
import { LIMITS } from '../../devices/limits.ts';
import { isPlausible } from '../../devices/vocabulary.ts';
import { announced } from '../../gateway/intake/announcement.ts';
import { DeviceTable } from '../../gateway/intake/device-table.ts';
import { fixtureFiles } from '../kit/dialect-fixtures.ts';
import { seeded } from '../kit/seeded.ts';

const MESSAGES = Number(process.env.ENGAWA_HOSTILE_MESSAGES ?? 20_000);

/** Real messages of every dialect, to be spoiled: what is close to right goes deepest. */
const SEEDS = fixtureFiles().flatMap(({ lines }) => lines);

const HOSTILE = [
  ...[
    'null',
    'true',
    '-1',
    '0',
    '1e999',
    '-1e308',
    '"nan"',
    '"\\u0000"',
    '""',
    '[]',
    '{}',
    '[[[[]]]]',
    '9007199254740993',
  ],
  ...[
    '"__proto__"',
    '{"__proto__":{"x":1}}',
    '{"constructor":1}',
    `"${'x'.repeat(5_000)}"`,
    '{"toString":null}',
    '"+"',
    '"a/#"',
  ],
];

/** Spoils a text: a piece is cut out, doubled, moved, replaced by something hostile, or single characters change. */
function spoil(text: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1));
  const to = Math.min(text.length, at + Math.floor(random() * 20));
  const hostile = HOSTILE[Math.floor(random() * HOSTILE.length)] ?? '';
  const ways = [
    () => text.slice(0, at) + text.slice(to),
    () => text.slice(0, to) + text.slice(at),
    () => text.slice(0, at) + hostile + text.slice(to),
    () => text.replace(/-?\d+(\.\d+)?|"[^"]*"|true|false/g, (value) => (random() < 0.2 ? hostile : value)),
    () => text.slice(0, at) + String.fromCharCode(Math.floor(random() * 256)) + text.slice(at + 1),
    () => text,
  ];
  return ways[Math.floor(random() * ways.length)]?.() ?? text;
}

/** One message out of real ones: topic and payload spoiled, sometimes of another dialect. */
function hostile(base: string, random: () => number): Message {
  const pick = () => SEEDS[Math.floor(random() * SEEDS.length)] ?? { topic: `${base}/x`, payload: '{}' };
  const { topic, payload } = pick();
  const other = random() < 0.1 ? pick().payload : payload;
  return {
    topic: random() < 0.5 ? topic : spoil(topic, random),
    payload: Buffer.from(spoil(spoil(other, random), random), random() < 0.1 ? 'latin1' : 'utf8'),
    retained: random() < 0.5,
    base,
  };
}

/** What is wrong with a reading, if anything is. */
function faultOf({ thing, kind, value }: Reading): string | undefined {
  if (!isPlausible(kind, value)) return `${kind} ${value} is not plausible`;
  return thing.length === 0 || thing.length > LIMITS.thingNameCharacters
    ? `bad name ${JSON.stringify(thing)}`
    : undefined;
}

/** Takes in what was announced, as the hub does; a full table begins anew. */
function remember(table: DeviceTable, things: readonly ThingClaim[]): void {
  for (const device of announced(table, 's', things).devices) table.put(device);
  if (table.size > 300) for (const { id } of table.all()) table.remove(id);
}

test.each(Object.keys(DIALECTS) as DialectName[])(
  '%s: hostile messages end nothing, no value is invented, what is remembered stays bounded',
  (name) => {
    const { decode, base } = DIALECTS[name];
    const random = seeded(4_711);
    const table = new DeviceTable([], 0);
    for (let count = 0; count < MESSAGES; count += 1) {
      const result = decode(hostile(base, random), table.known('s'));
      if ('refused' in result) continue;
      expect(result.readings.flatMap((reading) => faultOf(reading) ?? [])).toEqual([]);
      if (!result.things) continue;
      expect(JSON.stringify(result.things).length).toBeLessThan(LIMITS.bridgeDevicesBytes);
      remember(table, result.things);
    }
  },
  600_000,
);
