import { startBroker } from '../../../broker/main.ts';
import { SqliteStore } from '../../../broker/store/sqlite/sqlite-store.ts';

/**
 * A broker that dies like in a power cut right after the commit of every third stored cell, before its answer is made.
 * Arguments: data folder, HTTP port, ingress port (0: any free one). Prints its address once ready.
 */
const [folder = '', httpPort = '0', ingressPort = '0'] = process.argv.slice(2);
const isStoredCell = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'records' in value && Number(value.records) > 0;

let stored = 0;
const transact = SqliteStore.prototype.transact;
SqliteStore.prototype.transact = async function <T>(this: SqliteStore, work: Parameters<typeof transact<T>>[0]) {
  const value = await transact.call<SqliteStore, [typeof work], Promise<T>>(this, work);
  if (isStoredCell(value)) stored += 1;
  if (stored === 3) process.kill(process.pid, 'SIGKILL');
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
