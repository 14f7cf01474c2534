import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer } from '../household/answer.ts';
import { type Restored, type Restoring, unpackVerified } from './restore.ts';

/** Restores a backup into a temporary folder, opens and compares it as a real restore does, and removes it again. */
export async function rehearse(wanted: Omit<Restoring, 'folder' | 'nowMs'>): Promise<Answer<Restored>> {
  const folder = await mkdtemp(join(tmpdir(), 'engawa-rehearsal-'));
  try {
    return await unpackVerified(wanted, folder, async () => 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
