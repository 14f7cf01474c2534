import { describe, expect, test } from 'vitest';
import type { DialectResult } from '../../../../devices/dialects/dialect.ts';
import { type FixtureLine, fixtureFiles, HeardSource } from '../../../kit/dialect-fixtures.ts';

const files = fixtureFiles();

test('there are files', () => {
  expect(files.map(({ file }) => file)).toContain('zigbee2mqtt.jsonl');
});

describe.each(files)('$file', ({ dialect, lines }) => {
  const source = new HeardSource(dialect);
  test.each(lines.map((line, at) => ({ line, at: at + 1 })))('$at: $line.meaning', ({ line }) => {
    compare(source.hear(line), line.expect);
  });
});

/** Readings and drops are compared in full; things and the bridge only where the line speaks of them. */
function compare(result: DialectResult, wanted: FixtureLine['expect']): void {
  if ('refused' in result || wanted.refused !== undefined) {
    expect(result).toEqual({ refused: wanted.refused });
    return;
  }
  const readings = result.readings.map(({ thing, kind, value }) => `${thing} ${kind} ${value}`);
  expect(readings.sort()).toEqual([...(wanted.readings ?? [])].sort());
  expect(result.dropped).toEqual(wanted.dropped ?? {});
  if (wanted.things !== undefined) expect(result.things).toEqual(wanted.things);
  if (wanted.bridgeOnline !== undefined) expect(result.bridgeOnline).toBe(wanted.bridgeOnline);
}
