import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { startBroker } from '../../../broker/main.ts';
import { SqliteStore } from '../../../broker/store/sqlite/sqlite-store.ts';

/**
 * A broker that dies as if killed. Arguments: data folder, HTTP port, ingress port (0: any free one), and when it dies:
 * `cells`: right after the commit of every third stored cell, before its answer is made; the others once in a folder:
 * `migration`: with a new schema written and not committed; `withdrawal`: right after a withdrawal's commit, its keys still
 * there; `erasing`: with keys overwritten and the log of keys.db not emptied; `receipt`: after that, before the receipt.
 * Prints its address once ready.
 */
const [folder = '', httpPort = '0', ingressPort = '0', when = 'cells'] = process.argv.slice(2);
const holds = (value: unknown, what: 'records' | 'withdrawals'): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  const held = (value as Readonly<Record<string, unknown>>)[what];
  return Array.isArray(held) ? held.length > 0 : Number(held ?? 0) > 0;
};

const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

/** Dies at this point when it is the one asked for, the first time in this folder. */
function point(name: string): void {
  const mark = join(folder, `died-${name}`);
  if (name !== when || existsSync(mark)) return;
  writeFileSync(mark, '');
  die();
}

let stored = 0;
const transact = SqliteStore.prototype.transact;
SqliteStore.prototype.transact = async function <T>(this: SqliteStore, work: Parameters<typeof transact<T>>[0]) {
  const value = await transact.call<SqliteStore, [typeof work], Promise<T>>(this, work);
  if (holds(value, 'withdrawals')) point('withdrawal');
  if (when === 'cells' && holds(value, 'records')) stored += 1;
  if (stored === 3) die();
  return value;
};

let isErasing = false;
const eraseKeys = SqliteStore.prototype.eraseKeys;
SqliteStore.prototype.eraseKeys = async function (this: SqliteStore, pairs) {
  isErasing = true;
  await eraseKeys.call(this, pairs);
  point('receipt');
};

const pragma = Database.prototype.pragma;
Database.prototype.pragma = function (this: Database.Database, source: string, ...rest) {
  if (isErasing && source.startsWith('wal_checkpoint')) point('erasing');
  const value = pragma.call(this, source, ...rest);
  if (source.startsWith('user_version =')) point('migration');
  return value;
};

const broker = await startBroker({
  dataFolder: folder,
  httpHost: '127.0.0.1',
  httpPort: Number(httpPort),
  ingressHost: '127.0.0.1',
  ingressPort: Number(ingressPort),
  logLevel: 'silent',
});
console.log(JSON.stringify({ url: broker.url, ingressUrl: broker.ingressUrl }));
