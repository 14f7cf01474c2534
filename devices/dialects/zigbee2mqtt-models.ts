import type { Category } from '../../proto/lists.ts';
import type { Kind } from '../vocabulary.ts';
import type { Traits } from './dialect.ts';

/** What is true of one model and cannot be read from its description. */
export interface ModelRow {
  readonly categories?: Readonly<Partial<Record<Kind, Category>>>;
  readonly contact?: NonNullable<Traits['contact']>;
}

/** Reads the home's own electricity meter, so its power and energy are the whole home's. */
const WHOLE_HOME: ModelRow = {
  categories: {
    'power.active': 'power.total',
    'energy.import': 'power.total',
    voltage: 'power.total',
    current: 'power.total',
  },
};

/** A float switch in a tank: it has a contact, but no door. */
const WATER_LEVEL: ModelRow = { categories: { 'contact.state': 'device.health' }, contact: 'onIsClosed' };

/**
 * Models by the name Zigbee2MQTT gives them, in lower case. A clamp around a cable is not here: it may hold the
 * whole home or one circuit. Nor is TERNCY-DC01: it names `contact` true "on" where all others name false so, and
 * since true is closed for every model it needs no exception.
 */
export const MODELS: ReadonlyMap<string, ModelRow> = new Map([
  ['emizb-132', WHOLE_HOME],
  ['emizb-141', WHOLE_HOME],
  ['emizb-151', WHOLE_HOME],
  ['hse2905e', WHOLE_HOME],
  ['zlinky_tic', WHOLE_HOME],
  ['electricity meter tlsr8258', WHOLE_HOME],
  ['mercury_counter', WHOLE_HOME],
  ['pok003', WATER_LEVEL],
  ['pok010', WATER_LEVEL],
]);
