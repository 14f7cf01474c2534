import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where in the home's folder a copy of the database lies while a backup is being made of it. */
const FOLDER = 'backup.new';

/** A store that can copy all it holds into a new file while it goes on working; resolves when the copy is whole. */
export interface Copied {
  backup(toFile: string): Promise<unknown>;
}

/** The copy of a home's database: its folder, and the file in it. */
export function snapshotIn(dataFolder: string): { readonly folder: string; readonly file: string } {
  const folder = join(dataFolder, FOLDER);
  return { folder, file: join(folder, 'hub.db') };
}

/** Copies the database of a running hub beside it; one that an interrupted backup left is replaced. */
export async function takeSnapshot(store: Copied, dataFolder: string): Promise<void> {
  const { folder, file } = snapshotIn(dataFolder);
  await dropSnapshot(dataFolder);
  await mkdir(folder, { mode: 0o700 });
  await store.backup(file);
  await chmod(file, 0o600);
}

/** Removes the copy. */
export async function dropSnapshot(dataFolder: string): Promise<void> {
  await rm(snapshotIn(dataFolder).folder, { recursive: true, force: true });
}
