import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = dirname(dirname(dirname(import.meta.dirname)));
const launcher = join(root, 'bin/engawa.mjs');
const findNode = pathToFileURL(join(root, 'bin/find-node.mjs')).href;

const run = (...args: string[]) => spawnSync(process.execPath, [launcher, ...args], { encoding: 'utf8' });

/** A process that becomes a script the way Node 20 does it, which cannot replace itself. */
const becoming = (script: string) => [
  '--input-type=module',
  '--eval',
  `delete process.execve;
   const { become } = await import('${findNode}');
   become(process.execPath, ['--eval', ${JSON.stringify(script)}]);`,
];

describe('engawa', () => {
  test('names its programs with --help and without arguments', () => {
    for (const answer of [run('--help'), run()]) {
      expect(answer.status).toBe(0);
      for (const program of ['start', 'hub', 'broker', 'sim']) expect(answer.stdout).toContain(`  ${program} `);
    }
  });

  test('gives the version of the package', async () => {
    const { default: packageJson } = await import('../../../package.json', { with: { type: 'json' } });
    expect(run('--version').stdout).toBe(`${packageJson.version}\n`);
  });

  test('says which programs there are when asked for another', () => {
    const answer = run('gateway');
    expect(answer.status).toBe(2);
    expect(answer.stderr).toContain('no program "gateway"');
    expect(answer.stderr).toContain('start, hub, broker, card, sim');
  });

  test('says what to run first in a checkout without packages', () => {
    const folder = mkdtempSync(join(tmpdir(), 'engawa-launcher-'));
    try {
      cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
      writeFileSync(join(folder, 'package-lock.json'), '{}');
      const answer = spawnSync(process.execPath, [join(folder, 'bin/engawa.mjs'), 'hub', 'status'], {
        encoding: 'utf8',
      });
      expect(answer.status).toBe(1);
      expect(answer.stderr).toContain('npm start');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('says on a 32-bit system that there is nothing to install', () => {
    const script = `Object.defineProperty(process, 'arch', { value: 'arm' });
      Object.defineProperty(process, 'platform', { value: 'linux' });
      console.log((await import('${findNode}')).noNodeMessage());`;
    const answer = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    expect(answer.stdout).toContain('64-bit systems only');
  });
});

describe('a program that was started with an older Node', () => {
  test('hands on the exit code', () => {
    expect(spawnSync(process.execPath, becoming('process.exit(7)')).status).toBe(7);
  });

  test('hands on a signal, and ends as the program ended', async () => {
    const script = "process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); console.log('ready');";
    const child = spawn(process.execPath, becoming(script), { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([9, null]);
  });

  test('dies of the signal the program died of', () => {
    const answer = spawnSync(process.execPath, becoming("process.kill(process.pid, 'SIGKILL')"));
    expect(answer.signal).toBe('SIGKILL');
  });
});
