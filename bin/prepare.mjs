// Makes a checkout ready to run: packages, the portal's pages and, for the tests, Debian's programs.
// Plain JavaScript for Node 20, because on a fresh clone there is nothing else yet.
// Usage: node bin/prepare.mjs [test] [-- SCRIPT [ARGUMENTS]]     (SCRIPT is then run with Node 24)
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideTestPrograms } from './debian-packages.mjs';
import { become, findNode, noNodeMessage, root } from './find-node.mjs';

const OLDEST_NPM_MAJOR = 8;
const OUTPUT_LINES_SHOWN = 15;
const done = { ok: true };
const failed = (reason) => ({ ok: false, reason });
const say = (sentence) => process.stderr.write(`${sentence}\n`);
const readText = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
const hashOf = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');
const lastLines = (text) => text.trim().split('\n').slice(-OUTPUT_LINES_SHOWN).join('\n');

const modules = join(root, 'node_modules');
const installStamp = join(modules, '.engawa-installed');
const portal = join(root, 'portal');
const portalStamp = join(portal, 'dist', '.engawa-built');

/** True when node_modules already holds every package of the lockfile, whoever installed it. */
function packagesMatch(lockText, withDevelopment) {
  const hiddenText = readText(join(modules, '.package-lock.json'));
  if (hiddenText === undefined) return false;
  const held = JSON.parse(hiddenText).packages;
  return Object.entries(JSON.parse(lockText).packages).every(([path, wanted]) => {
    if (path === '' || wanted.optional || wanted.devOptional) return true;
    if (wanted.dev && !withDevelopment) return true;
    return held[path]?.version === wanted.version && existsSync(join(root, path));
  });
}

function remedyFor(output) {
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|ERR_SOCKET_TIMEOUT/.test(output))
    return 'The package registry could not be reached: connect this machine to the internet (or tell npm its proxy) and start again.';
  if (/EACCES|EPERM|EROFS/.test(output))
    return `This user may not write to ${modules}: give it the folder, or start as its owner.`;
  if (/ENOSPC/.test(output)) return 'The disk is full: about 600 MB are needed.';
  return 'Run "npm ci" by hand to see all of it.';
}

function npmEnvironment() {
  // Without our own node_modules/.bin: npm must not run on a Node that it is about to delete and replace.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !resolve(folder).startsWith(modules));
  return { ...process.env, PATH: path.join(delimiter) };
}

function install(withDevelopment) {
  const env = npmEnvironment();
  const asked = spawnSync('npm', ['--version'], { cwd: root, env, encoding: 'utf8' });
  if (asked.error !== undefined || asked.status !== 0)
    return failed(
      'npm is missing. On Debian: sudo apt install npm. Elsewhere it comes with Node from https://nodejs.org.',
    );
  const version = asked.stdout.trim();
  if (Number(version.split('.')[0]) < OLDEST_NPM_MAJOR)
    return failed(
      `npm ${version} is too old for this lockfile; version ${OLDEST_NPM_MAJOR} or newer is needed: npm install -g npm@10`,
    );

  say('Installing the packages Engawa needs (npm ci). This takes about a minute, once …');
  const flags = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=optional'];
  const run = spawnSync('npm', withDevelopment ? [...flags, '--include=dev'] : flags, {
    cwd: root,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status === 0) return done;
  const output = `${run.stdout}\n${run.stderr}`;
  return failed(`the packages could not be installed.\n${lastLines(output)}\n${remedyFor(output)}`);
}

function preparePackages(withDevelopment) {
  const lockText = readText(join(root, 'package-lock.json'));
  if (lockText === undefined) return done;
  const wanted = hashOf(lockText, process.platform, process.arch);
  const stamp = readText(installStamp);
  if (stamp === `${wanted} all` || (stamp === `${wanted} production` && !withDevelopment)) return done;

  let complete = packagesMatch(lockText, true);
  if (!complete && !(packagesMatch(lockText, false) && !withDevelopment)) {
    const installed = install(withDevelopment);
    if (!installed.ok) return installed;
    complete = packagesMatch(lockText, true);
  }
  writeFileSync(installStamp, `${wanted} ${complete ? 'all' : 'production'}`);
  return done;
}

/** Every file below the folder that the portal's build can depend on. */
function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'dist' && entry.name !== 'node_modules')
    .flatMap((entry) => (entry.isDirectory() ? sourceFiles(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

function preparePortal() {
  if (!existsSync(join(portal, 'vite.config.ts'))) return done;
  const files = sourceFiles(portal);
  const wanted = hashOf(
    readText(join(root, 'package-lock.json')) ?? '',
    ...files.flatMap((file) => [file.slice(root.length), readFileSync(file)]),
  );
  if (readText(portalStamp) === wanted) return done;
  const vite = join(modules, 'vite', 'bin', 'vite.js');
  if (!existsSync(vite)) {
    if (existsSync(join(portal, 'dist', 'index.html'))) return done;
    return failed(`the portal's pages are not built, and Vite is not installed. Run "npm ci" in ${root}.`);
  }
  const node = findNode();
  if (node === undefined) return failed(noNodeMessage());
  say("Building the portal's pages …");
  const run = spawnSync(node, [vite, 'build', 'portal', '--logLevel', 'warn'], {
    cwd: root,
    // NODE_ENV of a test run would put development code into the pages.
    env: { ...process.env, NODE_ENV: 'production' },
    encoding: 'utf8',
  });
  if (run.status !== 0)
    return failed(`the portal's pages could not be built.\n${lastLines(`${run.stdout}\n${run.stderr}`)}`);
  mkdirSync(join(portal, 'dist'), { recursive: true });
  writeFileSync(portalStamp, wanted);
  return done;
}

/**
 * Installs what is missing and builds what has changed; a second call finds nothing to do.
 * `{ok: false, reason}` says in words what to do when it could not.
 */
export async function prepare({ withDevelopment = false } = {}) {
  const packages = preparePackages(withDevelopment);
  return packages.ok ? preparePortal() : packages;
}

async function main() {
  const separator = process.argv.indexOf('--');
  const script = separator < 0 ? [] : process.argv.slice(separator + 1);
  const forTests = process.argv[2] === 'test';
  const prepared = await prepare({ withDevelopment: true });
  const provided = prepared.ok && forTests ? provideTestPrograms() : { ok: true, missing: [] };
  const problem = prepared.ok ? provided : prepared;
  if (!problem.ok) {
    say(`engawa: ${problem.reason}`);
    process.exit(1);
  }
  if (script.length === 0) return;
  const node = findNode();
  if (node === undefined) {
    say(`engawa: ${noNodeMessage()}`);
    process.exit(1);
  }
  become(node, script, { ...process.env, ENGAWA_TEST_MISSING: provided.missing.join(',') });
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
