import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import module from 'node:module';
import { basename, dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { root } from './find-node.mjs';

/**
 * Two halves of V8's nursery stay at their first size, 1 MB each, in every thread. The garbage of a start would make them
 * grow to 16 MB each, and they would never shrink again in a hub that has little to do.
 */
export function keepNurserySmall() {
  setFlagsFromString('--semi-space-growth-factor=1');
  // What lives for one message is not made among what is old because some of it outlived a nursery that was too small.
  setFlagsFromString('--no-allocation-site-pretenuring');
}

/** Fewer homes than this need no care. */
const FLEET = 100;

/**
 * Node's options for a simulated fleet, whose days all begin at the same minute: it asks for the garbage to be collected
 * (`firmware-sim/runner/litter.ts`), which would else be kept until there is no hurry. None for a program that needs none.
 */
export function heapOptions(program, words) {
  const at = words.findIndex((word) => word === '--homes' || word.startsWith('--homes='));
  const homes = Number(words[at]?.split('=')[1] ?? words[at + 1]);
  return program === 'sim' && at >= 0 && homes >= FLEET ? ['--expose-gc', '--max-semi-space-size=8'] : [];
}

/** Makes a folder and those missing above it; unlike `recursive`, it ends with an error where nothing can be made. */
function makeFolder(path) {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (fault) {
    if (fault.code === 'EEXIST') return;
    if (fault.code !== 'ENOENT' || dirname(path) === path) throw fault;
    makeFolder(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  }
}

/** Keeps compiled code below one of these places; false when that cannot be, which costs time only. */
function enableBelow(place, version) {
  try {
    const folder = join(place, version);
    makeFolder(folder);
    const { status } = module.enableCompileCache(folder);
    return status === module.constants.compileCacheStatus.ENABLED;
  } catch {
    return false;
  }
}

/** Removes what earlier versions of Engawa, and this user's earlier versions of Node, have compiled. */
function removeOld(folder) {
  const ofVersion = dirname(folder);
  const own = basename(folder);
  const user = own.slice(own.lastIndexOf('-'));
  const isOld = (name) => name.endsWith(user) && !name.startsWith(`${process.version}-`);
  const remove = (path) => rmSync(path, { recursive: true, force: true });
  for (const name of readdirSync(dirname(ofVersion)))
    if (name !== basename(ofVersion)) remove(join(dirname(ofVersion), name));
  for (const name of readdirSync(ofVersion)) if (isOld(name)) remove(join(ofVersion, name));
}

/**
 * Lets this program, and those it starts, take compiled code from a folder: beside the packages or, where these are
 * read-only, beside the data. Returns what writes down what was newly compiled; a hub ends with a power cut more often
 * than in order, so it does not wait for the end. Nothing here can break a start: without the folder it is only slower.
 */
export function reuseCompiledCode(version, environment = process.env) {
  if (environment.NODE_COMPILE_CACHE || environment.NODE_DISABLE_COMPILE_CACHE) return () => undefined;
  const data = environment.ENGAWA_DATA || environment.STATE_DIRECTORY;
  const places = [join(root, 'node_modules', '.cache', 'engawa')];
  if (data) places.push(join(data, 'compiled'));
  if (!places.some((place) => enableBelow(place, version))) return () => undefined;
  const folder = module.getCompileCacheDir();
  environment.NODE_COMPILE_CACHE = dirname(folder);
  return () => {
    try {
      module.flushCompileCache();
      removeOld(folder);
    } catch {
      // A full or read-only disk: the next start compiles again.
    }
  };
}
