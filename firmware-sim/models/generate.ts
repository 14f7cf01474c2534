import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLibrary } from './library.ts';
import { DEMONSTRATED } from './radio.ts';
import { tableText } from './table.ts';

/**
 * `node firmware-sim/models/generate.ts` writes demonstration.json and catalogue.json from zigbee-herdsman-converters;
 * with `--check` it writes nothing and exits with 1 when what is checked in is not what it would write.
 */

const { from, products } = readLibrary();
const isDemonstrated = ({ model }: { model: string }): boolean => DEMONSTRATED.includes(model);
const files = {
  'demonstration.json': tableText(from, products.filter(isDemonstrated)),
  'catalogue.json': tableText(
    from,
    products.filter((product) => !isDemonstrated(product)),
  ),
};
const pathOf = (name: string): string => join(import.meta.dirname, name);

if (process.argv.includes('--check')) {
  const stale = Object.entries(files)
    .filter(([name, text]) => !existsSync(pathOf(name)) || readFileSync(pathOf(name), 'utf8') !== text)
    .map(([name]) => name);
  if (stale.length > 0) {
    console.error(
      `firmware-sim/models is stale (${stale.join(', ')}): run \`npm run generate\` and commit the result.`,
    );
    process.exitCode = 1;
  }
} else {
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(pathOf(name), text);
  }
}
