import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openStore } from '../../../../gateway/store/sqlite/open-store.ts';

const CHILD = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
const ROUNDS = 12;

/** Runs the child until it has promised `count` pairs, then kills it with SIGKILL; what it promised is returned. */
async function promisedUntilKilled(file: string, round: number, count: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, file, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const promised: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    promised.push(line);
    if (promised.length === count) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return promised;
}

test(`killed at ${ROUNDS} random moments, the store has every promised pair and no half pair`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'engawa-crash-'));
  const file = join(folder, 'hub.db');
  const promised: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    promised.push(...(await promisedUntilKilled(file, round, 1 + Math.floor(Math.random() * 400))));
  }
  const store = await openStore({ file, home: 'home', onFault: () => undefined });
  const lost = promised.filter((key) => !['left', 'right'].every((side) => store.get('meta.get', `${key}/${side}`)));
  await store.close();
  const database = new Database(file, { readonly: true });
  const halves = database
    .prepare(
      `SELECT substr(key, 1, instr(key, '/') + instr(substr(key, instr(key, '/') + 1), '/') - 1) AS pair
       FROM meta WHERE key LIKE '%/%/%' GROUP BY pair HAVING count(*) <> 2`,
    )
    .all();
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  database.close();
  rmSync(folder, { recursive: true, force: true });
  expect(promised.length).toBeGreaterThanOrEqual(ROUNDS);
  expect({ lost, halves }).toEqual({ lost: [], halves: [] });
});
