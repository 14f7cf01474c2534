import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectFiles, read } from './sources.ts';

const LONGEST_FILE_LINES = 250;

/** Files that may be longer, each with its reason. A folder ends with a slash. */
const LONGER_WITH_REASON: Record<string, string> = {
  'proto/generated/': 'written by a program',
  'portal/src/texts/': 'a table of sentences',
  'test/': 'a test reads from top to bottom',
  '.dependency-cruiser.cjs': 'a table of rules',
};

const BANNED_NAMES = ['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'types', 'services', 'managers'];

/** Marks of unfinished or forced code, as patterns that do not match their own text. */
const BANNED_TEXT = [
  /\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b/,
  /\bas an[y]\b(?! [a-z])/,
  /biome-ignor[e]/,
  /@ts-(ignor[e]|nochec[k])/,
  /\b(it|test|describe)\.(onl[y]|ski[p]|tod[o])\b/,
];

/** Folders whose every subfolder with code in it is a stage, a place or a party outside, and says so in its README. */
const EXPLAINED = ['bin', 'devices', 'gateway', 'broker', 'proto', 'firmware-sim', 'portal', 'test'];
const DEEPEST_EXPLAINED = 2;

const files = projectFiles();
const code = files.filter((path) => /\.(ts|tsx|mjs|cjs)$/.test(path) && !path.startsWith('proto/generated/'));

/** `devices/listener/limit.ts` → `devices`, `devices/listener`. */
function foldersOf(path: string): string[] {
  const parts = dirname(path).split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/')).slice(0, DEEPEST_EXPLAINED);
}

describe('the source', () => {
  test(`has no file over ${LONGEST_FILE_LINES} lines without a reason`, () => {
    const mayBeLonger = (path: string) => Object.keys(LONGER_WITH_REASON).some((start) => path.startsWith(start));
    const long = code
      .filter((path) => !mayBeLonger(path))
      .map((path) => ({ path, lines: read(path).trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > LONGEST_FILE_LINES);
    expect(long).toEqual([]);
  });

  test('names no file or folder for a technique', () => {
    const named = files.filter((path) =>
      path.split('/').some((part) => BANNED_NAMES.includes(part.replace(/\.[a-z]+$/, '').toLowerCase())),
    );
    expect(named).toEqual([]);
  });

  test('names files in kebab-case', () => {
    const otherwise = code.filter(
      (path) => !/^(\.?[a-z0-9]+(-[a-z0-9]+)*)(\.[a-z0-9-]+)+$/.test(path.split('/').at(-1) ?? ''),
    );
    expect(otherwise).toEqual([]);
  });

  test('has nothing left over to do, nothing forced, nothing switched off', () => {
    const marks = code.flatMap((path) => {
      const text = read(path);
      return BANNED_TEXT.flatMap((mark) => mark.exec(text)?.[0] ?? []).map((found) => `${path}: ${found}`);
    });
    expect(marks).toEqual([]);
  });

  test('explains each folder in a README that begins In, Out, Never', () => {
    const folders = new Set(
      code.filter((path) => EXPLAINED.includes(path.split('/')[0] ?? '')).flatMap((path) => foldersOf(path)),
    );
    const unexplained = [...folders].filter((folder) => {
      if (folder === 'portal/src') return false;
      const path = `${folder}/README.md`;
      const [first = '', second = '', third = ''] = files.includes(path) ? read(path).split('\n') : [];
      return !(first.startsWith('In: ') && second.startsWith('Out: ') && third.startsWith('Never: '));
    });
    expect(unexplained.sort()).toEqual([]);
  });
});
