/** What Zigbee2MQTT publishes, for the four kinds of sensor, in the shapes of its own documentation. */

/** One message of Zigbee2MQTT. */
export interface Said {
  readonly topic: string;
  readonly payload: string;
  readonly retain?: boolean;
}

/** A device as a household names it. */
export interface Thing {
  readonly name: string;
  readonly ieee: string;
  readonly kind: 'door' | 'motion' | 'plug' | 'lock';
}

const exposed = (property: string, type: string, more: object = {}): object => ({
  access: 1,
  label: property,
  name: property,
  property,
  type,
  ...more,
});

const MODELS = {
  door: {
    vendor: 'Aqara',
    model: 'MCCGQ11LM',
    exposes: [exposed('contact', 'binary', { value_off: true, value_on: false })],
  },
  motion: {
    vendor: 'Aqara',
    model: 'RTCGQ11LM',
    exposes: [exposed('occupancy', 'binary', { value_off: false, value_on: true })],
  },
  plug: {
    vendor: 'Tuya',
    model: 'TS011F_plug_1',
    exposes: [
      exposed('power', 'numeric', { unit: 'W' }),
      exposed('energy', 'numeric', { unit: 'kWh' }),
      exposed('voltage', 'numeric', { unit: 'V' }),
    ],
  },
  lock: {
    vendor: 'Onesti Products AS',
    model: 'easyCodeTouch_v1',
    exposes: [
      { type: 'lock', features: [exposed('state', 'binary', { value_off: 'UNLOCK', value_on: 'LOCK' })] },
      exposed('lock_state', 'enum', { values: ['not_fully_locked', 'locked', 'unlocked'] }),
      exposed('last_used_pin_code', 'text'),
    ],
  },
} as const;

/** The retained list of all devices. */
export function deviceList(things: readonly Thing[]): Said {
  const devices = things.map(({ name, ieee, kind }) => ({
    definition: { ...MODELS[kind], description: kind, options: [], supports_ota: false },
    disabled: false,
    friendly_name: name,
    ieee_address: ieee,
    interview_completed: true,
    supported: true,
    type: 'EndDevice',
  }));
  return { topic: 'zigbee2mqtt/bridge/devices', payload: JSON.stringify(devices), retain: true };
}

/** A door contact: Zigbee2MQTT says `contact: false` for an open door. */
export function door(name: string, open: boolean, more: object = {}): Said {
  return state(name, { battery: 97, contact: !open, device_temperature: 24, linkquality: 118, voltage: 2985, ...more });
}

/** A motion sensor. */
export function motion(name: string, moved: boolean, more: object = {}): Said {
  return state(name, { battery: 100, illuminance: 28, linkquality: 102, occupancy: moved, voltage: 3035, ...more });
}

/** A smart plug, drawing this many watts. */
export function plug(name: string, watts: number, more: object = {}): Said {
  return state(name, {
    current: 0.06,
    energy: 1.57,
    linkquality: 200,
    power: watts,
    state: 'ON',
    voltage: 231,
    ...more,
  });
}

/** A lock, with the PIN that real ones say in clear. */
export function lock(name: string, locked: boolean, pin = '4711', more: object = {}): Said {
  const word = locked ? 'locked' : 'unlocked';
  return state(name, {
    battery: 88,
    last_unlock_source: 'keypad',
    last_unlock_user: '3',
    last_used_pin_code: pin,
    linkquality: 86,
    lock_state: word,
    state: locked ? 'LOCK' : 'UNLOCK',
    ...more,
  });
}

function state(name: string, payload: object): Said {
  return { topic: `zigbee2mqtt/${name}`, payload: JSON.stringify(payload) };
}
