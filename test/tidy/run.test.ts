import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needsOf, testFiles } from '../needs.ts';
import { type Report, tallyLine, tallyOf, withoutSkipping } from '../tally.ts';
import { root } from './sources.ts';

const report = (more: Partial<Report> = {}): Report => ({
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...more,
});

describe('the count of a test run', () => {
  test('ends with the line everything else reads', () => {
    expect(tallyLine(tallyOf(report(), 0, 0))).toBe('3 passed, 0 failed');
    expect(tallyLine(tallyOf(report({ numPendingTests: 1 }), 0, 2))).toBe('3 passed, 0 failed, 3 skipped');
  });

  test('counts a file that did not load', () => {
    const broken = { status: 'failed', assertionResults: [] };
    expect(tallyOf(report({ testResults: [broken] }), 1, 0).failed).toBe(1);
  });

  test('counts a bad exit that no test explains, and a run without a report', () => {
    expect(tallyOf(report(), 1, 0).failed).toBe(1);
    expect(tallyOf(undefined, 0, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test('takes a skipped test for a failed one where nothing may be missing', () => {
    expect(withoutSkipping({ passed: 3, failed: 1, skipped: 2 })).toEqual({ passed: 3, failed: 3, skipped: 0 });
  });
});

describe('what a test file needs', () => {
  test('is what it starts, and what the kit it imports starts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'engawa-needs-'));
    // In two parts, so that this file does not seem to need them itself.
    const quoted = (start: string, end: string) => `'${start}${end}'`;
    try {
      mkdirSync(join(folder, 'kit'));
      writeFileSync(
        join(folder, 'kit/page.ts'),
        `import { server } from './server.ts';\nimport { chromium } from ${quoted('playwright', '-core')};\n`,
      );
      writeFileSync(
        join(folder, 'kit/server.ts'),
        `export const server = spawn(${quoted('/usr/sbin/mosq', 'uitto')});\n`,
      );
      writeFileSync(join(folder, 'a.test.ts'), "import { page } from './kit/page.ts';\n");
      writeFileSync(join(folder, 'b.test.ts'), "import { test } from 'vitest';\n");
      expect(testFiles(folder).sort()).toEqual([join(folder, 'a.test.ts'), join(folder, 'b.test.ts')]);
      expect([...needsOf(join(folder, 'a.test.ts'), folder)].sort().join(' ')).toBe('chromium mosquitto');
      expect(needsOf(join(folder, 'b.test.ts'), folder).size).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('is nothing for the tests of the runner itself', () => {
    expect(needsOf(import.meta.filename, join(root, 'test')).size).toBe(0);
  });
});
