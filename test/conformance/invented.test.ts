import { expect, test } from 'vitest';
import type { DialectResult } from '../../devices/dialects/dialect.ts';
import { DIALECTS, type DialectName } from '../../devices/dialects/dialects.ts';
import { type FixtureLine, fixtureFiles, HeardSource } from '../kit/dialect-fixtures.ts';
import { seeded } from '../kit/seeded.ts';

const MESSAGES = Number(process.env.ENGAWA_HOSTILE_MESSAGES ?? 20_000);
const DROP = Symbol('drop');

/** What no device means by anything: at any place of a message it must read as nothing. */
const JUNK: readonly unknown[] = [
  ...[null, '', 'maybe', 'unknown', 'NaN', 'Infinity', '0x1F', '1,5', '١', 'ON OFF', '\u0000', '--1', '1e999'],
  ...[{}, [], [[]], { value: {} }, { toString: null }, 'x'.repeat(300), -1e300, 1e300, DROP],
];

type Random = () => number;

const pick = <Item>(items: readonly Item[], random: Random): Item | undefined =>
  items[Math.floor(random() * items.length)];

/** The same value with some of its leaves, or a whole branch, turned into junk. */
function spoil(value: unknown, random: Random): unknown {
  if (random() < 0.15) return pick(JUNK, random);
  // In a list the place is the meaning: what is missing there leaves a hole.
  if (Array.isArray(value))
    return value.map((each) => spoil(each, random)).map((each) => (each === DROP ? null : each));
  if (typeof value !== 'object' || value === null) return random() < 0.3 ? pick(JUNK, random) : value;
  const entries = Object.entries(value).map(([key, each]) => [key, spoil(each, random)] as const);
  return Object.fromEntries(entries.filter(([, each]) => each !== DROP));
}

function spoilPayload(payload: string, random: Random): string {
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch {
    json = payload;
  }
  const spoilt = spoil(json, random);
  if (spoilt === DROP) return '';
  return typeof spoilt === 'string' && typeof json !== 'object' ? spoilt : JSON.stringify(spoilt);
}

const said = (result: DialectResult): string[] =>
  'refused' in result ? [] : result.readings.map(({ thing, kind, value }) => `${thing} ${kind} ${value}`);

const FILES = fixtureFiles();

test.each(Object.keys(DIALECTS) as DialectName[])(
  '%s: a message with junk in it says nothing that the message without junk does not say',
  (name) => {
    const source = new HeardSource(name);
    const lines: FixtureLine[] = FILES.filter(({ dialect }) => dialect === name).flatMap((file) => file.lines);
    for (const line of lines) source.hear(line);
    // An announcement is another question: what it says is what later messages mean.
    const telling = lines.map((line) => ({ line, truth: new Set(said(source.read(line))) }));
    const random = seeded(815);
    let heard = 0;
    for (let count = 0; count < MESSAGES && telling.length > 0; count += 1) {
      const one = pick(telling, random);
      if (!one) continue;
      const spoilt = { ...one.line, payload: spoilPayload(one.line.payload, random) };
      const found = said(source.read(spoilt));
      heard += found.length;
      const invented = found.filter((reading) => !one.truth.has(reading));
      if (invented.length > 0) expect({ ...spoilt, truth: [...one.truth], invented }).toEqual({});
    }
    // Where nothing at all is read any more, nothing would have been shown.
    if (telling.some(({ truth }) => truth.size > 0)) expect(heard).toBeGreaterThan(0);
  },
  600_000,
);
