import { createHash } from 'node:crypto';
import { type Product, publishedBy } from './product.ts';

/** What the library knows of a model beside its exposes. */
export interface Described extends Pick<Product, 'model' | 'kind' | 'vendor' | 'exposes'> {
  readonly modelIds: readonly string[];
  readonly fingerprints: readonly { readonly modelID?: string; readonly manufacturerName?: string }[];
}

/** The parts of a product that its radio says. */
export type Radio = Pick<Product, 'power' | 'modelId' | 'manufacturer' | 'address'> &
  Partial<Pick<Product, 'clusters'>>;

/** What real devices of these models were seen to say. */
const SEEN: Readonly<Record<string, Omit<Radio, 'power'>>> = {
  MCCGQ11LM: {
    address: '0x00158d0004',
    modelId: 'lumi.sensor_magnet.aq2',
    manufacturer: 'LUMI',
    clusters: ['genBasic', 'genIdentify', 'genOnOff'],
  },
  'SNZB-04': {
    address: '0x00124b0024',
    modelId: 'DS01',
    manufacturer: 'eWeLink',
    clusters: ['genBasic', 'genPowerCfg', 'genIdentify', 'ssIasZone'],
  },
  RTCGQ11LM: {
    address: '0x00158d0005',
    modelId: 'lumi.sensor_motion.aq2',
    manufacturer: 'LUMI',
    clusters: ['genBasic', 'msOccupancySensing', 'msIlluminanceMeasurement', 'ssIasZone'],
  },
  'SNZB-03': {
    address: '0x00124b0023',
    modelId: 'MS01',
    manufacturer: 'eWeLink',
    clusters: ['genBasic', 'genPowerCfg', 'genIdentify', 'ssIasZone'],
  },
  TS011F_plug_1: {
    address: '0xa4c138f1c2',
    modelId: 'TS011F',
    manufacturer: '_TZ3000_typdpbpg',
    clusters: ['genBasic', 'genOnOff', 'seMetering', 'haElectricalMeasurement'],
  },
  easyCodeTouch_v1: {
    address: '0xf4ce369bd0',
    modelId: 'easyCodeTouch_v1',
    manufacturer: 'Onesti Products AS',
    clusters: ['genBasic', 'genPowerCfg', 'genIdentify', 'closuresDoorLock'],
  },
  'EMIZB-141': {
    address: '0x0015bc001b',
    modelId: 'EMIZB-141',
    manufacturer: 'frient A/S',
    clusters: ['genBasic', 'genPowerCfg', 'genIdentify', 'seMetering'],
  },
};

/** The models that are played without a scenario. */
export const DEMONSTRATED: readonly string[] = Object.keys(SEEN);

/** The first six digits of a manufacturer's addresses; most buy their radios from Silicon Labs. */
const MAKERS: readonly (readonly [manufacturer: RegExp, digits: string])[] = [
  [/^LUMI$/, '00158d'],
  [/^_TZ/, 'a4c138'],
  [/^(eWeLink|SONOFF)$/, '00124b'],
  [/^(frient|Frient|Develco)/, '0015bc'],
];
const SILICON_LABS = '000d6f';

/** What a model's radio says: as it was seen, or concluded from what the library knows. */
export function radioOf(described: Described): Radio {
  const { model, kind, vendor, exposes, modelIds, fingerprints } = described;
  const hasBattery = publishedBy(exposes).some(({ property }) => property.startsWith('battery'));
  const power = hasBattery || kind === 'contact' || kind === 'lock' ? 'Battery' : 'Mains (single phase)';
  const seen = SEEN[model];
  if (seen !== undefined) {
    return { power, ...seen };
  }
  // Some names carry the control characters that a firmware sends with them.
  const modelId = modelIds.find((id) => /^[\x20-\x7e]+$/.test(id)) ?? fingerprints[0]?.modelID ?? model;
  const named = fingerprints.filter(({ manufacturerName = '' }) => /^[\x20-\x7e]+$/.test(manufacturerName));
  const manufacturer =
    (named.find(({ modelID }) => modelID === modelId) ?? named[0])?.manufacturerName ??
    (modelId.startsWith('lumi.') ? 'LUMI' : vendor);
  const digits = MAKERS.find(([maker]) => maker.test(manufacturer))?.[1] ?? SILICON_LABS;
  const batch = createHash('sha256').update(model).digest('hex').slice(0, 4);
  return { power, modelId, manufacturer, address: `0x${digits}${batch}` };
}
