import { LIMITS } from '../limits.ts';
import type { Account, Decode } from './dialect.ts';
import { decodeEchonetlite2mqtt, echonetlite2mqttPayloadBytes } from './echonetlite2mqtt.ts';
import { echonetlite2mqttSettings } from './echonetlite2mqtt-settings.ts';
import { decodeFrigate, frigatePayloadBytes, frigateTopics } from './frigate.ts';
import { frigateSettings } from './frigate-settings.ts';
import { decodeHomeassistant, homeassistantPayloadBytes, homeassistantTopics } from './homeassistant.ts';
import { homeassistantSettings } from './homeassistant-settings.ts';
import { decodeHomie, homiePayloadBytes, homieTopics } from './homie.ts';
import { homieSettings } from './homie-settings.ts';
import { decodePlain, plainSettings } from './plain.ts';
import { decodeShelly, shellyPayloadBytes } from './shelly.ts';
import { shellySettings } from './shelly-settings.ts';
import { decodeShelly1, shelly1PayloadBytes } from './shelly1.ts';
import { shelly1Settings } from './shelly1-settings.ts';
import { decodeStatestream, statestreamPayloadBytes } from './statestream.ts';
import { statestreamSettings } from './statestream-settings.ts';
import { decodeTasmota, tasmotaPayloadBytes, tasmotaTopics } from './tasmota.ts';
import { tasmotaSettings } from './tasmota-settings.ts';
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

const below = (base: string): readonly string[] => [`${base}/#`];

/** Every dialect Engawa reads, by the name used on the command line. */
export const DIALECTS = {
  zigbee2mqtt: {
    decode: decodeZigbee2mqtt,
    base: 'zigbee2mqtt',
    topics: below,
    payloadBytes: zigbee2mqttPayloadBytes,
    settings: zigbee2mqttSettings,
  },
  homeassistant: {
    decode: decodeHomeassistant,
    base: 'engawa',
    topics: homeassistantTopics,
    payloadBytes: homeassistantPayloadBytes,
    settings: homeassistantSettings,
  },
  statestream: {
    decode: decodeStatestream,
    base: 'statestream',
    topics: below,
    payloadBytes: statestreamPayloadBytes,
    settings: statestreamSettings,
  },
  tasmota: {
    decode: decodeTasmota,
    base: 'tasmota',
    topics: tasmotaTopics,
    payloadBytes: tasmotaPayloadBytes,
    settings: tasmotaSettings,
  },
  shelly: {
    decode: decodeShelly,
    base: 'shelly',
    // A prefix that nobody changed is the device's own name, on one level.
    topics: (base) => [...below(base), '+/events/rpc', '+/status/#', '+/online'],
    payloadBytes: shellyPayloadBytes,
    settings: shellySettings,
  },
  shelly1: {
    decode: decodeShelly1,
    base: 'shellies',
    topics: below,
    payloadBytes: shelly1PayloadBytes,
    settings: shelly1Settings,
  },
  frigate: {
    decode: decodeFrigate,
    base: 'frigate',
    topics: frigateTopics,
    payloadBytes: frigatePayloadBytes,
    settings: frigateSettings,
  },
  echonetlite2mqtt: {
    decode: decodeEchonetlite2mqtt,
    base: 'echonetlite2mqtt/elapi/v2/devices',
    topics: below,
    payloadBytes: echonetlite2mqttPayloadBytes,
    settings: echonetlite2mqttSettings,
  },
  homie: {
    decode: decodeHomie,
    base: 'homie',
    topics: homieTopics,
    payloadBytes: homiePayloadBytes,
    settings: homieSettings,
  },
  plain: {
    decode: decodePlain,
    base: 'home',
    topics: below,
    payloadBytes: () => LIMITS.labelCharacters,
    settings: plainSettings,
  },
} as const satisfies Record<string, Dialect>;

/** A dialect's name. */
export type DialectName = keyof typeof DIALECTS;

/** Whether a word is a dialect's name. */
export function isDialect(name: string): name is DialectName {
  return Object.hasOwn(DIALECTS, name);
}
