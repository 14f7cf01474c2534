import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { playedAs } from './played.ts';
import type { Expose, Product } from './product.ts';
import { type Described, radioOf } from './radio.ts';

/** A model as zigbee-herdsman-converters describes it, as far as it is looked at here. */
interface Definition {
  readonly model: string;
  readonly vendor: string;
  readonly description: string;
  readonly ota?: unknown;
  readonly zigbeeModel?: readonly string[];
  readonly fingerprint?: Described['fingerprints'];
  readonly exposes: readonly Expose[] | ((device: object, options: object) => readonly Expose[]);
}

/** The part of the library that is used. */
interface Library {
  prepareDefinition(definition: unknown): Definition;
  setLogger(logger: Readonly<Record<'debug' | 'info' | 'warning' | 'error', () => void>>): void;
}

const NAME = 'zigbee-herdsman-converters';
const QUIET = { debug: () => undefined, info: () => undefined, warning: () => undefined, error: () => undefined };

/** The library's own word for "any device of this model"; some descriptions depend on the device. */
const ANY_DEVICE = { isDummy: true };

/** Reads every model of the library that can be played, by name; `from` says which library that is. */
export function readLibrary(): { from: string; products: Omit<Product, 'clusters'>[] } {
  const require = createRequire(import.meta.url);
  const library: Library = require('zigbee-herdsman-converters');
  library.setLogger(QUIET);
  const entry = dirname(require.resolve(NAME));
  const { version } = JSON.parse(readFileSync(join(entry, '../package.json'), 'utf8')) as { version: string };
  const folder = join(entry, 'devices');
  const files = readdirSync(folder).filter((name) => name.endsWith('.js') && name !== 'index.js');
  const products = files.flatMap((file) => {
    const { definitions }: { definitions: unknown[] } = require(join(folder, file));
    return definitions.flatMap((definition) => productOf(library.prepareDefinition(definition)) ?? []);
  });
  products.sort((left, right) => (left.model < right.model ? -1 : 1));
  return { from: `${NAME} ${version}, Copyright (c) 2018 Koen Kanters, MIT licence`, products };
}

function productOf(definition: Definition): Omit<Product, 'clusters'> | undefined {
  const { model, vendor, description, ota, zigbeeModel = [], fingerprint = [] } = definition;
  const exposes = exposesOf(definition);
  const kind = playedAs(description, exposes);
  if (kind === undefined) {
    return undefined;
  }
  const radio = radioOf({ model, kind, vendor, exposes, modelIds: zigbeeModel, fingerprints: fingerprint });
  return { model, kind, vendor, description, supportsOta: Boolean(ota), ...radio, exposes };
}

/** What the model exposes, as JSON has it; nothing for the few that cannot be described without a real device. */
function exposesOf({ exposes }: Definition): readonly Expose[] {
  if (typeof exposes !== 'function') {
    return JSON.parse(JSON.stringify(exposes));
  }
  try {
    return JSON.parse(JSON.stringify(exposes(ANY_DEVICE, {})));
  } catch {
    return [];
  }
}
