import { LIMITS } from '../limits.ts';
import type { Account, Decode } from './dialect.ts';
import { decodePlain, plainSettings } from './plain.ts';
import { decodeZigbee2mqtt, zigbee2mqttPayloadBytes } from './zigbee2mqtt.ts';
import { zigbee2mqttSettings } from './zigbee2mqtt-settings.ts';

/** What a program needs to know to take in one dialect. */
export interface Dialect {
  readonly decode: Decode;
  /** The base topic where the household has not chosen another. */
  readonly base: string;
  /** MQTT topic filters of everything its devices say; a command topic among them is refused by `decode`. */
  readonly topics: (base: string) => readonly string[];
  /** The most bytes a payload under this topic may have. */
  readonly payloadBytes: (topic: string, base: string) => number;
  /** The lines to paste into that program's settings. */
  readonly settings: (account: Account) => string;
}

/** Every dialect Engawa reads, by the name used on the command line. */
export const DIALECTS = {
  zigbee2mqtt: {
    decode: decodeZigbee2mqtt,
    base: 'zigbee2mqtt',
    topics: (base) => [`${base}/#`],
    payloadBytes: zigbee2mqttPayloadBytes,
    settings: zigbee2mqttSettings,
  },
  plain: {
    decode: decodePlain,
    base: 'home',
    topics: (base) => [`${base}/#`],
    payloadBytes: () => LIMITS.labelCharacters,
    settings: plainSettings,
  },
} as const satisfies Record<string, Dialect>;

/** A dialect's name. */
export type DialectName = keyof typeof DIALECTS;

