import type { DevicePlan } from './speaker.ts';

/** One entity of a node: where it is announced, with what, where its state is said, and which of its device's values that is. */
export interface Entity {
  readonly configTopic: string;
  readonly config: object;
  readonly stateTopic: string;
  readonly value: 'on' | 'locked' | 'relay' | 'power' | 'energy';
}

interface Described {
  readonly component: 'binary_sensor' | 'sensor' | 'switch' | 'lock';
  readonly value: Entity['value'];
  readonly suffix: string;
  readonly keys: Readonly<Record<string, unknown>>;
}

const POWER: Described = {
  component: 'sensor',
  value: 'power',
  suffix: '_power',
  keys: { dev_cla: 'power', unit_of_meas: 'W', stat_cla: 'measurement' },
};
const ENERGY: Described = {
  component: 'sensor',
  value: 'energy',
  suffix: '_energy',
  keys: { dev_cla: 'energy', unit_of_meas: 'kWh', stat_cla: 'total_increasing' },
};

/** What each kind of device is in ESPHome; the keys are Home Assistant's abbreviations. */
const ENTITIES: Record<Exclude<DevicePlan['kind'], 'camera'>, readonly Described[]> = {
  contact: [{ component: 'binary_sensor', value: 'on', suffix: '', keys: { dev_cla: 'door' } }],
  motion: [{ component: 'binary_sensor', value: 'on', suffix: '', keys: { dev_cla: 'motion' } }],
  lock: [{ component: 'lock', value: 'locked', suffix: '', keys: {} }],
  plug: [{ component: 'switch', value: 'relay', suffix: '', keys: {} }, POWER, ENERGY],
  meter: [POWER, ENERGY],
};

/** The entities of a device at a node, with what ESPHome announces of them. */
export function entitiesOf(device: DevicePlan, node: string, mac: string): Entity[] {
  return device.kind === 'camera'
    ? []
    : ENTITIES[device.kind].map((described) => entityOf(described, device, node, mac));
}

function entityOf(
  { component, value, suffix, keys }: Described,
  device: DevicePlan,
  node: string,
  mac: string,
): Entity {
  const id = `${device.name}${suffix}`;
  const isWindow = component === 'binary_sensor' && device.kind === 'contact' && /window/.test(device.watches);
  const stateTopic = `${node}/${component}/${id}/state`;
  const commanded = component === 'switch' || component === 'lock';
  return {
    value,
    stateTopic,
    configTopic: `homeassistant/${component}/${node}/${id}/config`,
    config: {
      ...keys,
      ...(isWindow ? { dev_cla: 'window' } : {}),
      name: id,
      stat_t: stateTopic,
      ...(commanded ? { cmd_t: `${node}/${component}/${id}/command` } : {}),
      avty_t: `${node}/status`,
      uniq_id: `ESP${component}${id}`,
      dev: {
        ids: mac,
        name: node,
        sw: '2024.10.2 (Oct 21 2024, 10:00:00)',
        mdl: 'esp32dev',
        mf: 'Espressif',
        cns: [['mac', mac]],
      },
    },
  };
}
