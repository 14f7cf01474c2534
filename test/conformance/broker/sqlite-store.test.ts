import { randomBytes } from 'node:crypto';
import { SqliteStore } from '../../../broker/store/sqlite/sqlite-store.ts';
import { temporaryFolder } from '../../unit/broker/kit.ts';
import { storeSuite } from './store-suite.ts';

storeSuite('SQLite', async () => {
  const folder = temporaryFolder();
  return {
    open: async () => new SqliteStore(folder.path, randomBytes),
    remove: async () => folder.remove(),
  };
});
