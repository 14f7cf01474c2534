import { describe, expect, it } from 'vitest';
import { stableJson } from '../../../../firmware-sim/dialects/zigbee2mqtt.ts';
import { household, trace } from '../../../../firmware-sim/simulate.ts';

interface Expose {
  type: string;
  property?: string;
  features?: Expose[];
  values?: unknown[];
  value_on?: unknown;
  value_off?: unknown;
  value_min?: number;
  value_max?: number;
  access?: number;
}

interface Device {
  type: string;
  friendly_name: string;
  definition?: { model: string; exposes: Expose[] };
}

const startMs = Date.UTC(2026, 10, 23, 1, 0);
const options = { seed: 2, startMs, endMs: startMs + 4 * 86_400_000, timeZone: 'Asia/Tokyo' };
const messages = [...trace(options)];
const find = (topic: string): (typeof messages)[number] | undefined =>
  messages.find((message) => message.topic === topic);
const devices = JSON.parse(find('zigbee2mqtt/bridge/devices')?.payload ?? '[]') as Device[];

/** Properties by name; a switch and a lock hold theirs as features, a composite is one property. */
function properties(exposes: readonly Expose[]): Map<string, Expose> {
  const flat = exposes.flatMap((expose) => (expose.property === undefined ? (expose.features ?? []) : [expose]));
  return new Map(flat.map((expose) => [expose.property ?? '', expose]));
}

function fits(expose: Expose, value: unknown): boolean {
  if (value === null) {
    return true;
  }
  switch (expose.type) {
    case 'binary':
      return value === expose.value_on || value === expose.value_off;
    case 'enum':
      return (expose.values ?? []).includes(value);
    case 'text':
      return typeof value === 'string';
    case 'numeric':
      return (
        typeof value === 'number' &&
        value >= (expose.value_min ?? Number.NEGATIVE_INFINITY) &&
        value <= (expose.value_max ?? Number.POSITIVE_INFINITY)
      );
    default:
      return false;
  }
}

describe('Zigbee2MQTT as the simulator speaks it', () => {
  it('starts with the bridge, availability, devices (all retained) and then every cached state (not retained)', () => {
    const names = household(2).sensors.map(({ name }) => name);
    const begun = messages.filter(({ atMs }) => atMs === startMs);
    expect(begun.map(({ topic }) => topic.replace('zigbee2mqtt/', ''))).toEqual([
      'bridge/state',
      ...names.map((name) => `${name}/availability`),
      'bridge/info',
      'bridge/devices',
      'bridge/groups',
      'bridge/extensions',
      ...names,
    ]);
    for (const { topic, retain } of messages) {
      expect(retain).toBe(topic.includes('/bridge/') || topic.endsWith('/availability'));
    }
    expect(find('zigbee2mqtt/bridge/state')).toMatchObject({ payload: '{"state":"online"}', qos: 1 });
    expect(find('zigbee2mqtt/front_door/availability')).toMatchObject({ payload: '{"state":"online"}', qos: 1 });
  });

  it('lists the coordinator and seven devices of four kinds', () => {
    expect(devices.map(({ type }) => type).filter((type) => type === 'Coordinator')).toHaveLength(1);
    expect(devices[0]).toMatchObject({ type: 'Coordinator', friendly_name: 'Coordinator' });
    expect(devices[0]?.definition).toBeUndefined();
    expect(devices.slice(1).map(({ definition }) => definition?.model)).toEqual([
      'MCCGQ11LM',
      'SNZB-04',
      'RTCGQ11LM',
      'SNZB-03',
      'TS011F_plug_1',
      'TS011F_plug_1',
      'easyCodeTouch_v1',
    ]);
  });

  it('publishes only properties that the device exposes, with values that its exposes allow, and all that it reads', () => {
    const known = new Map(
      devices.map(({ friendly_name, definition }) => [friendly_name, properties(definition?.exposes ?? [])]),
    );
    for (const { topic, payload } of messages) {
      const exposed = known.get(topic.replace('zigbee2mqtt/', ''));
      if (exposed === undefined) {
        JSON.parse(payload);
        continue;
      }
      const state = JSON.parse(payload) as Record<string, unknown>;
      for (const [property, value] of Object.entries(state)) {
        const expose = exposed.get(property);
        expect(expose !== undefined && fits(expose, value), `${topic} ${property} ${String(value)}`).toBe(true);
      }
      // Access 2 can only be set; a composite (the lock's code list) is not part of the state.
      const published = [...exposed].filter(
        ([, { access, type }]) => ((access ?? 0) & 1) === 1 && type !== 'composite',
      );
      expect(Object.keys(state).sort()).toEqual(published.map(([property]) => property).sort());
    }
  });

  it('repeats cached values: a battery report carries the contact, and repeats outnumber changes', () => {
    const contacts = messages
      .filter(({ topic }) => topic === 'zigbee2mqtt/front_door')
      .map(({ payload }) => (JSON.parse(payload) as { contact: boolean }).contact);
    const changed = contacts.filter((contact, index) => index > 0 && contact !== contacts[index - 1]);
    expect(changed.length).toBeGreaterThan(4);
    expect(contacts.length).toBeGreaterThan(changed.length * 2);
  });

  it('leaks the code and the slot of whoever came home, as this lock does', () => {
    const payloads = messages.filter(({ topic }) => topic.endsWith('/front_door_lock')).map(({ payload }) => payload);
    const { residents } = household(2);
    for (const { pin, slot } of residents) {
      expect(payloads.some((payload) => payload.includes(`"last_used_pin_code":"${pin}"`))).toBe(true);
      expect(payloads.some((payload) => payload.includes(`"last_unlock_user":"${slot}"`))).toBe(true);
    }
  });

  it('writes keys in alphabetical order and last_seen only when asked to', () => {
    expect(stableJson({ b: [{ d: 1, c: null }], a: undefined })).toBe('{"b":[{"c":null,"d":1}]}');
    const seen = (lastSeen: 'ISO_8601' | 'ISO_8601_local' | 'epoch'): unknown => {
      const [first] = [...trace({ ...options, endMs: startMs + 1, lastSeen })].slice(-1);
      return (JSON.parse(first?.payload ?? '{}') as { last_seen?: unknown }).last_seen;
    };
    expect(find('zigbee2mqtt/front_door')?.payload).not.toContain('last_seen');
    expect(seen('ISO_8601')).toMatch(/^2026-11-2\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(seen('ISO_8601_local')).toMatch(/^2026-11-2\dT\d\d:\d\d:\d\d\+09:00$/);
    expect(seen('epoch')).toBeTypeOf('number');
  });

  it('uses the base topic it is given', () => {
    const topics = [...trace({ ...options, endMs: startMs + 1, base: 'home/zigbee' })].map(({ topic }) => topic);
    expect(topics.every((topic) => topic.startsWith('home/zigbee/'))).toBe(true);
  });
});
