import type { Expose, Product, ProductKind } from './product.ts';

/** A product in a file: what many share stands there once, and what follows from its kind not at all. */
export type Row = Omit<Product, 'model' | 'clusters' | 'exposes'> & {
  readonly clusters?: readonly string[];
  /** Places in the file's list of exposes. */
  readonly exposes: readonly number[];
};

/** A file of products. */
export interface Table {
  /** The library and version that it was made from. */
  readonly from: string;
  readonly exposes: readonly Expose[];
  /** By the name that Zigbee2MQTT gives them. */
  readonly models: Readonly<Record<string, Row>>;
}

/** The clusters of which the reports of each kind come. */
const CLUSTERS: Readonly<Record<ProductKind, readonly string[]>> = {
  contact: ['genBasic', 'genPowerCfg', 'genIdentify', 'ssIasZone'],
  motion: ['genBasic', 'genPowerCfg', 'genIdentify', 'msOccupancySensing'],
  plug: ['genBasic', 'genIdentify', 'genOnOff', 'seMetering', 'haElectricalMeasurement'],
  meter: ['genBasic', 'genIdentify', 'seMetering', 'haElectricalMeasurement'],
  lock: ['genBasic', 'genPowerCfg', 'genIdentify', 'closuresDoorLock'],
};

/** The product of a row. Throws RangeError when the row and the list of exposes do not belong together. */
export function productOf(model: string, row: Row, exposes: readonly Expose[]): Product {
  const own = row.exposes.map((place) => {
    const expose = exposes[place];
    if (expose === undefined) {
      throw new RangeError(`the table of models has no expose ${place}, which ${model} names`);
    }
    return expose;
  });
  const clusters =
    row.clusters ?? CLUSTERS[row.kind].filter((each) => row.power === 'Battery' || each !== 'genPowerCfg');
  return { ...row, model, clusters, exposes: own };
}

/** The text of a file of products: one model a line, each expose once. */
export function tableText(from: string, products: readonly Omit<Product, 'clusters'>[]): string {
  const places = new Map<string, number>();
  const placeOf = (expose: Expose): number => {
    const text = JSON.stringify(expose);
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  };
  const rows = products.map(({ model, exposes, ...row }) => {
    const written = { ...row, exposes: exposes.map(placeOf) };
    return `${JSON.stringify(model)}:${JSON.stringify(written)}`;
  });
  const head = `{"from":${JSON.stringify(from)},"exposes":[\n${[...places.keys()].join(',\n')}\n]`;
  return `${head},"models":{\n${rows.join(',\n')}\n}}\n`;
}
