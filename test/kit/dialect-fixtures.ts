import { readdirSync, readFileSync } from 'node:fs';
import type { DialectResult, ThingClaim } from '../../devices/dialects/dialect.ts';
import { DIALECTS, type DialectName, isDialect } from '../../devices/dialects/dialects.ts';
import { announced } from '../../gateway/intake/announcement.ts';
import { DeviceTable } from '../../gateway/intake/device-table.ts';

const FOLDER = new URL('../fixtures/dialects/', import.meta.url);
const SOURCE = 'fixture';

/** The dialect of a file that is not named after it. */
const DIALECT_OF: Readonly<Record<string, DialectName>> = {
  'homeassistant-discovery': 'homeassistant',
  esphome: 'homeassistant',
  'shelly-gen1': 'shelly1',
  'shelly-gen2': 'shelly',
};

/** One message as a real device sent it, and what it means. */
export interface FixtureLine {
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

/** One file of messages, in the order they are heard. */
export interface FixtureFile {
  readonly file: string;
  readonly dialect: DialectName;
  readonly lines: readonly FixtureLine[];
}

/** Every file of the folder; throws for one that belongs to no dialect. */
export function fixtureFiles(): FixtureFile[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl'));
  return files.map((file) => {
    const name = file.slice(0, -'.jsonl'.length);
    const dialect = DIALECT_OF[name] ?? name;
    if (!isDialect(dialect)) throw new Error(`${file} has no dialect`);
    return { file, dialect, lines: linesOf(file) };
  });
}

function linesOf(file: string): FixtureLine[] {
  const lines = readFileSync(new URL(file, FOLDER), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

/** A source that remembers what its earlier messages announced, as the gateway does. */
export class HeardSource {
  readonly #dialect: DialectName;
  readonly #table = new DeviceTable([], 0);

  constructor(dialect: DialectName) {
    this.#dialect = dialect;
  }

  /** Reads a message without remembering anything of it. */
  read(line: Pick<FixtureLine, 'topic' | 'payload' | 'retained' | 'base'>): DialectResult {
    const { decode, base } = DIALECTS[this.#dialect];
    const { topic, payload, retained = false } = line;
    const message = { topic, payload: Buffer.from(payload), retained, base: line.base ?? base };
    return decode(message, this.#table.known(SOURCE));
  }

  /** Reads a message and remembers what it announced. */
  hear(line: FixtureLine): DialectResult {
    const result = this.read(line);
    if (!('refused' in result) && result.things !== undefined) this.#take(result.things);
    return result;
  }

  #take(things: readonly ThingClaim[]): void {
    const { devices, gone } = announced(this.#table, SOURCE, things);
    for (const { id } of gone) this.#table.remove(id);
    for (const device of devices) this.#table.put(device);
  }
}
