import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = dirname(dirname(import.meta.dirname));
const cruiser = join(root, 'node_modules/.bin/depcruise');
const { forbidden } = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as {
  forbidden: { name: string; comment?: string }[];
};

interface Summary {
  violations: { from: string; to: string; rule: { name: string } }[];
  totalCruised: number;
}

/** A small tree that keeps every rule: each stage with its type, imported by the next. */
const TREE: Record<string, string> = {
  'proto/lists.ts': "export type Category = 'a';\nexport const CATEGORIES: Category[] = ['a'];\n",
  'proto/wire.ts': "import { CATEGORIES } from './lists.ts';\nexport const wire = CATEGORIES;\n",
  'devices/observation.ts':
    "import type { Category } from '../proto/lists.ts';\nexport interface Observation { category: Category }\n",
  'gateway/limits.ts': 'export const LIMITS = 1;\n',
  'gateway/consent/permitted.ts':
    "import type { Observation } from '../../devices/observation.ts';\nexport interface Permitted { observation: Observation }\n",
  'gateway/minimize/minimized.ts':
    "import type { Permitted } from '../consent/permitted.ts';\nexport interface Minimized { from: Permitted }\n",
  'gateway/pseudonymize/release.ts':
    "import type { Minimized } from '../minimize/minimized.ts';\nexport interface Release { from: Minimized }\n",
  'gateway/outbox/outbox.ts':
    "import type { Release } from '../pseudonymize/release.ts';\nimport { LIMITS } from '../limits.ts';\nexport const enqueue = (_release: Release) => LIMITS;\n",
  'gateway/history/history.ts':
    "import type { Observation } from '../../devices/observation.ts';\nexport const keep = (_observation: Observation) => undefined;\n",
  'gateway/store/store.ts': "import Database from 'better-sqlite3';\nexport const store = Database;\n",
  'gateway/uplink/uplink.ts':
    "import { enqueue } from '../outbox/outbox.ts';\nimport { wire } from '../../proto/wire.ts';\nimport mqtt from 'mqtt';\nexport const send = [enqueue, wire, mqtt];\n",
  'gateway/main.ts':
    "import { keep } from './history/history.ts';\nimport { store } from './store/store.ts';\nimport { send } from './uplink/uplink.ts';\nexport const main = [keep, store, send];\n",
  'broker/main.ts': "import { wire } from '../proto/wire.ts';\nexport const broker = wire;\n",
  'firmware-sim/main.ts': "import mqtt from 'mqtt';\nexport const simulator = mqtt;\n",
  'portal/src/main.ts': "import { signal } from 'mqtt';\nexport const page = signal;\n",
  'bin/hub.ts':
    "import { main } from '../gateway/main.ts';\nimport { simulator } from '../firmware-sim/main.ts';\nimport { broker } from '../broker/main.ts';\nexport const all = [main, simulator, broker];\n",
  'test/kit/kit.ts': 'export const kit = 1;\n',
};

const PACKAGES = ['mqtt', 'better-sqlite3', 'node-opcua-client', 'vitest'];

/** For each rule one module that breaks it and nothing else of note: where it stands, and what it says. */
const OFFENDERS: Record<string, readonly [path: string, text: string]> = {
  'no-circles': ['proto/round.ts', "import { turn } from './turn.ts';\nexport const round = (): unknown => turn;\n"],
  'no-orphans': ['gateway/outbox/left-over.ts', 'export const leftOver = 1;\n'],
  'no-unresolved': ['broker/lost.ts', "import { gone } from './gone.ts';\nexport const lost = gone;\n"],
  'programs-not-to-tests': [
    'broker/kit-user.ts',
    "import { kit } from '../test/kit/kit.ts';\nexport const user = kit;\n",
  ],
  'nothing-to-bin': ['gateway/upside-down.ts', "import { all } from '../bin/hub.ts';\nexport const upside = all;\n"],
  'devices-know-no-people': [
    'devices/curious.ts',
    "import type { Permitted } from '../gateway/consent/permitted.ts';\nexport type Curious = Permitted;\n",
  ],
  'gateway-is-the-home': [
    'gateway/journal/neighbour.ts',
    "import { broker } from '../../broker/main.ts';\nexport const neighbour = broker;\n",
  ],
  'broker-knows-only-the-wire': [
    'broker/nosy.ts',
    "import type { Observation } from '../devices/observation.ts';\nexport type Nosy = Observation;\n",
  ],
  'proto-stands-alone': [
    'proto/leaning.ts',
    "import { LIMITS } from '../gateway/limits.ts';\nexport const lean = LIMITS;\n",
  ],
  'simulator-stands-alone': [
    'firmware-sim/borrowed.ts',
    "import { CATEGORIES } from '../proto/lists.ts';\nexport const borrowed = CATEGORIES;\n",
  ],
  'simulated-hubs-know-the-wire': [
    'firmware-sim/fleet/borrowed.ts',
    "import { LIMITS } from '../../gateway/limits.ts';\nexport const borrowed = LIMITS;\n",
  ],
  'portal-stands-alone': [
    'portal/src/short-cut.ts',
    "import type { Category } from '../../proto/lists.ts';\nexport type Short = Category;\n",
  ],
  'deciding-is-pure': [
    'gateway/minimize/random.ts',
    "import { randomBytes } from 'node:crypto';\nexport const noise = randomBytes;\n",
  ],
  'deciding-runs-alone': [
    'gateway/consent/asking.ts',
    "import { store } from '../store/store.ts';\nexport const ask = store;\n",
  ],
  'consent-decides-before-minimize': [
    'gateway/consent/ahead.ts',
    "import { coarse } from '../minimize/coarse.ts';\nexport const ahead = coarse;\n",
  ],
  'uplink-sees-only-the-outbox': [
    'gateway/uplink/peeking.ts',
    "import { store } from '../store/store.ts';\nexport const peek = store;\n",
  ],
  'history-stays-home': [
    'gateway/journal/remember.ts',
    "import { keep } from '../history/history.ts';\nexport const remember = keep;\n",
  ],
  'observation-ends-at-consent': [
    'gateway/minimize/raw.ts',
    "import type { Observation } from '../../devices/observation.ts';\nexport type Raw = Observation;\n",
  ],
  'permitted-ends-at-minimize': [
    'gateway/outbox/early.ts',
    "import type { Permitted } from '../consent/permitted.ts';\nexport type Early = Permitted;\n",
  ],
  'minimized-ends-at-pseudonymize': [
    'gateway/outbox/named.ts',
    "import type { Minimized } from '../minimize/minimized.ts';\nexport type Named = Minimized;\n",
  ],
  'release-ends-at-the-outbox': [
    'gateway/uplink/past-the-outbox.ts',
    "import type { Release } from '../pseudonymize/release.ts';\nexport type Past = Release;\n",
  ],
  'sqlite-behind-its-port': [
    'gateway/journal/sql.ts',
    "import Database from 'better-sqlite3';\nexport const sql = Database;\n",
  ],
  'opcua-in-one-folder': [
    'devices/dialects/opcua.ts',
    "import opcua from 'node-opcua-client';\nexport const dialect = opcua;\n",
  ],
};

/** Modules an offender needs and that are no offence in themselves. */
const ACCOMPLICES: Record<string, string> = {
  'proto/turn.ts': "import { round } from './round.ts';\nexport const turn = (): unknown => round;\n",
  'gateway/minimize/coarse.ts': "import { LIMITS } from '../limits.ts';\nexport const coarse = LIMITS;\n",
};

let folder = '';

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function cruise(): Summary {
  const folders = readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory());
  const run = spawnSync(
    process.execPath,
    [cruiser, '--output-type', 'json', ...folders.filter((name) => name !== 'node_modules')],
    { cwd: folder, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 },
  );
  return (JSON.parse(run.stdout) as { summary: Summary }).summary;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'engawa-boundaries-'));
  copyFileSync(join(root, '.dependency-cruiser.cjs'), join(folder, '.dependency-cruiser.cjs'));
  copyFileSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  const dependencies = Object.fromEntries(PACKAGES.map((name) => [name, '1.0.0']));
  write({ 'package.json': JSON.stringify({ name: 'tree', type: 'module', dependencies }), ...TREE });
  for (const name of PACKAGES) {
    write({
      [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
      [`node_modules/${name}/index.js`]: 'module.exports = {};\n',
    });
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the import rules', () => {
  test('name a reason each', () => {
    for (const rule of forbidden) expect(rule.comment, rule.name).toMatch(/\S.{20,}/);
  });

  test('are each tried by one offender below', () => {
    expect(Object.keys(OFFENDERS).sort()).toEqual(forbidden.map((rule) => rule.name).sort());
  });

  test('let a tree pass that keeps them, having looked at all of it', () => {
    const { violations, totalCruised } = cruise();
    expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
    expect(totalCruised).toBeGreaterThanOrEqual(Object.keys(TREE).length);
  });

  test('bite: every offender is caught by its rule', () => {
    write(ACCOMPLICES);
    write(Object.fromEntries(Object.values(OFFENDERS)));
    const { violations } = cruise();
    for (const [name, [path]] of Object.entries(OFFENDERS)) {
      const caught = violations.filter((violation) => violation.rule.name === name).map(({ from }) => from);
      expect(caught, `${name} on ${path}`).toContain(path);
    }
  });

  test('still have the TypeScript they can read', () => {
    // With a TypeScript it does not support dependency-cruiser reads no types and finds nothing wrong.
    const information = execFileSync(process.execPath, [cruiser, '--info'], { cwd: root, encoding: 'utf8' });
    expect(information).toMatch(/✔ typescript/);
  });
});
