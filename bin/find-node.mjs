import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const NEEDED_MAJOR = 24;
const FORWARDED_SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGUSR2'];

const major = (version) => Number(version.replace(/^v/, '').split('.')[0]);

/** The Node that npm brought with Engawa's packages, or undefined when there is none for this machine. */
function broughtByNpm() {
  const name = `node-${process.platform}-${process.arch}`;
  const beside = join(root, 'node_modules', name, 'bin', 'node');
  if (existsSync(beside)) return beside;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin', 'node');
  } catch {
    return undefined;
  }
}

/** Path of a Node of at least version 24 that runs on this machine, or undefined. */
export function findNode() {
  if (major(process.versions.node) >= NEEDED_MAJOR) return process.execPath;
  const brought = broughtByNpm();
  if (brought === undefined) return undefined;
  // Asked for its version, because a binary that is present may still not run here (musl instead of glibc).
  const answer = spawnSync(brought, ['--version'], { encoding: 'utf8' });
  return answer.status === 0 && major(answer.stdout.trim()) >= NEEDED_MAJOR ? brought : undefined;
}

/** One paragraph for a person whose machine has no Node 24: what is missing here, and what to do about it. */
export function noNodeMessage() {
  const here = `This is Node ${process.versions.node} on ${process.platform} ${process.arch}.`;
  if (process.platform === 'linux' && !['x64', 'arm64'].includes(process.arch)) {
    return `Engawa needs Node ${NEEDED_MAJOR}, which exists for 64-bit systems only. ${here} On a Raspberry Pi 3 or newer, install the 64-bit Raspberry Pi OS and clone Engawa there.`;
  }
  if (process.platform === 'linux') {
    return `Engawa needs Node ${NEEDED_MAJOR} or newer. ${here} The npm package node-linux-${process.arch} normally brings it; it is missing or does not run here. Run "npm ci" in ${root} without --omit=optional; on a system without glibc (Alpine), install Node ${NEEDED_MAJOR} from its own packages.`;
  }
  return `Engawa needs Node ${NEEDED_MAJOR} or newer. ${here} npm brings it on Linux only: install it from https://nodejs.org and start again.`;
}

/**
 * Runs a script with the given Node and ends this process as the script ended: same exit code, same signal.
 * Standard input, output and error are the script's own.
 */
export function become(node, args, environment = process.env) {
  if (typeof process.execve === 'function') {
    // The script replaces this process: one process less to keep in memory on a small machine.
    process.execve(node, [node, ...args], environment);
  }
  const child = spawn(node, args, { stdio: 'inherit', env: environment });
  for (const signal of FORWARDED_SIGNALS) process.on(signal, () => child.kill(signal));
  // A terminal sends Ctrl-C to both processes by itself; from anywhere else it has to be passed on.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  child.on('error', (error) => {
    process.stderr.write(`engawa: ${node} could not be started (${error.code}).\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
