import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageJson, projectFiles, read, root } from './sources.ts';

const files = projectFiles();
const pages = files.filter((path) => path.endsWith('.md'));
const GUARANTEES = 12;

/** Rows of the first table of docs/guarantees.md: number, and the test file that holds it (none: not held yet). */
function guaranteeRows(): { number: number; file: string | undefined; row: string }[] {
  return read('docs/guarantees.md')
    .split('\n')
    .filter((line) => /^\| \d+ \|/.test(line))
    .map((row) => ({
      number: Number(row.split('|')[1]),
      file: /\(\.\.\/(test\/guarantees\/[a-z-]+\.test\.ts)\)/.exec(row)?.[1],
      row,
    }));
}

/** Everything between backticks, code blocks included. */
function commandsIn(path: string): string[] {
  const text = read(path);
  const blocks = [...text.matchAll(/```[a-z]*\n([\s\S]*?)```/g)].flatMap((match) => (match[1] ?? '').split('\n'));
  const spans = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
  return [...blocks, ...spans].map((line) => line.trim());
}

const helpOf = (program: string) =>
  execFileSync(process.execPath, [join(root, 'bin/engawa.mjs'), program, '--help'], { encoding: 'utf8' });

describe('the documents', () => {
  test('link to nothing that is missing', () => {
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)\s]+)\)|<img[^>]+src="([^"]+)"/g)]
        .map((match) => match[1] ?? match[2] ?? '')
        .filter((link) => !/^([a-z]+:|#)/.test(link))
        .map((link) => normalize(join(dirname(page), decodeURI(link.replace(/#.*$/, '')))))
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${page} → ${path}`),
    );
    expect(broken).toEqual([]);
  });

  test('list every guarantee once, and exactly the tests there are', () => {
    const rows = guaranteeRows();
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: GUARANTEES }, (_, index) => index + 1));
    const listed = rows.flatMap(({ file }) => (file === undefined ? [] : [file]));
    expect(listed.sort()).toEqual(files.filter((path) => /^test\/guarantees\/.*\.test\.ts$/.test(path)).sort());
    for (const { file, row } of rows) if (file === undefined) expect(row).toMatch(/not yet/);
  });

  test('have the page of words', () => {
    expect(files).toContain('docs/words.md');
  });

  test('give the version of this package as the latest in the change log', () => {
    const [latest] = [...read('CHANGELOG.md').matchAll(/^## \[(\d[^\]]*)\]/gm)].map((match) => match[1]);
    expect(latest).toBe(packageJson.version);
  });

  test('give a reason for each package, and for no other', () => {
    const named = read('docs/decisions/0001-libraries.md')
      .split('\n')
      .flatMap((line) => /^\| ([^|]+) \|/.exec(line)?.[1]?.split(', ') ?? [])
      .filter((name) => name !== 'package' && !name.startsWith('-'));
    const { dependencies, devDependencies, optionalDependencies } = packageJson;
    expect(named.sort()).toEqual(Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).sort());
  });

  test('name only npm scripts and programs that exist', () => {
    const unknown = pages.flatMap((page) =>
      commandsIn(page).flatMap((line) => {
        const script = /^npm (?:run (?:-s )?)([\w:-]+)/.exec(line)?.[1];
        const program = /^(?:npx )?engawa (\w+)/.exec(line)?.[1];
        const isKnown = script === undefined || script in packageJson.scripts;
        const isProgram = program === undefined || ['start', 'hub', 'broker', 'card', 'sim'].includes(program);
        return isKnown && isProgram ? [] : [`${page}: ${line}`];
      }),
    );
    expect(unknown).toEqual([]);
  });

  test('name only commands that the hub and the broker know', () => {
    const help: Record<string, string> = { hub: helpOf('hub'), broker: helpOf('broker') };
    const unknown = ['README.md', 'README.ja.md', ...files.filter((path) => path.startsWith('docs/connect/'))].flatMap(
      (page) =>
        commandsIn(page).flatMap((line) => {
          const match = /(?:npm run -s (hub|broker) --|engawa (hub|broker)) (?:--demo )?([a-z][a-z-]*)/.exec(line);
          const program = match?.[1] ?? match?.[2];
          if (match === null || program === undefined) return [];
          return new RegExp(`\\b${match[3]}\\b`).test(help[program] ?? '') ? [] : [`${page}: ${line}`];
        }),
    );
    expect(unknown).toEqual([]);
  });

  test('name only settings that exist', () => {
    const namesIn = (path: string) => new Set(read(path).match(/\bENGAWA_[A-Z_]*[A-Z]\b/g) ?? []);
    // ENGAWA_PUBLISH is a variable of docker-compose.yml alone; the test runner and the simulator have some of their own.
    const endToEnd = readdirSync('test/e2e', { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.ts'),
    );
    const runners = ['test/run.ts', 'bin/sim.ts', ...endToEnd.map((path) => `test/e2e/${path}`)];
    const others = runners.flatMap((path) => [...namesIn(path)]);
    const known = new Set([...namesIn('bin/settings.ts'), 'ENGAWA_PUBLISH', ...others]);
    const unknown = [...pages, 'docker-compose.yml', 'Dockerfile'].flatMap((path) =>
      [...namesIn(path)].filter((name) => !known.has(name.replace(/_FILE$/, ''))).map((name) => `${path}: ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  test('leave no figure to be filled in', () => {
    const open = ['README.md', 'README.ja.md'].filter((page) => read(page).includes('«'));
    expect(open).toEqual([]);
  });
});
