import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const bin = join(import.meta.dirname, '../../../bin');

describe('the heap of a simulated fleet', async () => {
  const { heapOptions } = await import(join(bin, 'lean.mjs'));
  test.each([
    ['sim', ['--homes', '1000', '--url', 'x'], ['--expose-gc', '--max-semi-space-size=8']],
    ['sim', ['--homes=1000', '--home', 'family-house'], ['--expose-gc', '--max-semi-space-size=8']],
    ['sim', ['--homes', '20'], []],
    ['sim', ['--homes'], []],
    ['sim', ['--url', 'x'], []],
    ['hub', ['--homes', '1000'], []],
  ])('%s %j', (program, words, expected) => {
    expect(heapOptions(program, words)).toEqual(expected);
  });
});

describe('compiled code', () => {
  let folder: string;
  const cache = () => join(folder, 'node_modules', '.cache', 'engawa');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'engawa-lean-'));
    mkdirSync(join(folder, 'bin'));
    mkdirSync(join(folder, 'node_modules'));
    for (const name of ['lean.mjs', 'find-node.mjs']) cpSync(join(bin, name), join(folder, 'bin', name));
    writeFileSync(join(folder, 'program.mjs'), `console.log('${'it runs '.repeat(100)}');`);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts a small program the way the launcher does, and ends it as a power cut would. */
  const start = (version: string, settings: Record<string, string> = {}) => {
    const url = (name: string) => pathToFileURL(join(folder, name)).href;
    const script = `const { keepNurserySmall, reuseCompiledCode } = await import('${url('bin/lean.mjs')}');
      keepNurserySmall();
      const keep = reuseCompiledCode('${version}');
      await import('${url('program.mjs')}');
      keep();
      process.kill(process.pid, 'SIGKILL');`;
    const env = { PATH: process.env.PATH, ...settings };
    return spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8', env });
  };

  test('is kept beside the packages before the program has ended', () => {
    expect(start('1.0.0').stdout).toContain('it runs');
    const [own = ''] = readdirSync(join(cache(), '1.0.0'));
    expect(readdirSync(join(cache(), '1.0.0', own)).length).toBeGreaterThan(0);
  });

  test('of another version of Engawa or Node is removed', () => {
    start('1.0.0');
    const [own = ''] = readdirSync(join(cache(), '1.0.0'));
    start('1.1.0');
    const older = own.replace(process.version, 'v24.0.0');
    mkdirSync(join(cache(), '1.1.0', older));
    start('1.1.0');
    expect(readdirSync(cache())).toEqual(['1.1.0']);
    expect(readdirSync(join(cache(), '1.1.0'))).toEqual([own]);
  });

  test('is kept below the data where the packages cannot be written beside', () => {
    writeFileSync(join(folder, 'node_modules', '.cache'), 'in the way');
    const data = join(folder, 'data');
    mkdirSync(data);
    start('1.0.0', { ENGAWA_DATA: data });
    expect(readdirSync(join(data, 'compiled'))).toEqual(['1.0.0']);
  });

  test('is done without where nothing can be written, and the program runs', () => {
    writeFileSync(join(folder, 'node_modules', '.cache'), 'in the way');
    expect(start('1.0.0', { ENGAWA_DATA: '/proc/nothing' }).stdout).toContain('it runs');
  });
});
