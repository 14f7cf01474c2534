/** The kinds of Zigbee devices that are played. */
export const PRODUCT_KINDS = ['contact', 'motion', 'plug', 'meter', 'lock'] as const;

/** One of these kinds. */
export type ProductKind = (typeof PRODUCT_KINDS)[number];

/** One entry of what a model exposes, as `bridge/devices` shows it. */
export interface Expose {
  readonly type: string;
  readonly property?: string;
  /** Bits: 1 is published, 2 can be set, 4 can be asked for. */
  readonly access?: number;
  readonly unit?: string;
  readonly endpoint?: string;
  /** The properties of a switch, a lock or a light; the parts of a composite. */
  readonly features?: readonly Expose[];
  readonly values?: readonly (string | number)[];
  readonly value_on?: unknown;
  readonly value_off?: unknown;
  readonly value_min?: number;
  readonly value_max?: number;
}

/** A real product as Zigbee2MQTT knows it. */
export interface Product {
  /** The name that Zigbee2MQTT gives it. */
  readonly model: string;
  readonly kind: ProductKind;
  readonly vendor: string;
  readonly description: string;
  readonly supportsOta: boolean;
  readonly power: 'Battery' | 'Mains (single phase)';
  /** What the device itself says it is. */
  readonly modelId: string;
  readonly manufacturer: string;
  /** How its addresses begin: 0x and ten hexadecimal digits. */
  readonly address: string;
  /** Its input clusters. */
  readonly clusters: readonly string[];
  readonly exposes: readonly Expose[];
}

/** A value that a model publishes under a name of its own. */
export interface PublishedExpose extends Expose {
  readonly property: string;
}

const PUBLISHED = 1;

/** The values that a model publishes; those of a switch or lock are lifted up, composites and lists are left out. */
export function publishedBy(exposes: readonly Expose[]): PublishedExpose[] {
  return exposes.flatMap((each): PublishedExpose[] => {
    if (each.type === 'composite' || each.type === 'list') {
      return [];
    }
    if (each.features !== undefined) {
      return publishedBy(each.features);
    }
    const { property } = each;
    return property !== undefined && ((each.access ?? 0) & PUBLISHED) !== 0 ? [{ ...each, property }] : [];
  });
}
