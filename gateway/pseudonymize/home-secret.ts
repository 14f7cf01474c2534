import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { makeFile } from '../new-file.ts';

const SECRET_BYTES = 32;

/** Reads the home secret, or makes one on the first start (readable by this user only). Throws when the file is damaged. */
export function homeSecret(file: string): Buffer {
  if (!existsSync(file)) makeFile(file, randomBytes(SECRET_BYTES));
  const secret = readFileSync(file);
  if (secret.length !== SECRET_BYTES)
    throw new Error(
      `${file} is damaged: it must hold ${SECRET_BYTES} bytes. Restore it from the recovery card or a backup.`,
    );
  return secret;
}
