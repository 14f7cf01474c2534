import { expect, test } from 'vitest';
import { read } from './sources.ts';

interface Entry {
  version?: string;
  integrity?: string;
  os?: string | string[];
  cpu?: string | string[];
  optionalDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Entry> };

/** Where Node would find a package asked for by the one at this place of the lockfile. */
function resolved(from: string, name: string): Entry | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const found = packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`];
    if (found !== undefined || at === '') return found;
  }
}

// npm leaves out packages of other platforms when it cannot see them while it writes the lockfile. `npm ci` of npm 11
// then refuses the lockfile, and a Raspberry Pi would lack what it needs.
test('the lockfile lists the packages of every platform', () => {
  const absent = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => resolved(path, name) === undefined)
      .map((name) => `${path} → ${name}`),
  );
  expect(absent).toEqual([]);
});

test('what runs on a hub (64-bit Linux) is locked with its integrity', () => {
  const isFor = (field: string | string[] | undefined, names: string[]) =>
    field === undefined || names.some((name) => [field].flat().includes(name));
  const unsealed = Object.entries(packages)
    .filter(([path, entry]) => path !== '' && isFor(entry.os, ['linux']) && isFor(entry.cpu, ['x64', 'arm64']))
    .filter(([path, entry]) => entry.integrity === undefined && !/musl/.test(path))
    .map(([path]) => path);
  expect(unsealed).toEqual([]);
});
