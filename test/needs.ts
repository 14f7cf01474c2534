import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** How a file shows that it starts a program which npm does not bring: the program's name or path as a string. */
const SIGNS: readonly (readonly [program: string, sign: RegExp])[] = [
  ['mosquitto', /['"/]mosquitto(_[a-z]+)?['"]/],
  ['chromium', /['"]playwright-core['"]|['"/]chromium['"]/],
  ['gcc', /['"/]gcc['"]/],
];
const RELATIVE_IMPORT = /from '(\.{1,2}\/[^']+)'/g;

/** Paths of every test file below a folder, in no particular order. */
export function testFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
}

/** Names of the programs that a test file, or any file below test/ that it imports, directly or not, cannot do without. */
export function needsOf(file: string, testFolder: string): Set<string> {
  const needs = new Set<string>();
  const seen = new Set<string>();
  const open = [file];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path) || !path.startsWith(testFolder) || !existsSync(path)) continue;
    seen.add(path);
    // The runner knows the names without starting anything.
    if (path === import.meta.filename) continue;
    const text = readFileSync(path, 'utf8');
    for (const [program, sign] of SIGNS) if (sign.test(text)) needs.add(program);
    for (const match of text.matchAll(RELATIVE_IMPORT)) open.push(resolve(dirname(path), match[1] ?? ''));
  }
  return needs;
}
