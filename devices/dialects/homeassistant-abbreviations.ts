import type { Fields } from './json.ts';

/** Short keys and the long ones they stand for, as far as the long ones are read. */
const ENTITY: Readonly<Record<string, string>> = {
  avty: 'availability',
  avty_mode: 'availability_mode',
  avty_t: 'availability_topic',
  avty_tpl: 'availability_template',
  cmd_t: 'command_topic',
  cmps: 'components',
  dev: 'device',
  dev_cla: 'device_class',
  e: 'encoding',
  ent_cat: 'entity_category',
  exp_aft: 'expire_after',
  o: 'origin',
  off_dly: 'off_delay',
  p: 'platform',
  pl_avail: 'payload_available',
  pl_not_avail: 'payload_not_available',
  pl_off: 'payload_off',
  pl_on: 'payload_on',
  stat_cla: 'state_class',
  stat_jam: 'state_jammed',
  stat_locked: 'state_locked',
  stat_locking: 'state_locking',
  stat_off: 'state_off',
  stat_on: 'state_on',
  stat_t: 'state_topic',
  stat_unlocked: 'state_unlocked',
  stat_unlocking: 'state_unlocking',
  t: 'topic',
  uniq_id: 'unique_id',
  unit_of_meas: 'unit_of_measurement',
  val_tpl: 'value_template',
};

/** The device's own keys; its serial number (`sn`) has no row, it is never read. */
const DEVICE: Readonly<Record<string, string>> = {
  cns: 'connections',
  ids: 'identifiers',
  mdl: 'model',
  mf: 'manufacturer',
};

/** The key that holds the base topic, and its sign in topics. */
const BASE = '~';

/** The long keys of an entity, an availability or a whole announcement, with `~` put in; an inner `~` goes before. */
export function expandEntity(fields: Fields, outerBase?: string): Fields {
  const base = baseOf(fields) ?? outerBase;
  return Object.fromEntries(
    Object.entries(lengthen(fields, ENTITY)).map(([key, value]) => [
      key,
      key.endsWith('topic') && typeof value === 'string' && base !== undefined ? withBase(value, base) : value,
    ]),
  );
}

/** The long keys of a device. */
export function expandDevice(fields: Fields): Fields {
  return lengthen(fields, DEVICE);
}

/** The base topic that an announcement gives for its `~`. */
export function baseOf(fields: Fields): string | undefined {
  const base = fields[BASE];
  return typeof base === 'string' ? base : undefined;
}

/** The sign counts at either end of a topic, nowhere between. */
function withBase(topic: string, base: string): string {
  const begun = topic.startsWith(BASE) ? base + topic.slice(1) : topic;
  return begun.endsWith(BASE) ? begun.slice(0, -1) + base : begun;
}

/** Where both keys stand the long one counts. */
function lengthen(fields: Fields, table: Readonly<Record<string, string>>): Fields {
  const long = Object.entries(fields).map(([key, value]): [string, unknown] => [
    (Object.hasOwn(table, key) ? table[key] : undefined) ?? key,
    value,
  ]);
  return { ...Object.fromEntries(long), ...fields };
}
