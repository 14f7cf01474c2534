// Wall 3 (docs/architecture.md): who may import whom. test/tidy/boundaries.test.ts proves that every rule here bites.

/** Modules of a program's own code; tests may import anything. */
const PROGRAMS = '^(bin|devices|gateway|portal|broker|proto|firmware-sim)/';
const PACKAGES = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];
/** What is not one of the project's own modules; an unresolved import has a rule of its own. */
const ELSEWHERE = [...PACKAGES, 'core', 'unknown'];

/** A folder that reaches, among the project's own modules, only those that match `mayReach`. */
const onlyReaches = (name, comment, from, mayReach) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '.', pathNot: [...mayReach, 'node_modules'], dependencyTypesNot: ELSEWHERE },
});

/** A module that may be imported, for its types too, only from the places that match `mayImport`. */
const onlyReachedFrom = (name, comment, module, mayImport) => ({
  name,
  comment,
  severity: 'error',
  from: { path: PROGRAMS, pathNot: mayImport },
  to: { path: module },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Modules that import each other in a circle can only be understood together.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nothing imports and that imports nothing is left over.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['^test/', '^bin/', '\\.d\\.(m|c)?ts$', '\\.config\\.ts$', '^proto/generated/', '^portal/public/'],
      },
      to: {},
    },
    {
      name: 'no-unresolved',
      comment: 'An import that leads nowhere on this machine leads nowhere on others.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'programs-not-to-tests',
      comment: 'A program never depends on its tests or on packages that only a checkout for development has.',
      severity: 'error',
      from: { path: PROGRAMS, pathNot: ['^proto/generate\\.ts$', '^firmware-sim/models/(generate|library)\\.ts$'] },
      to: {
        path: [
          '^test/',
          '^node_modules/(vitest|fast-check|playwright-core|axe-core|mqtt-packet|zigbee-herdsman-converters)/',
        ],
      },
    },
    {
      name: 'nothing-to-bin',
      comment: 'bin/ puts the programs together; nothing that is put together knows by whom.',
      severity: 'error',
      from: { path: PROGRAMS, pathNot: ['^bin/'] },
      to: { path: '^bin/' },
    },

    onlyReaches(
      'devices-know-no-people',
      'devices/ turns bytes into observations. It knows vendors, not purposes, recipients or the wire.',
      '^devices/',
      ['^devices/', '^proto/lists\\.ts$'],
    ),
    onlyReaches(
      'gateway-is-the-home',
      'The hub knows things and the wire, never the inside of the broker, the pages or the simulator.',
      '^gateway/',
      ['^gateway/', '^devices/', '^proto/'],
    ),
    onlyReaches('broker-knows-only-the-wire', 'Whatever the broker knows of homes came over the wire.', '^broker/', [
      '^broker/',
      '^proto/',
    ]),
    onlyReaches('proto-stands-alone', 'The wire is what both sides share, so it depends on neither.', '^proto/', [
      '^proto/',
    ]),
    onlyReaches(
      'simulator-stands-alone',
      'A simulator that shared code with the hub would share its mistakes.',
      '^firmware-sim/(?!fleet/)',
      ['^firmware-sim/'],
    ),
    onlyReaches(
      'simulated-hubs-know-the-wire',
      'A fleet of hubs speaks the real protocol; what a hub does behind it is not shared.',
      '^firmware-sim/fleet/',
      ['^firmware-sim/', '^proto/'],
    ),
    onlyReaches('portal-stands-alone', 'The pages reach the hub over HTTP, as any page does.', '^portal/', [
      '^portal/',
    ]),

    {
      name: 'deciding-is-pure',
      comment:
        'consent/ and minimize/ import no package and no node: module: the same input always gives the same answer.',
      severity: 'error',
      from: { path: '^gateway/(consent|minimize)/' },
      to: { dependencyTypes: [...PACKAGES, 'core'] },
    },
    {
      name: 'deciding-runs-alone',
      comment: 'At run time consent/ and minimize/ use each other, the vocabulary, the closed lists and the limits.',
      severity: 'error',
      from: { path: '^gateway/(consent|minimize)/' },
      to: {
        path: '.',
        pathNot: ['^gateway/(consent|minimize)/', '^gateway/limits\\.ts$', '^devices/', '^proto/lists\\.ts$'],
        dependencyTypesNot: ['type-only', ...ELSEWHERE],
      },
    },
    {
      name: 'consent-decides-before-minimize',
      comment: 'Data flow one way: what decides does not know what happens to the datum afterwards.',
      severity: 'error',
      from: { path: '^gateway/consent/' },
      to: { path: '^gateway/(minimize|pseudonymize|outbox|uplink)/', dependencyTypesNot: ['type-only'] },
    },
    onlyReaches(
      'uplink-sees-only-the-outbox',
      'What sends can send only what the outbox holds: it cannot reach observations, history or consent.',
      '^gateway/uplink/',
      ['^gateway/uplink/', '^gateway/outbox/', '^gateway/limits\\.ts$', '^proto/'],
    ),
    onlyReachedFrom(
      'history-stays-home',
      "The home's memory of its sensors is written by the walk and read by the household; only where the hub is put together does a third place know it.",
      '^gateway/history/',
      ['^gateway/history/', '^gateway/(pipeline|parts|main|home-core)\\.ts$', '^gateway/(intake|household)/'],
    ),

    onlyReachedFrom(
      'observation-ends-at-consent',
      'Wall 1: an Observation is for devices, the intake, the decision, and what stays at home: the history and the witness of the live page.',
      '^devices/observation\\.ts$',
      ['^devices/', '^gateway/(consent|history|intake)/', '^gateway/(pipeline|main|witness|household/live)\\.ts$'],
    ),
    onlyReachedFrom(
      'permitted-ends-at-minimize',
      'Wall 1: only consent makes a Permitted, only minimize takes one.',
      '^gateway/consent/permitted\\.ts$',
      ['^gateway/(consent|minimize)/', '^gateway/pipeline\\.ts$'],
    ),
    onlyReachedFrom(
      'minimized-ends-at-pseudonymize',
      'Wall 1: only minimize makes a Minimized, only pseudonymize takes one.',
      '^gateway/minimize/minimized\\.ts$',
      ['^gateway/(minimize|pseudonymize)/', '^gateway/(pipeline|close-windows)\\.ts$'],
    ),
    onlyReachedFrom(
      'release-ends-at-the-outbox',
      'Wall 1: only pseudonymize makes a Release, only the outbox takes one; the journal and the witness write down that it left.',
      '^gateway/pseudonymize/release\\.ts$',
      ['^gateway/(pseudonymize|outbox|journal)/', '^gateway/(pipeline|witness|household/live)\\.ts$'],
    ),

    onlyReachedFrom(
      'sqlite-behind-its-port',
      'One folder per program knows that the store is SQLite.',
      '^node_modules/better-sqlite3/',
      ['^(gateway|broker)/store/'],
    ),
    onlyReachedFrom(
      'opcua-in-one-folder',
      'node-opcua is large and is loaded only where it is used.',
      '(^|/)node_modules/node-opcua',
      ['^devices/opcua/', '^firmware-sim/opcua/'],
    ),
  ],
  options: {
    // Types count: an import of a type is how a stage learns the shape of what it must not see.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^portal/dist/', '^test/out/', '^data/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.d.ts', '.json'],
    },
  },
};
