import { household } from '../household.ts';
import type { ProductKind } from '../models/product.ts';
import type { HomePlan } from '../world/home-plan.ts';
import { esphomeSpeaker } from './esphome.ts';
import { frigateSpeaker } from './frigate.ts';
import { shellySpeaker } from './shelly.ts';
import type { DevicePlan, Speaker, SpeakerSettings } from './speaker.ts';
import { tasmotaSpeaker } from './tasmota.ts';
import type { LastSeen } from './zigbee2mqtt.ts';
import { zigbee2mqttSpeaker } from './zigbee2mqtt-speaker.ts';

/** The firmwares that the simulator speaks as, and which kinds of devices each has. */
export const SPOKEN = {
  zigbee2mqtt: ['contact', 'motion', 'plug', 'meter', 'lock'],
  tasmota: ['contact', 'motion', 'plug'],
  shelly: ['contact', 'motion', 'plug', 'meter'],
  esphome: ['contact', 'motion', 'plug', 'meter', 'lock'],
  frigate: ['camera'],
} as const satisfies Record<string, readonly DevicePlan['kind'][]>;

/** One of the firmwares. */
export type Dialect = keyof typeof SPOKEN;

/** A device of a home, and the firmware it runs. */
export interface HomeDevice extends DevicePlan {
  readonly dialect: Dialect;
  /** Its model, for a Zigbee device; default the commonest of its kind. */
  readonly model?: string;
  /** The ESPHome node it belongs to; default `esphome`. */
  readonly node?: string;
}

/** The commonest Zigbee device of each kind. */
const COMMONEST: Record<ProductKind, string> = {
  contact: 'MCCGQ11LM',
  motion: 'SNZB-03',
  plug: 'TS011F_plug_1',
  meter: 'EMIZB-141',
  lock: 'easyCodeTouch_v1',
};

/** How a home's clients are set up. */
export interface ClientSettings extends SpeakerSettings {
  /** Zigbee2MQTT's base topic. */
  readonly base: string;
  /** The home they are in; default the demonstration's. */
  readonly home?: HomePlan | undefined;
  /** Zigbee2MQTT's `last_seen` setting. */
  readonly lastSeen: LastSeen;
}

/**
 * The MQTT clients of a home: one Zigbee2MQTT for all its Zigbee devices, one Frigate for all its cameras, an ESPHome node for
 * each name, and each other device for itself. Throws RangeError for a kind that a firmware does not have, and for a model that is not played.
 */
export function clientsOf(devices: readonly HomeDevice[], settings: ClientSettings): Speaker[] {
  const of = (dialect: Dialect): HomeDevice[] => devices.filter((device) => device.dialect === dialect);
  const zigbee = of('zigbee2mqtt').flatMap((device) =>
    device.kind === 'camera' ? [] : [{ ...device, model: device.model ?? COMMONEST[device.kind] }],
  );
  const nodes = Map.groupBy(of('esphome'), ({ node = 'esphome' }) => node);
  const cameras = of('frigate');
  return [
    ...(zigbee.length === 0
      ? []
      : [zigbee2mqttSpeaker(household(settings.seed, zigbee, settings.home), settings, settings.startMs)]),
    ...of('tasmota').map((device) => tasmotaSpeaker(device, settings)),
    ...of('shelly').map((device) => shellySpeaker(device, settings)),
    ...[...nodes].map(([node, entities]) => esphomeSpeaker(node, entities, settings)),
    ...(cameras.length === 0 ? [] : [frigateSpeaker(cameras, settings)]),
  ];
}
