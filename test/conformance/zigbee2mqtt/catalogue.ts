import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { NOTHING_KNOWN, type ThingClaim } from '../../../devices/dialects/dialect.ts';
import { decodeZigbee2mqtt } from '../../../devices/dialects/zigbee2mqtt.ts';

/** One entry of a model's description, as far as the test looks at it. */
interface Expose {
  readonly type: string;
  readonly property?: string;
  readonly endpoint?: string;
  readonly access?: number;
  readonly features?: readonly Expose[];
  readonly values?: readonly (string | number)[];
  readonly value_on?: unknown;
  readonly value_off?: unknown;
}

export interface Model {
  readonly vendor: string;
  readonly model: string;
  readonly exposes: readonly Expose[];
}

interface Definition {
  readonly vendor: string;
  readonly model: string;
  readonly exposes: unknown;
}

/** A published value with where it is. */
export interface Leaf extends Expose {
  readonly property: string;
  readonly base: string;
  readonly feature: string | undefined;
}

const require = createRequire(import.meta.url);
const PUBLISHED = 1;

const endpoint = {
  ID: 1,
  inputClusters: [],
  outputClusters: [],
  configuredReportings: [],
  binds: [],
  meta: {},
  getClusterAttributeValue: () => undefined,
  supportsInputCluster: () => true,
  supportsOutputCluster: () => true,
  getInputClusters: () => [],
  getOutputClusters: () => [],
  hasBind: () => false,
};
/** Devices to describe models whose description depends on the device: one that has everything, and one that is none. */
const FAKES: readonly object[] = [
  { ieeeAddr: '0x00158d0001dc126a', meta: {}, endpoints: [endpoint], getEndpoint: () => endpoint, customClusters: {} },
  { isDummy: true },
];
/** Models that cannot be described without a device; the other fake describes them. */
export const NEED_A_DEVICE = ['A319463', 'BRI4P', 'Cigol Connect', 'ptvo.switch'];

/** Every model, once for each way it describes itself. */
export const models: Model[] = [];
/** Models that could not be described with one of the fakes. */
export const needed: string[] = [];

/** Each model as Zigbee2MQTT would publish it; the catalogue's own log is kept out of the test's. */
export function readCatalogue(): void {
  const converters: { prepareDefinition: (definition: unknown) => Definition } = require('zigbee-herdsman-converters');
  const folder = join(dirname(require.resolve('zigbee-herdsman-converters')), 'devices');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.js') && name !== 'index.js')) {
    const { definitions }: { definitions: Definition[] } = require(join(folder, file));
    for (const definition of definitions) {
      const { vendor, model, exposes } = converters.prepareDefinition(definition);
      for (const each of typeof exposes === 'function' ? described(model, exposes) : [exposes])
        models.push(JSON.parse(JSON.stringify({ vendor, model, exposes: each })));
    }
  }
}

function described(model: string, exposes: CallableFunction): unknown[] {
  return FAKES.flatMap((fake) => {
    try {
      return [exposes(fake, {})];
    } catch {
      needed.push(model);
      return [];
    }
  });
}

/** Every value that a model publishes. */
export function leavesOf(exposes: readonly Expose[], feature?: string): Leaf[] {
  return exposes.flatMap((each): Leaf[] => {
    const opaque = each.type === 'composite' || each.type === 'list';
    if (each.features !== undefined && !opaque) return leavesOf(each.features, each.type);
    if (each.property === undefined || ((each.access ?? 0) & PUBLISHED) === 0) return [];
    const suffix = `_${each.endpoint}`;
    const base = each.property.endsWith(suffix) ? each.property.slice(0, -suffix.length) : each.property;
    return [{ ...each, property: each.property, base, feature }];
  });
}

/** What the dialect makes of a model's description. */
export function claimsOf(model: Model): readonly ThingClaim[] {
  const entry = { type: 'EndDevice', friendly_name: 'd', ieee_address: '0x1', definition: model };
  const payload = Buffer.from(JSON.stringify([entry]));
  const result = decodeZigbee2mqtt({ topic: 'z/bridge/devices', payload, retained: true, base: 'z' }, NOTHING_KNOWN);
  if ('refused' in result || result.things === undefined) throw new Error(`${model.model}: not read`);
  return result.things;
}

/** What the dialect reads of a message of this model. */
export function valuesOf(model: Model, message: object): string[] {
  const things = claimsOf(model);
  const result = decodeZigbee2mqtt(
    { topic: 'z/d', payload: Buffer.from(JSON.stringify(message)), retained: false, base: 'z' },
    { ...NOTHING_KNOWN, claim: (thing) => things.find((each) => each.thing === thing) },
  );
  return 'refused' in result ? [] : result.readings.map(({ kind, value }) => `${kind} ${value}`);
}
