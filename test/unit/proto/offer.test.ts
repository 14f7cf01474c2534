import { CompactSign } from 'jose';
import { describe, expect, it } from 'vitest';
import { ed25519FromSeed, rawFromPublic } from '../../../proto/keys.ts';
import { offerKey, readOffer, signOffer } from '../../../proto/offer.ts';
import type { Offer } from '../../../proto/offer-document.ts';

const root = ed25519FromSeed(Buffer.alloc(32, 1));
const rootPublicKey = rawFromPublic(root.publicKey);
const both = (text: string) => ({ ja: text, en: text });
const notice = { information: 'information', purpose: 'purpose', recipients: 'recipients' };

const OFFER: Offer = {
  schema: 1,
  offer: 'energy-advice',
  version: 1,
  recipient: {
    id: 'kurashi',
    name: both('Kurashi'),
    class: 'groupCompany',
    country: 'JP',
    contact: 'privacy@kurashi.example',
  },
  purpose: 'energyAdvice',
  categories: [
    { category: 'power.appliance', level: 'L4', windowMinutes: 15, retentionDays: 90, legalClass: 'personal' },
  ],
  subject: 'home',
  lane: 'shaped',
  epochDays: 30,
  leaseHours: 24,
  binding: 'none',
  benefit: both('advice'),
  notice: { ja: notice, en: notice },
  card: both('card'),
  validityMonths: 12,
};

/** Signs whatever it is given, as a careless operator might. */
function signAnything(payload: string, type = 'engawa-offer+jws'): Promise<string> {
  return new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: 'EdDSA', typ: type }).sign(root.privateKey);
}

const problemsOf = async (document: unknown) => {
  const read = await readOffer(await signAnything(JSON.stringify(document)), rootPublicKey);
  return read.ok ? [] : read.problems;
};

describe('an offer', () => {
  it('is read as it was signed, with a hash that is the same every time', async () => {
    const jws = await signOffer(OFFER, root.privateKey);
    expect(await signOffer(OFFER, root.privateKey)).toBe(jws);
    const read = await readOffer(jws, rootPublicKey);
    if (!read.ok) throw new Error(read.problems.join());
    expect(read.offer).toEqual(OFFER);
    expect(offerKey(read.hash)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is refused when another key signed it, when it was changed, and when it is something else', async () => {
    const jws = await signOffer(OFFER, root.privateKey);
    const other = rawFromPublic(ed25519FromSeed(Buffer.alloc(32, 2)).publicKey);
    const changed = jws.replace('.', '.A');
    for (const [text, key] of [
      [jws, other],
      [changed, rootPublicKey],
      ['', rootPublicKey],
    ] as const) {
      expect(await readOffer(text, key)).toMatchObject({
        ok: false,
        problems: [expect.stringMatching(/^signature: /)],
      });
    }
    expect(await readOffer(await signAnything('{}', 'JWT'), rootPublicKey)).toMatchObject({ ok: false });
    expect(await readOffer(await signAnything('not JSON'), rootPublicKey)).toMatchObject({ ok: false });
  });

  it.each([
    ['an unknown field', { ...OFFER, more: 1 }, /more|additional/i],
    ['an unknown purpose', { ...OFFER, purpose: 'curiosity' }, /^purpose: /],
    ['a long card', { ...OFFER, card: { ja: 'あ'.repeat(121), en: 'x' } }, /^card\/ja: /],
    ['a year and a month', { ...OFFER, validityMonths: 13 }, /^validityMonths: /],
    ['a slug with a space', { ...OFFER, offer: 'energy advice' }, /^offer: /],
    [
      'who holds the key',
      { ...OFFER, categories: [{ ...OFFER.categories[0], category: 'lock.keyHolder' }] },
      /never leaves/,
    ],
    ['a window outside L4', { ...OFFER, categories: [{ ...OFFER.categories[0], level: 'L5' }] }, /windowMinutes/],
    ['a category twice', { ...OFFER, categories: [OFFER.categories[0], OFFER.categories[0]] }, /once/],
    ['nothing', null, /document/],
  ])('with %s is refused, naming field, rule and remedy', async (_name, document, expected) => {
    const problems = await problemsOf(document);
    expect(problems.join('\n')).toMatch(expected);
    for (const problem of problems) expect(problem).toMatch(/^[^:]+: .+; .+\.$/);
    await expect(signOffer(document as Offer, root.privateKey)).rejects.toThrow(RangeError);
  });
});
