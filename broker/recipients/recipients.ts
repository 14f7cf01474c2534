import { createHash } from 'node:crypto';
import { Refusal } from '../refusal.ts';
import type { BrokerStore, Recipient } from '../store/store.ts';
import type { Surroundings } from '../surroundings.ts';

const NAME = /^[a-z0-9-]{1,40}$/;
const PREFIX = 'engawa_';
const TOKEN_BYTES = 32;

/** SHA-256 of a token: what the store keeps. The token has 256 random bits, so no slow hash is needed. */
const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * Adds a recipient under the id its offers state and returns its token, which cannot be shown again.
 * `renew` replaces the token of a known one; without it a known name is refused.
 */
export async function addRecipient(
  store: BrokerStore,
  { now, random }: Surroundings,
  name: string,
  renew: boolean,
): Promise<{ name: string; token: string; renewed: boolean }> {
  if (!NAME.test(name)) {
    const remedy = 'Use the id its offer states under recipient.id: 1 to 40 of a-z, 0-9 and "-".';
    throw new Refusal(400, 'name', 'This is not the id of a recipient.', remedy);
  }
  const token = PREFIX + random(TOKEN_BYTES).toString('base64url');
  const renewed = await store.transact(async (transaction) => {
    const known = await transaction.recipient(name);
    if (known && !renew) {
      const remedy = `Use its token, or replace it: engawa broker recipient add ${name} --renew.`;
      throw new Refusal(409, 'exists', `The recipient ${name} has a token already.`, remedy);
    }
    const addedS = known?.addedS ?? Math.floor(now() / 1_000);
    await transaction.putRecipient({ name, tokenHash: tokenHash(token), addedS });
    return known !== undefined;
  });
  return { name, token, renewed };
}

/** The recipient an Authorization header belongs to; throws Refusal 401 for none or a wrong one. */
export async function recipientOf(store: BrokerStore, authorization: string | undefined): Promise<Recipient> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) {
    const remedy = 'Send "Authorization: Bearer TOKEN"; the operator prints it with: engawa broker recipient add NAME.';
    throw new Refusal(401, 'noToken', 'This feed is read with a token.', remedy);
  }
  const recipient = await store.recipientByToken(tokenHash(token));
  if (!recipient) {
    const remedy =
      'Check that it was copied whole; the operator replaces it with: engawa broker recipient add NAME --renew.';
    throw new Refusal(401, 'wrongToken', 'This token belongs to no recipient.', remedy);
  }
  return recipient;
}
