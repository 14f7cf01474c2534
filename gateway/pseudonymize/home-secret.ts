import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const SECRET_BYTES = 32;

/** Reads the home secret, or makes one on the first start (readable by this user only). Throws when the file is damaged. */
export function homeSecret(file: string): Buffer {
  if (!existsSync(file)) writeFileSync(file, randomBytes(SECRET_BYTES), { mode: 0o600, flag: 'wx', flush: true });
  const secret = readFileSync(file);
  if (secret.length !== SECRET_BYTES)
    throw new Error(
      `${file} is damaged: it must hold ${SECRET_BYTES} bytes. Restore it from the recovery card or a backup.`,
    );
  return secret;
}
