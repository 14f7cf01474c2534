import type { FaultKind } from '../faults/fault.ts';
import { LIMITS } from '../limits.ts';

/** One parameter of a fault: what it takes, and what holds where it is left out (required where nothing does). */
export type Parameter =
  | {
      readonly name: string;
      readonly takes: 'whole';
      readonly least: number;
      readonly most: number;
      readonly default?: number;
    }
  | { readonly name: string; readonly takes: 'length'; readonly default?: number }
  | {
      readonly name: string;
      readonly takes: 'one of';
      readonly values: readonly (string | number | null)[];
      readonly default?: string | number | null;
    }
  | { readonly name: string; readonly takes: 'words' };

/** A fault as scenarios name it. */
export interface Described {
  readonly kind: FaultKind;
  /** By the name a scenario gives it; `name` is the program's. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Whether it must say which topics it concerns. */
  readonly needsTopics?: boolean;
}

const permille = (usual: number): Parameter => ({
  name: 'permille',
  takes: 'whole',
  least: 1,
  most: 1000,
  default: usual,
});

/** Every fault that a scenario can have, by its name there. */
export const FAULTS: Readonly<Record<string, Described>> = {
  drop: { kind: 'drop', parameters: { permille: permille(100) } },
  duplicate: { kind: 'duplicate', parameters: { permille: permille(100) } },
  reorder: { kind: 'reorder', parameters: { within: { name: 'withinMs', takes: 'length', default: 5000 } } },
  delay: {
    kind: 'delay',
    parameters: {
      least: { name: 'leastMs', takes: 'length', default: 1000 },
      most: { name: 'mostMs', takes: 'length', default: 30_000 },
    },
  },
  stuck: { kind: 'stuck', parameters: {} },
  sentinel: {
    kind: 'sentinel',
    parameters: { value: { name: 'value', takes: 'one of', values: [-1, 999, 'nan', null], default: -1 } },
  },
  'unit-flip': {
    kind: 'unitFlip',
    parameters: { to: { name: 'to', takes: 'one of', values: ['kW', 'mW', 'Wh'], default: 'kW' } },
  },
  'dialect-change': { kind: 'dialectChange', parameters: { rename: { name: 'rename', takes: 'words' } } },
  chatty: { kind: 'chatty', parameters: { every: { name: 'everyMs', takes: 'length', default: 100 } } },
  'clock-skew': { kind: 'clockSkew', parameters: { by: { name: 'byMs', takes: 'length' } } },
  'clock-1970': { kind: 'clock1970', parameters: {} },
  'power-cut': { kind: 'powerCut', parameters: {} },
  'wifi-loss': { kind: 'wifiLoss', parameters: {}, needsTopics: true },
  ghosts: { kind: 'ghosts', parameters: {} },
  oversize: {
    kind: 'oversize',
    parameters: { bytes: { name: 'bytes', takes: 'whole', least: 1, most: LIMITS.payloadBytes, default: 300_000 } },
  },
  malformed: { kind: 'malformed', parameters: { permille: permille(100) } },
  'broker-cut': { kind: 'brokerCut', parameters: {} },
  'expired-certificate': { kind: 'expiredCertificate', parameters: {} },
  'duplicate-client-id': { kind: 'duplicateClientId', parameters: {} },
};
