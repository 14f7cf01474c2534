import { generateKeyPairSync, sign } from 'node:crypto';
import { CompactSign } from 'jose';
import { describe, expect, test } from 'vitest';
import { readCompactJws } from '../../../proto/compact-jws.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const TYPE = 'engawa-test';

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWS with whatever header, signed as it stands. */
function signed(header: unknown, payload = encoded({ a: 1 }), key = privateKey): string {
  const input = `${typeof header === 'string' ? header : encoded(header)}.${payload}`;
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
}

const read = (jws: string) => readCompactJws(jws, publicKey, TYPE)?.toString();

describe('a compact JWS', () => {
  // Guards that what a full library signs is read without one.
  test('that a JOSE library signed is read', async () => {
    const jws = await new CompactSign(Buffer.from('text'))
      .setProtectedHeader({ alg: 'EdDSA', typ: TYPE })
      .sign(privateKey);
    expect(read(jws)).toBe('text');
  });

  test.each(['EdDSA', 'Ed25519'])('with the algorithm %s is read', (alg) => {
    expect(read(signed({ alg, typ: TYPE }))).toBe('{"a":1}');
  });

  // Guards against the classic confusions of algorithm and type: each of these is signed by the right key.
  test.each([
    ['no algorithm', { typ: TYPE }],
    ['the algorithm none', { alg: 'none', typ: TYPE }],
    ['an algorithm of shared keys', { alg: 'HS256', typ: TYPE }],
    ['another type', { alg: 'EdDSA', typ: 'engawa-other' }],
    ['no type', { alg: 'EdDSA' }],
    ['an extension that must be understood', { alg: 'EdDSA', typ: TYPE, crit: ['b64'], b64: false }],
    ['an empty list of extensions', { alg: 'EdDSA', typ: TYPE, crit: [] }],
    ['a list for a header', [{ alg: 'EdDSA', typ: TYPE }]],
    ['null for a header', null],
    ['a header that is not JSON', Buffer.from('{').toString('base64url')],
  ])('with %s is not read', (_, header) => {
    expect(read(signed(header))).toBeUndefined();
  });

  test('of another key is not read', () => {
    const other = generateKeyPairSync('ed25519');
    expect(read(signed({ alg: 'EdDSA', typ: TYPE }, undefined, other.privateKey))).toBeUndefined();
  });

  test('with a changed payload or signature is not read', () => {
    const [header, payload, signature] = signed({ alg: 'EdDSA', typ: TYPE }).split('.');
    expect(read(`${header}.${encoded({ a: 2 })}.${signature}`)).toBeUndefined();
    expect(read(`${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`)).toBeUndefined();
    expect(read(`${header}.${payload}.${signature?.slice(0, 40)}`)).toBeUndefined();
  });

  test.each(['', '.', '..', 'a.b', 'a.b.c.d', '....'])('that is only "%s" is not read', (text) => {
    expect(read(text)).toBeUndefined();
  });

  // Guards that one JWS has one form: the hash of it is what a grant pins.
  test('written otherwise, though it says the same bytes, is not read', () => {
    const jws = signed({ alg: 'EdDSA', typ: TYPE });
    const [header, payload, signature = ''] = jws.split('.');
    expect(read(`${jws}=`)).toBeUndefined();
    expect(read(`${jws}\n`)).toBeUndefined();
    expect(read(`${header}.${payload}=.${signature}`)).toBeUndefined();
    // 64 bytes leave four bits of the last character unused.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet[alphabet.indexOf(signature.at(-1) ?? '') + 1];
    const twin = `${signature.slice(0, -1)}${last}`;
    expect(Buffer.from(twin, 'base64url')).toEqual(Buffer.from(signature, 'base64url'));
    expect(read(`${header}.${payload}.${twin}`)).toBeUndefined();
  });
});
