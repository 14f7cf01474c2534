import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { follow } from '../measure/processes.ts';

const PROGRAMS = [
  '/usr/sbin/mosquitto',
  '/usr/local/sbin/mosquitto',
  '/usr/bin/mosquitto',
  '/opt/homebrew/sbin/mosquitto',
];
const LOOK_AGAIN_MS = 5;
const START_MS = 10_000;

/** Nothing waits for Nagle, nothing is thrown away: a cloud that is not what limits. */
export const CLOUD_LINES = ['set_tcp_nodelay true', 'max_queued_messages 0', 'max_inflight_messages 0'];

/** Starts a Mosquitto with these lines of configuration on a port of 127.0.0.1, and waits until it answers. */
export async function startMosquitto(
  folder: string,
  name: string,
  port: number,
  lines: readonly string[],
): Promise<ChildProcess> {
  const program = PROGRAMS.find((path) => existsSync(path));
  if (program === undefined) throw new Error('Mosquitto is not installed: apt-get install mosquitto.');
  const file = join(folder, `${name}.conf`);
  const more = process.getuid?.() === 0 ? ['user root'] : [];
  const rest = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'log_dest none'];
  writeFileSync(
    file,
    [...more, ...lines.filter((line) => !isAfterListener(line)), ...rest, ...lines.filter(isAfterListener), ''].join(
      '\n',
    ),
  );
  const child = follow(spawn(program, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] }));
  // It warns of being run as root each time; its words matter only when it does not start.
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said = text.toString('utf8');
  });
  await answering(port, child).catch((fault: unknown) => {
    throw new Error(`Mosquitto does not start: ${said}`, { cause: fault });
  });
  return child;
}

/** A bridge's lines follow its `connection` line, and end with the file. */
const BRIDGE = /^(connection|address|topic|cleansession|restart_timeout|bridge_protocol_version|notifications) /;
const isAfterListener = (line: string): boolean => BRIDGE.test(line);

/** Waits until something accepts connections at a port. */
export async function answering(port: number, child: ChildProcess): Promise<void> {
  for (const ends = Date.now() + START_MS; Date.now() < ends; await wait(LOOK_AGAIN_MS)) {
    if (child.exitCode !== null) throw new Error(`The process for port ${port} ended with ${child.exitCode}.`);
    if (await accepts(port)) return;
  }
  throw new Error(`Nothing answers at port ${port}.`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
