import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = dirname(dirname(dirname(import.meta.dirname)));
const SYSTEM_PATH = '/usr/bin:/bin';

let folder = '';
let calls = '';

const program = (name: string, script: string) =>
  writeFileSync(join(folder, 'programs', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

/** An npm that notes how it was called and installs the one package of the lockfile. */
const workingNpm = (version: string) => `
if [ "$1" = --version ]; then echo ${version}; exit 0; fi
echo "$@" >> ${calls}
mkdir -p node_modules/thing
cp package-lock.json node_modules/.package-lock.json`;

const lockOf = (version: string) =>
  JSON.stringify({ lockfileVersion: 3, packages: { '': {}, 'node_modules/thing': { version } } });

const prepare = (path = `${join(folder, 'programs')}:${SYSTEM_PATH}`) =>
  spawnSync(process.execPath, [join(folder, 'checkout/bin/prepare.mjs')], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: { PATH: path },
  });

const callsMade = () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engawa-prepare-'));
  calls = join(folder, 'calls');
  mkdirSync(join(folder, 'programs'));
  cpSync(join(root, 'bin'), join(folder, 'checkout/bin'), { recursive: true });
  writeFileSync(join(folder, 'checkout/package-lock.json'), lockOf('1.0.0'));
  program('npm', workingNpm('10.8.2'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('preparing a checkout', () => {
  test('installs the packages once, from whatever folder it is called', () => {
    const first = prepare();
    expect(first.status, first.stderr).toBe(0);
    expect(first.stderr).toContain('npm ci');
    const second = prepare();
    expect(second.status).toBe(0);
    expect(second.stderr).toBe('');
    expect(callsMade()).toHaveLength(1);
    expect(callsMade()[0]).toMatch(/^ci /);
  });

  test('installs again when the lockfile has changed', () => {
    prepare();
    writeFileSync(join(folder, 'checkout/package-lock.json'), lockOf('1.0.1'));
    prepare();
    expect(callsMade()).toHaveLength(2);
  });

  test('keeps packages that somebody installed by hand', () => {
    mkdirSync(join(folder, 'checkout/node_modules/thing'), { recursive: true });
    writeFileSync(join(folder, 'checkout/node_modules/.package-lock.json'), lockOf('1.0.0'));
    expect(prepare().status).toBe(0);
    expect(callsMade()).toHaveLength(0);
  });

  test('says what to do without npm', () => {
    const answer = prepare(join(folder, 'nowhere'));
    expect(answer.status).toBe(1);
    expect(answer.stderr).toContain('npm is missing');
  });

  test('says what to do with an npm that cannot read the lockfile', () => {
    program('npm', workingNpm('6.14.18'));
    const answer = prepare();
    expect(answer.status).toBe(1);
    expect(answer.stderr).toContain('npm 6.14.18 is too old');
  });

  test('says what to do without a network, and leaves no sign of success behind', () => {
    program('npm', '[ "$1" = --version ] && echo 10.8.2 && exit 0; echo "npm error code ENOTFOUND" >&2; exit 1');
    const answer = prepare();
    expect(answer.status).toBe(1);
    expect(answer.stderr).toContain('could not be reached');
    program('npm', workingNpm('10.8.2'));
    expect(prepare().status).toBe(0);
    expect(callsMade()).toHaveLength(1);
  });
});

interface Outcome {
  ok: boolean;
  reason?: string;
}
interface DebianPackages {
  installPackages(packages: string[], options: { policyFile: string; environment: object }): Outcome;
  provideTestPrograms(options: { environment: object; isRoot: boolean }): Outcome & { missing: string[] };
}

describe("Debian's programs for the tests", () => {
  const load = async () => (await import(join(root, 'bin/debian-packages.mjs'))) as DebianPackages;
  const policyFile = () => join(folder, 'policy-rc.d');
  const environment = () => ({ PATH: `${join(folder, 'programs')}:${SYSTEM_PATH}` });

  test('are installed while no service may start, and nothing of that stays', async () => {
    program('apt-get', `echo "$@" >> ${calls}; ${policyFile()} || echo "services: $?" >> ${calls}`);
    const { installPackages } = await load();
    expect(installPackages(['some-server'], { policyFile: policyFile(), environment: environment() })).toEqual({
      ok: true,
    });
    expect(callsMade().filter((line) => line === 'services: 101')).toHaveLength(2);
    expect(callsMade().some((line) => line.endsWith('install --no-install-recommends some-server'))).toBe(true);
    expect(existsSync(policyFile())).toBe(false);
  });

  test('never touch a policy that was there', async () => {
    program('apt-get', 'exit 0');
    writeFileSync(policyFile(), '#!/bin/sh\nexit 104\n');
    const { installPackages } = await load();
    installPackages(['some-server'], { policyFile: policyFile(), environment: environment() });
    expect(readFileSync(policyFile(), 'utf8')).toContain('exit 104');
  });

  test('say why they could not be installed, and leave no policy behind', async () => {
    program('apt-get', 'echo "E: Unable to locate package" >&2; exit 100');
    const { installPackages } = await load();
    const outcome = installPackages(['some-server'], { policyFile: policyFile(), environment: environment() });
    expect(outcome.ok).toBe(false);
    expect(outcome.reason).toContain('Unable to locate package');
    expect(existsSync(policyFile())).toBe(false);
  });

  test("are only named on a person's machine", async () => {
    program('apt-get', `echo "$@" >> ${calls}`);
    const { provideTestPrograms } = await load();
    const provided = provideTestPrograms({ environment: { PATH: join(folder, 'programs') }, isRoot: false });
    expect(provided.ok).toBe(true);
    expect(provided.missing.join(' ')).toBe('mosquitto chromium gcc');
    expect(callsMade()).toHaveLength(0);
  });
});
