import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = [
  '/usr/sbin/mosquitto',
  '/usr/local/sbin/mosquitto',
  '/usr/bin/mosquitto',
  '/opt/homebrew/sbin/mosquitto',
];
const ATTEMPT_MS = 20;
const ATTEMPTS = 500;

/** Settings of one Mosquitto; without `passwords` anybody may connect. */
export interface MosquittoOptions {
  /** Lines added to its configuration. */
  readonly config?: string;
  /** The content of its `acl_file`. */
  readonly acl?: string;
  /** User names and passwords of its `password_file`. */
  readonly passwords?: Readonly<Record<string, string>>;
}

/** A running Mosquitto on a free port of 127.0.0.1. */
export interface Mosquitto {
  readonly url: string;
  readonly port: number;
  /** Its data folder, removed by `stop`. */
  readonly folder: string;
  stop(): Promise<void>;
  /** Ends and starts it again on the same port, keeping what `persistence` kept. */
  restart(): Promise<void>;
}

/** True when Mosquitto is installed on this machine. */
export function hasMosquitto(): boolean {
  return PROGRAM.some((path) => existsSync(path));
}

/** Starts a real Mosquitto and waits until its port answers; rejects with its own words when it ends before. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), 'engawa-mosquitto-'));
  const port = await freePort();
  writeSettings(folder, port, options);
  let child = await run(folder, port);
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    folder,
    stop: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
    restart: async () => {
      await end();
      child = await run(folder, port);
    },
  };
}

function writeSettings(folder: string, port: number, { config, acl, passwords }: MosquittoOptions): void {
  const lines = [
    `listener ${port} 127.0.0.1`,
    'persistence true',
    `persistence_location ${folder}/`,
    'log_dest stderr',
  ];
  // Started by root, Mosquitto would change to its own user and lose sight of this folder.
  if (process.getuid?.() === 0) lines.push('user root');
  lines.push(`allow_anonymous ${passwords === undefined}`);
  if (passwords !== undefined) {
    const file = join(folder, 'passwords');
    writeFileSync(file, '', { mode: 0o600 });
    for (const [user, password] of Object.entries(passwords)) {
      execFileSync('mosquitto_passwd', ['-b', file, user, password], { stdio: 'ignore' });
    }
    chmodSync(file, 0o600);
    lines.push(`password_file ${file}`);
  }
  if (acl !== undefined) {
    const file = join(folder, 'acl');
    writeFileSync(file, acl, { mode: 0o600 });
    lines.push(`acl_file ${file}`);
  }
  writeFileSync(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n${config ?? ''}\n`);
}

async function run(folder: string, port: number): Promise<ChildProcess> {
  const program = PROGRAM.find((path) => existsSync(path));
  if (program === undefined)
    throw new Error('Mosquitto is not installed: apt-get install mosquitto mosquitto-clients.');
  const child = spawn(program, ['-c', join(folder, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  // A test process that ends early must not leave a server behind.
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`Mosquitto ended at its start: ${said}`);
    if (await answers(port)) return child;
    await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
  }
  child.kill('SIGKILL');
  throw new Error(`Mosquitto does not answer on port ${port}: ${said}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
