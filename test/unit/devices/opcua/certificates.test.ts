import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as library from 'node-opcua-client';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openOwn, Trust } from '../../../../devices/opcua/certificates.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'engawa-pki-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A certificate of somebody, in DER. */
async function stranger(): Promise<Buffer> {
  const { certificateFile } = await openOwn(library, folder());
  return new X509Certificate(readFileSync(certificateFile)).raw;
}

describe('our own certificate', () => {
  test('is made once, with a key for nobody else, and says what OPC UA asks for', async () => {
    const place = join(folder(), 'opcua');
    const own = await openOwn(library, place);
    expect(statSync(own.privateKeyFile).mode & 0o777).toBe(0o600);
    expect(statSync(place).mode & 0o777).toBe(0o700);
    const pem = readFileSync(own.certificateFile, 'utf8');
    const certificate = new X509Certificate(pem);
    expect(certificate.subject).toBe('CN=Engawa');
    expect(certificate.subjectAltName).toContain(`URI:${own.applicationUri}`);
    expect(certificate.keyUsage).toContain('1.3.6.1.5.5.7.3.2');
    expect(await openOwn(library, place)).toEqual(own);
    expect(readFileSync(own.certificateFile, 'utf8')).toBe(pem);
    writeFileSync(own.certificateFile, (await stranger()).toString('base64'));
    await openOwn(library, place);
    expect(new X509Certificate(readFileSync(own.certificateFile)).publicKey.equals(certificate.publicKey)).toBe(true);
  });
});

describe('trust', () => {
  let place: string;
  let trust: Trust;
  beforeEach(async () => {
    place = folder();
    trust = new Trust(library, place);
    await trust.initialize();
  });
  const isTrusted = async (certificate: Buffer): Promise<boolean> =>
    (await trust.checkCertificate(certificate)).isGood();

  test('is given to exactly the certificate that a resident has moved', async () => {
    const [one, other] = [await stranger(), await stranger()];
    expect(await isTrusted(one)).toBe(false);
    const { file, moveTo, thumbprint } = trust.untrusted ?? { file: '', moveTo: '', thumbprint: '' };
    expect(thumbprint).toBe(new X509Certificate(one).fingerprint.replaceAll(':', '').toLowerCase());
    renameSync(file, moveTo);
    expect(await isTrusted(one)).toBe(true);
    expect(await trust.verifyCertificate(one)).toBe('Good');
    expect(await isTrusted(other)).toBe(false);
    expect(await trust.verifyCertificate(other)).toBe('BadCertificateUntrusted');
  });

  test('is not given by the library, nor to bytes that are no certificate', async () => {
    const one = await stranger();
    await trust.trustCertificate();
    expect(await isTrusted(one)).toBe(false);
    expect(await isTrusted(Buffer.from('no certificate'))).toBe(false);
  });

  test('a server that shows ever new certificates fills no disk', async () => {
    for (let count = 0; count < 12; count += 1) await trust.checkCertificate(await stranger());
    const waiting = readdirSync(join(place, 'waiting'));
    expect(waiting.length).toBeLessThanOrEqual(10);
    expect(waiting).toContain(trust.untrusted?.file.split('/').at(-1));
  });
});
