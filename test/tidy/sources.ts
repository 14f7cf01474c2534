import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const root = dirname(dirname(import.meta.dirname));

const NOT_SOURCE = new Set(['node_modules', '.git', 'data', 'portal/dist', 'test/out']);

/** Paths, from the root and with `/`, of every file of the project that a person wrote or that is checked in. */
export function projectFiles(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (NOT_SOURCE.has(path)) return [];
    return entry.isDirectory() ? projectFiles(path) : [path];
  });
}

/** Text of a file of the project. */
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The part of package.json that the tests of this folder compare with. */
export const packageJson = JSON.parse(read('package.json')) as {
  version: string;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};
