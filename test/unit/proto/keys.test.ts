import { createHash, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as keys from '../../../proto/keys.ts';

const secret = createHash('sha256').update('a home').digest();
const operator = keys.operatorId(Buffer.alloc(32, 3));
const DAY_MS = 86_400_000;

/** Fixed for ever: a hub restored from a card of today must find these again. */
const GOLDEN: unknown = JSON.parse(readFileSync(new URL('./golden/keys.json', import.meta.url), 'utf8'));

function derived(): Record<string, string> {
  const erase = keys.eraseKey(secret, operator, 7, 12, 0);
  const write = keys.writeKey(erase);
  const enrolment = createHash('sha256').update('an enrolment').digest();
  const run = Buffer.from('0102030405060708', 'hex');
  const hubPublic = keys.rawFromPublic(keys.hubKeyPair(secret, operator).publicKey);
  return {
    operator: operator.toString('hex'),
    hubPublicKey: hubPublic.toString('hex'),
    hub: keys.hubId(hubPublic).toString('hex'),
    eraseKey: erase.toString('hex'),
    writeKey: write.toString('hex'),
    pseudonym: keys.pseudonym(write).toString('hex'),
    runKeyUp: keys.runKey(enrolment, run, 'up').toString('hex'),
    runKeyDown: keys.runKey(enrolment, run, 'down').toString('hex'),
    card: keys.cardFromSecret(secret),
    invite: keys.inviteCode(Buffer.alloc(10, 9), operator),
  };
}

describe('derivations', () => {
  it('are the golden ones', () => {
    expect(derived()).toEqual(GOLDEN);
  });

  it('differ in every ordinal, epoch, subject and operator', () => {
    const other = keys.operatorId(Buffer.alloc(32, 4));
    const all = [
      keys.eraseKey(secret, operator, 1, 0, 0),
      keys.eraseKey(secret, operator, 2, 0, 0),
      keys.eraseKey(secret, operator, 1, 1, 0),
      keys.eraseKey(secret, operator, 1, 0, 1),
      keys.eraseKey(secret, other, 1, 0, 0),
    ].map((key) => key.toString('hex'));
    expect(new Set(all).size).toBe(all.length);
  });

  it('refuse keys of the wrong length', () => {
    expect(() => keys.pseudonym(Buffer.alloc(15))).toThrow(RangeError);
    expect(() => keys.hubKeyPair(Buffer.alloc(31), operator)).toThrow(RangeError);
  });

  it('turn epochs over at the same UTC instants in every home', () => {
    expect(keys.epochAt(30 * DAY_MS - 1, 30)).toBe(0);
    expect(keys.epochAt(30 * DAY_MS, 30)).toBe(1);
    expect(() => keys.epochAt(0, 0)).toThrow(RangeError);
  });
});

describe('key pairs', () => {
  it('sign with a seed and verify with the raw public key', () => {
    const pair = keys.hubKeyPair(secret, operator);
    const raw = keys.rawFromPublic(pair.privateKey);
    const signature = sign(null, Buffer.from('enrol'), pair.privateKey);
    expect(verify(null, Buffer.from('enrol'), keys.publicFromRaw('ed25519', raw), signature)).toBe(true);
  });

  it('agree on one enrolment key at both ends, and on another with another code', () => {
    const [hubPair, brokerPair] = [keys.x25519Pair(), keys.x25519Pair()];
    const terms = { code: Buffer.alloc(10, 1), operator, hub: Buffer.alloc(16, 2) };
    const atHub = keys.enrolmentKey({
      ...terms,
      privateKey: hubPair.privateKey,
      peerPublicKey: keys.rawFromPublic(brokerPair.publicKey),
    });
    const peer = { privateKey: brokerPair.privateKey, peerPublicKey: keys.rawFromPublic(hubPair.publicKey) };
    expect(keys.enrolmentKey({ ...terms, ...peer })).toEqual(atHub);
    expect(keys.enrolmentKey({ ...terms, ...peer, code: Buffer.alloc(10, 7) })).not.toEqual(atHub);
    expect(() => keys.enrolmentKey({ ...terms, ...peer, peerPublicKey: Buffer.alloc(32) })).toThrow();
  });
});

describe('the recovery card and the invite', () => {
  it('are read back however they are typed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const card = keys.cardFromSecret(Buffer.from(bytes));
        const typed = card.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
        expect(keys.secretFromCard(typed)).toEqual({ ok: true, secret: Buffer.from(bytes) });
      }),
    );
    const invite = keys.readInviteCode(keys.inviteCode(Buffer.alloc(10, 9), operator));
    expect(invite).toEqual({ ok: true, secret: Buffer.alloc(10, 9), operatorFingerprint: operator.subarray(0, 10) });
  });

  it('say what is wrong with a mistyped one', () => {
    const card = keys.cardFromSecret(secret);
    const other = card.startsWith('A') ? 'B' : 'A';
    expect(keys.secretFromCard(other + card.slice(1))).toEqual({ ok: false, reason: 'checksum' });
    expect(keys.secretFromCard(card.slice(0, -1))).toEqual({ ok: false, reason: 'length' });
    expect(keys.secretFromCard(`${card.slice(0, -1)}U`)).toEqual({ ok: false, reason: 'character' });
    expect(keys.readInviteCode(card)).toMatchObject({ ok: false });
  });
});
