import type { Household, Sensor } from '../household.ts';
import type { TraceMessage } from '../message.ts';
import type { Fields, FieldValue } from '../things/thing.ts';
import { offsetText } from '../world/calendar.ts';

/** Zigbee2MQTT's `advanced.last_seen`: whether and how a message says when the thing was last heard. */
export type LastSeen = 'disable' | 'ISO_8601' | 'ISO_8601_local' | 'epoch';

/** What the household's Zigbee2MQTT is set to. */
export interface Zigbee2mqttSettings {
  readonly base: string;
  readonly lastSeen: LastSeen;
  readonly timeZone: string;
}

/** Zigbee2MQTT writes its JSON with the keys in alphabetical order at every depth; undefined values are left out. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) {
      return inner;
    }
    return Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

/** The messages with which Zigbee2MQTT starts, before the cached states: bridge, devices, groups, availability. */
export function startMessages(household: Household, settings: Zigbee2mqttSettings, atMs: number): TraceMessage[] {
  const retained = (topic: string, payload: unknown, qos: 0 | 1): TraceMessage => ({
    atMs,
    topic: `${settings.base}/${topic}`,
    payload: stableJson(payload),
    retain: true,
    qos,
  });
  return [
    retained('bridge/state', { state: 'online' }, 1),
    ...household.sensors.map(({ name }) => retained(`${name}/availability`, { state: 'online' }, 1)),
    retained('bridge/info', bridgeInfo(household), 0),
    retained('bridge/devices', [coordinator(household), ...household.sensors.map(deviceEntry)], 0),
    retained('bridge/groups', [], 0),
    retained('bridge/extensions', [], 0),
  ];
}

/** Whether Zigbee2MQTT is there: said when it connects and when it stops, and by the server when it vanishes. */
export function bridgeMessage(
  base: string,
  state: 'online' | 'offline',
): { topic: string; payload: string; retain: true; qos: 1 } {
  return { topic: `${base}/bridge/state`, payload: stableJson({ state }), retain: true, qos: 1 };
}

/** A thing's state as it is published: everything cached, the signal of this message, and when the thing was last heard. */
export function stateMessage(
  sensor: Sensor,
  cached: Fields,
  signal: { readonly atMs: number; readonly heardMs: number; readonly linkquality: number },
  settings: Zigbee2mqttSettings,
): TraceMessage {
  const payload: Record<string, FieldValue> = { ...cached, linkquality: signal.linkquality };
  if (settings.lastSeen !== 'disable') {
    payload.last_seen = lastSeenValue(signal.heardMs, settings);
  }
  return {
    atMs: signal.atMs,
    topic: `${settings.base}/${sensor.name}`,
    payload: stableJson(payload),
    retain: false,
    qos: 0,
  };
}

function lastSeenValue(heardMs: number, settings: Zigbee2mqttSettings): string | number {
  if (settings.lastSeen === 'epoch') {
    return heardMs;
  }
  if (settings.lastSeen === 'ISO_8601') {
    return new Date(heardMs).toISOString();
  }
  const { wallMs, offset } = offsetText(heardMs, settings.timeZone);
  return `${new Date(wallMs).toISOString().slice(0, 19)}${offset}`;
}

function coordinatorAddress(household: Household): string {
  return `0x00124b00${(household.seed >>> 0).toString(16).padStart(8, '0')}`;
}

function coordinator(household: Household): object {
  return {
    disabled: false,
    endpoints: { 1: { bindings: [], clusters: { input: [], output: [] }, configured_reportings: [], scenes: [] } },
    friendly_name: 'Coordinator',
    ieee_address: coordinatorAddress(household),
    interview_completed: true,
    interview_state: 'SUCCESSFUL',
    interviewing: false,
    network_address: 0,
    supported: true,
    type: 'Coordinator',
  };
}

function deviceEntry(sensor: Sensor): object {
  const { model, vendor, description, supportsOta, exposes, clusters, manufacturer, modelId, power } = sensor.product;
  return {
    definition: {
      description,
      exposes: [...exposes, LINKQUALITY],
      model,
      options: [],
      source: 'native',
      supports_ota: supportsOta,
      vendor,
    },
    disabled: false,
    endpoints: {
      1: {
        bindings: [],
        clusters: { input: clusters, output: ['genOta'] },
        configured_reportings: [],
        scenes: [],
      },
    },
    friendly_name: sensor.name,
    ieee_address: sensor.ieee,
    interview_completed: true,
    interview_state: 'SUCCESSFUL',
    interviewing: false,
    manufacturer,
    model_id: modelId,
    network_address: sensor.networkAddress,
    power_source: power,
    supported: true,
    type: power === 'Battery' ? 'EndDevice' : 'Router',
  };
}

/** Zigbee2MQTT adds this to what every device exposes. */
const LINKQUALITY = {
  access: 1,
  category: 'diagnostic',
  description: 'Link quality (signal strength)',
  label: 'Linkquality',
  name: 'linkquality',
  property: 'linkquality',
  type: 'numeric',
  unit: 'lqi',
  value_max: 255,
  value_min: 0,
};

function bridgeInfo(household: Household): object {
  return {
    commit: 'unknown',
    config: { advanced: { channel: 15, last_seen: 'disable' }, availability: { enabled: true } },
    coordinator: { ieee_address: coordinatorAddress(household), meta: {}, type: 'ZStack3x0' },
    log_level: 'info',
    network: { channel: 15, extended_pan_id: '0xdddddddddddddddd', pan_id: 6754 },
    permit_join: false,
    restart_required: false,
    version: '2.14.1',
  };
}
