import { DIALECTS, type DialectName, isDialect } from '../dialects/dialects.ts';

/** A dialect spoken on the household's MQTT broker, and the source its things count for. */
export interface Spoken {
  readonly source: string;
  readonly dialect: DialectName;
  readonly base: string;
}

/** The name of the household's MQTT broker as a source; a dialect of its own after a colon, but Zigbee2MQTT, which was first. */
const SOURCE_URL_NAME = 'source-url';
const BASE = /^[^+#$\s/][^+#\s]{0,99}(?<!\/)$/;

/** The names of all dialects, for a sentence. */
export const DIALECT_LIST = Object.keys(DIALECTS).join(', ');

/** Reads `zigbee2mqtt,tasmota,frigate=cameras`: dialects with their base topic where it is not the usual one; undefined for anything else. */
export function readSpoken(text: string): readonly Spoken[] | undefined {
  const all: Spoken[] = [];
  for (const one of text.split(',')) {
    const [name = '', base, ...more] = one.trim().split('=');
    if (!isDialect(name) || more.length > 0 || all.some(({ dialect }) => dialect === name)) return undefined;
    if (base !== undefined && !BASE.test(base)) return undefined;
    all.push({ source: sourceOf(name), dialect: name, base: base ?? DIALECTS[name].base });
  }
  return all;
}

/** The dialect behind a source's name, when it is one of the household's MQTT broker. */
export function spokenBy(source: string): DialectName | undefined {
  const [broker, name = 'zigbee2mqtt', ...more] = source.split(':');
  return broker === SOURCE_URL_NAME && more.length === 0 && isDialect(name) ? name : undefined;
}

function sourceOf(dialect: DialectName): string {
  return dialect === 'zigbee2mqtt' ? SOURCE_URL_NAME : `${SOURCE_URL_NAME}:${dialect}`;
}
