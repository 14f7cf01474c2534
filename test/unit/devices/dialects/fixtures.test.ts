import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DialectResult, ThingClaim } from '../../../../devices/dialects/dialect.ts';
import { DIALECTS, type Dialect } from '../../../../devices/dialects/dialects.ts';
import { announced } from '../../../../gateway/intake/announcement.ts';
import { DeviceTable } from '../../../../gateway/intake/device-table.ts';

const FOLDER = new URL('../../../fixtures/dialects/', import.meta.url);
const SOURCE = 'fixture';

/** The dialect of a file that is not named after it. */
const DIALECT_OF: Readonly<Record<string, string>> = {
  'homeassistant-discovery': 'homeassistant',
  esphome: 'homeassistant',
  'shelly-gen1': 'shelly1',
  'shelly-gen2': 'shelly',
};

interface Line {
  readonly base?: string;
  readonly topic: string;
  readonly payload: string;
  readonly retained?: boolean;
  readonly meaning: string;
  readonly expect: {
    readonly readings?: readonly string[];
    readonly dropped?: Readonly<Record<string, number>>;
    readonly refused?: string;
    readonly things?: readonly Readonly<Record<string, unknown>>[];
    readonly bridgeOnline?: boolean;
  };
}

const dialects: ReadonlyMap<string, Dialect> = new Map(Object.entries(DIALECTS));
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl'));

test('there are files', () => {
  expect(files).toContain('zigbee2mqtt.jsonl');
});

describe.each(files)('%s', (file) => {
  const name = file.slice(0, -'.jsonl'.length);
  const dialect = dialects.get(DIALECT_OF[name] ?? name);
  if (dialect === undefined) throw new Error(`${file} has no dialect`);
  const hear = source(dialect);
  test.each(linesOf(file).map((line, at) => ({ line, at: at + 1 })))('$at: $line.meaning', ({ line }) => {
    compare(hear(line), line.expect);
  });
});

function linesOf(file: string): Line[] {
  const lines = readFileSync(new URL(file, FOLDER), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

/** A source that remembers what its earlier lines announced, as the gateway does. */
function source({ decode, base }: Dialect): (line: Line) => DialectResult {
  const table = new DeviceTable([], 0);
  return (line) => {
    const { topic, retained = false } = line;
    const message = { topic, payload: Buffer.from(line.payload), retained, base: line.base ?? base };
    const result = decode(message, table.known(SOURCE));
    if (!('refused' in result) && result.things !== undefined) take(table, result.things);
    return result;
  };
}

function take(table: DeviceTable, things: readonly ThingClaim[]): void {
  const { devices, gone } = announced(table, SOURCE, things);
  for (const { id } of gone) table.remove(id);
  for (const device of devices) table.put(device);
}

/** Readings and drops are compared in full; things and the bridge only where the line speaks of them. */
function compare(result: DialectResult, wanted: Line['expect']): void {
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
