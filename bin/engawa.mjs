#!/usr/bin/env node
// Starts Engawa's programs with Node 24, whatever Node this file itself was started with (20 or newer).
import { existsSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { become, findNode, noNodeMessage, root } from './find-node.mjs';
import { heapOptions, keepNurserySmall, reuseCompiledCode } from './lean.mjs';

const PROGRAMS = {
  start: 'hub, portal and broker on this machine, with a simulated home (--no-sim: for a real home)',
  hub: 'the hub of a home, or a command for it: engawa hub --help',
  broker: 'the data broker, or a command for it: engawa broker --help',
  card: 'the recovery card: withdraw and erase without a hub: engawa card --help',
  sim: 'a simulated home that publishes to a hub: engawa sim --help',
};

const HELP = `Engawa: nothing leaves the home unless a resident has said yes.

Usage: engawa PROGRAM [ARGUMENTS]

${Object.entries(PROGRAMS)
  .map(([name, sentence]) => `  ${name.padEnd(8)} ${sentence}`)
  .join('\n')}

  --help      this text
  --version   the version of this package

In a checkout: npm start, npm run -s hub -- …, npm run -s broker -- …, npm run -s sim -- …
`;

function stop(sentence, code) {
  process.stderr.write(`engawa: ${sentence}\n`);
  process.exit(code);
}

async function makeReady(program) {
  // npm leaves package-lock.json out of packages, and the container image leaves it out too.
  const isCheckout = existsSync(join(root, 'package-lock.json'));
  if (!isCheckout) return;
  if (program === 'start') {
    const { prepare } = await import('./prepare.mjs');
    const prepared = await prepare();
    if (!prepared.ok) stop(prepared.reason, 1);
  } else if (!existsSync(join(root, 'node_modules'))) {
    stop(`the packages are not installed yet. Run "npm start" once, or "npm ci", in ${root}.`, 1);
  }
}

const versionOf = () => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

/** Runs a program in this very process: starting Node a second time would cost as much as the hub's own start. */
async function run(program, programArguments) {
  const path = join(root, 'bin', `${program}.ts`);
  if (process.execArgv.length === 0) keepNurserySmall();
  const keepCompiled = reuseCompiledCode(versionOf());
  process.argv = [process.execPath, path, ...programArguments];
  await import(pathToFileURL(path).href);
  keepCompiled();
}

const [program, ...programArguments] = process.argv.slice(2);

if (program === '--version' || program === '-v') {
  process.stdout.write(`${versionOf()}\n`);
} else if (program === undefined || program === '--help' || program === '-h' || program === 'help') {
  process.stdout.write(HELP);
} else if (!Object.hasOwn(PROGRAMS, program)) {
  stop(`there is no program "${program}". There are: ${Object.keys(PROGRAMS).join(', ')}. See engawa --help.`, 2);
} else if (root.includes(`${sep}node_modules${sep}`)) {
  stop('Engawa runs from a checkout or its container image, not from inside node_modules.', 1);
} else {
  await makeReady(program);
  const node = findNode();
  if (node === undefined) stop(noNodeMessage(), 1);
  const options = process.execArgv.length === 0 ? heapOptions(program, programArguments) : [];
  if (node === process.execPath && options.length === 0) await run(program, programArguments);
  else become(node, [...options, fileURLToPath(import.meta.url), program, ...programArguments]);
}
