// The programs the tests use and npm cannot bring. Plain JavaScript for Node 20, like prepare.mjs.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Each needed thing: the name tests use, the Debian package that holds it, and where it is found. */
export const TEST_PROGRAMS = [
  { name: 'mosquitto', package: 'mosquitto', program: 'mosquitto' },
  { name: 'mosquitto', package: 'mosquitto-clients', program: 'mosquitto_pub' },
  { name: 'chromium', package: 'chromium', program: 'chromium' },
  // Without a Japanese font the page's pictures show boxes.
  { name: 'chromium', package: 'fonts-noto-cjk', file: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc' },
  { name: 'gcc', package: 'gcc', program: 'gcc' },
  { name: 'gcc', package: 'libc6-dev', file: '/usr/include/stdio.h' },
];

const POLICY_FILE = '/usr/sbin/policy-rc.d';
const POLICY =
  '#!/bin/sh\n# Written by bin/prepare.mjs while it installs packages for tests: no service may start.\nexit 101\n';
// Debian keeps servers outside an ordinary user's PATH.
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isPresent(need, environment) {
  if (need.file !== undefined) return existsSync(need.file);
  const folders = [...(environment.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders.some((folder) => isProgram(join(folder, need.program)));
}

/** True where installing system packages disturbs nobody: a CI job or a container. */
function isDisposable(environment) {
  if (environment.CI === 'true' || existsSync('/.dockerenv') || existsSync('/run/.containerenv')) return true;
  const groups = existsSync('/proc/1/cgroup') ? readFileSync('/proc/1/cgroup', 'utf8') : '';
  return /docker|containerd|kubepods|lxc|libpod/.test(groups);
}

/** Runs the work while Debian's package scripts are forbidden to start services; an existing policy stays as it is. */
function withoutServices(policyFile, work) {
  const isOurs = !existsSync(policyFile) || readFileSync(policyFile, 'utf8') === POLICY;
  if (!isOurs) return work();
  // A handler, even an empty one, keeps Ctrl-C from ending this process before the policy is removed.
  const wait = () => {};
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, wait);
  writeFileSync(policyFile, POLICY, { mode: 0o755 });
  try {
    return work();
  } finally {
    rmSync(policyFile, { force: true });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, wait);
  }
}

/** Installs the packages with apt-get as root; `{ok: false, reason}` carries the end of apt-get's output. */
export function installPackages(packages, { policyFile = POLICY_FILE, environment = process.env } = {}) {
  const options = ['-qq', '-y', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3'];
  const steps = [
    [...options, 'update'],
    [...options, 'install', '--no-install-recommends', ...packages],
  ];
  return withoutServices(policyFile, () => {
    for (const step of steps) {
      const run = spawnSync('apt-get', step, {
        encoding: 'utf8',
        env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' },
        stdio: ['ignore', 'pipe', 'pipe'],
        maxBuffer: 64 * 1024 * 1024,
      });
      if (run.status === 0) continue;
      const output = run.error?.message ?? `${run.stdout}\n${run.stderr}`.trim().split('\n').slice(-10).join('\n');
      return { ok: false, reason: `apt-get ${step.slice(options.length).join(' ')} failed.\n${output}` };
    }
    return { ok: true };
  });
}

/**
 * Sees to the programs the tests need. In a CI job or a container, as root, they are installed; on a person's machine
 * nothing changes, the one command to run is printed, and `missing` names what the test runner has to do without.
 */
export function provideTestPrograms({ environment = process.env, isRoot = process.getuid?.() === 0 } = {}) {
  const absent = TEST_PROGRAMS.filter((need) => !isPresent(need, environment));
  if (absent.length === 0) return { ok: true, missing: [] };
  const packages = absent.map((need) => need.package);
  if (isRoot && isDisposable(environment)) {
    process.stderr.write(`Installing Debian's ${packages.join(', ')} for the tests …\n`);
    const installed = installPackages(packages, { environment });
    return installed.ok ? { ok: true, missing: [] } : installed;
  }
  process.stderr.write(`For all tests: sudo apt-get install --no-install-recommends ${packages.join(' ')}\n`);
  return { ok: true, missing: [...new Set(absent.map((need) => need.name))] };
}
