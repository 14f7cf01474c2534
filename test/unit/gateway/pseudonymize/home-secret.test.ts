import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { homeSecret } from '../../../../gateway/pseudonymize/home-secret.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engawa-secret-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the home secret is made once, readable by its own user alone, and read again', () => {
  const file = join(folder, 'home.secret');
  const made = homeSecret(file);
  expect(made).toHaveLength(32);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(homeSecret(file).equals(made)).toBe(true);
});

test('a damaged one stops the hub and names the file and the remedy, never the bytes', () => {
  const file = join(folder, 'home.secret');
  writeFileSync(file, 'short');
  expect(() => homeSecret(file)).toThrow(/home\.secret is damaged.*recovery card or a backup/);
});
