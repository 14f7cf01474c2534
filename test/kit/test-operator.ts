import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { CompactSign } from 'jose';
import { operatorId, rawFromPublic } from '../../proto/keys.ts';
import { readOffer, signOffer } from '../../proto/offer.ts';
import type { Offer } from '../../proto/offer-document.ts';

/** An operator in memory: what a hub pins at enrolment, and the private halves a test needs to play the data broker. */
export interface TestOperator {
  readonly rootKey: Buffer;
  readonly operator: Buffer;
  readonly service: { readonly privateKey: KeyObject; readonly publicKeyRaw: Buffer };
  readonly certificate: string;
  readonly enrolmentKey: Buffer;
  /** Signs an offer and reads it back as a hub does. */
  shelve(document: Offer): Promise<{ readonly offer: Offer; readonly hash: Buffer; readonly jws: string }>;
}

/** Makes an operator with fresh keys. */
export async function testOperator(): Promise<TestOperator> {
  const root = generateKeyPairSync('ed25519');
  const service = generateKeyPairSync('ed25519');
  const rootKey = rawFromPublic(root.publicKey);
  const operator = operatorId(rootKey);
  const publicKeyRaw = rawFromPublic(service.publicKey);
  const document = { schema: 1, operator: operator.toString('hex'), serviceKey: publicKeyRaw.toString('base64url') };
  const certificate = await new CompactSign(Buffer.from(JSON.stringify(document)))
    .setProtectedHeader({ alg: 'EdDSA', typ: 'engawa-service' })
    .sign(root.privateKey);
  return {
    rootKey,
    operator,
    service: { privateKey: service.privateKey, publicKeyRaw },
    certificate,
    enrolmentKey: randomBytes(32),
    shelve: async (offer) => {
      const jws = await signOffer(offer, root.privateKey);
      const read = await readOffer(jws, rootKey);
      if (!read.ok) throw new Error(read.problems.join(' '));
      return { offer: read.offer, hash: read.hash, jws };
    },
  };
}

/** An offer for tests: power at L5 on the prompt lane to one company, unless more is said. */
export function anOffer(more: Partial<Offer> = {}): Offer {
  const both = (text: string) => ({ ja: text, en: text });
  const notice = { information: 'i', purpose: 'p', recipients: 'r' };
  return {
    schema: 1,
    offer: 'every-sample',
    version: 1,
    recipient: { id: 'laboratory', name: both('L'), class: 'groupCompany', country: 'JP', contact: 'a@b.example' },
    purpose: 'energyAdvice',
    categories: [{ category: 'power.appliance', level: 'L5', retentionDays: 30, legalClass: 'personal' }],
    subject: 'home',
    lane: 'prompt',
    epochDays: 30,
    leaseHours: 24,
    binding: 'none',
    benefit: both('b'),
    notice: { ja: notice, en: notice },
    card: both('c'),
    validityMonths: 12,
    ...more,
  };
}
