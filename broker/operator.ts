import { createHash, createPrivateKey, generateKeyPairSync, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { accessSync, chmodSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { operatorId, rawFromPublic } from '../proto/keys.ts';
import { makeFile, makeFolder } from './new-file.ts';
import { StartError } from './refusal.ts';

/** The operator's keys as a running broker holds them. */
export interface Operator {
  /** SHA-256 of the root public key. */
  readonly id: Buffer;
  readonly rootKey: KeyObject;
  readonly rootPublicKey: Buffer;
  readonly serviceKey: KeyObject;
  readonly servicePublicKey: Buffer;
  /** The root key's word for the service key: compact JWS, see README. */
  readonly certificate: string;
  /** Secret of the feeds' cursors, the same for all workers of this operator. */
  readonly cursorSecret: Buffer;
}

/** Opens the data folder, making it (0700) when missing; throws StartError when it cannot be written. */
export function openFolder(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const probe = join(folder, `.probe-${randomBytes(4).toString('hex')}`);
    writeFileSync(probe, '', { flag: 'wx' });
    rmSync(probe);
  } catch (fault) {
    const why = fault instanceof Error && 'code' in fault ? String(fault.code) : 'unknown reason';
    throw new StartError(
      `The broker's data folder ${folder} cannot be written (${why}). Give this user the right to write it, or name another with ENGAWA_DATA or --data.`,
    );
  }
}

function keyFile(file: string): KeyObject {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    makeFile(file, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    return privateKey;
  }
  try {
    chmodSync(file, 0o600);
    const key = createPrivateKey(readFileSync(file));
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key');
    return key;
  } catch {
    throw new StartError(`${file} is not a readable Ed25519 private key (PEM, PKCS #8). Restore it from your backup.`);
  }
}

/** The operator's keys in a folder, made at the first start. `nowMs` dates the certificate. */
export async function openOperator(folder: string, nowMs: number): Promise<Operator> {
  const rootKey = keyFile(join(folder, 'operator.key'));
  const serviceKey = keyFile(join(folder, 'service.key'));
  const rootPublicKey = rawFromPublic(rootKey);
  const servicePublicKey = rawFromPublic(serviceKey);
  const id = operatorId(rootPublicKey);
  const payload = {
    schema: 1,
    operator: id.toString('hex'),
    serviceKey: servicePublicKey.toString('base64url'),
    issuedAtS: Math.floor(nowMs / 1_000),
  };
  const certificate = await new SignJWT(payload)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'engawa-service' })
    .sign(rootKey);
  const seed = createHash('sha256')
    .update(serviceKey.export({ format: 'der', type: 'pkcs8' }))
    .digest();
  const cursorSecret = Buffer.from(hkdfSync('sha256', seed, id, 'engawa/1/cursor', 32));
  return { id, rootKey, rootPublicKey, serviceKey, servicePublicKey, certificate, cursorSecret };
}
