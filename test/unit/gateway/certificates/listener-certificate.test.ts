import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ListenerCertificate } from '../../../../gateway/certificates/listener-certificate.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-12-01T00:00:00Z');
const SECRET = Buffer.alloc(32, 7);
const NAMES = ['localhost', 'hub.local', '127.0.0.1', '192.0.2.7', '::1'];

/** A home's folder, and the certificate kept there at a time and under names that the test chooses. */
function home() {
  const folder = mkdtempSync(join(tmpdir(), 'engawa-certificates-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const open = (nowMs = NOW_MS, names: readonly string[] = NAMES, secret = SECRET) =>
    new ListenerCertificate({ folder, secret: () => secret, nowMs: () => nowMs, names: () => names });
  return { folder, open };
}

const serialOf = (cert: string) => new X509Certificate(cert).serialNumber;

test('is for every name of the hub, signed by the authority, for this user only', async () => {
  const { folder, open } = home();
  const certificate = open();
  const { shown, isNew } = await certificate.renewed();
  const authority = new X509Certificate(await certificate.authority());
  const own = new X509Certificate(shown.cert);
  expect(isNew).toBe(true);
  expect(own.verify(authority.publicKey)).toBe(true);
  expect(own.checkIssued(authority)).toBe(true);
  expect([own.ca, authority.ca]).toEqual([false, true]);
  for (const name of ['localhost', 'hub.local']) expect(own.checkHost(name)).toBe(name);
  for (const address of ['127.0.0.1', '192.0.2.7', '::1']) expect(own.checkIP(address)).toBe(address);
  expect([own.checkHost('other.local'), own.checkIP('192.0.2.8')]).toEqual([undefined, undefined]);
  expect(shown.cert).toContain(await certificate.authority());
  for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o077).toBe(0);
});

test('a device whose clock was never set takes it for valid, and it ends within 398 days', async () => {
  const { open } = home();
  const own = new X509Certificate((await open().renewed()).shown.cert);
  expect(Date.parse(own.validFrom)).toBe(Date.parse('2020-01-01T00:00:00Z'));
  expect(Date.parse(own.validTo) - NOW_MS).toBe(397 * DAY_MS);
});

test('a hub whose clock was never set makes one that is still valid when it is', async () => {
  const { open } = home();
  const own = new X509Certificate((await open(0).renewed()).shown.cert);
  expect(Date.parse(own.validTo)).toBeGreaterThan(NOW_MS + 300 * DAY_MS);
});

test('is kept over a restart, and made anew when its end is near', async () => {
  const { open } = home();
  const first = (await open().renewed()).shown;
  expect(await open(NOW_MS + 266 * DAY_MS).renewed()).toEqual({ shown: first, isNew: false });
  const later = await open(NOW_MS + 268 * DAY_MS).renewed();
  expect(later.isNew).toBe(true);
  expect(serialOf(later.shown.cert)).not.toBe(serialOf(first.cert));
});

test('is made anew when the hub has another address, not when one is gone', async () => {
  const { open } = home();
  const first = (await open().renewed()).shown;
  expect((await open(NOW_MS, ['localhost', '127.0.0.1']).renewed()).shown).toEqual(first);
  const moved = await open(NOW_MS, ['localhost', '192.0.2.9']).renewed();
  expect(moved.isNew).toBe(true);
  expect(new X509Certificate(moved.shown.cert).checkIP('192.0.2.9')).toBe('192.0.2.9');
});

test('is also for the name that devices are told, where it is not one of the machine', async () => {
  const { folder } = home();
  const parts = { folder, secret: () => SECRET, nowMs: () => NOW_MS, names: () => NAMES };
  await new ListenerCertificate(parts).renewed();
  const { shown, isNew } = await new ListenerCertificate({ ...parts, host: 'hub.example' }).renewed();
  expect(isNew).toBe(true);
  expect(new X509Certificate(shown.cert).checkHost('hub.example')).toBe('hub.example');
});

test('a home restored elsewhere is trusted by those who have the old authority; another home is not', async () => {
  const [old, restored, other] = [home(), home(), home()];
  const authority = new X509Certificate(await old.open().authority());
  const again = new X509Certificate((await restored.open().renewed()).shown.cert);
  expect(again.checkIssued(authority) && again.verify(authority.publicKey)).toBe(true);
  const foreign = new X509Certificate((await other.open(NOW_MS, NAMES, Buffer.alloc(32, 8)).renewed()).shown.cert);
  expect(foreign.verify(authority.publicKey)).toBe(false);
});

test.each([
  ['nothing', () => ''],
  ['garbage', () => 'garbage'],
  ['half of it', (text: string) => text.slice(0, text.length / 2)],
  ['another key', (text: string) => text.replace(/(-----BEGIN PRIVATE KEY-----\n)[^-]+/, '$1AAAA\n')],
])('a file that holds %s is made anew', async (_says, spoil) => {
  const { folder, open } = home();
  await open().renewed();
  const file = join(folder, 'tls-listener.pem');
  writeFileSync(file, spoil(readFileSync(file, 'utf8')));
  expect((await open().renewed()).isNew).toBe(true);
});

test('when none can be kept the fault says so', async () => {
  const { folder, open } = home();
  rmSync(folder, { recursive: true });
  await expect(open().renewed()).rejects.toThrow(/ENOENT/);
});
