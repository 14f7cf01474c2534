import { verify } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { hubId, publicFromRaw } from '../../proto/keys.ts';
import { CATEGORIES, type Category } from '../../proto/lists.ts';
import type { Counts } from '../counts.ts';
import { LIMITS } from '../limits.ts';
import type { Operator } from '../operator.ts';
import { Refusal } from '../refusal.ts';
import type { BrokerStore } from '../store/store.ts';
import type { Surroundings } from '../surroundings.ts';
import { withdrawHeld } from '../withdrawals/batch-withdrawals.ts';
import { ERROR } from './errors.ts';

/** What the routes of a recovery card need. */
export interface CardRoutes {
  readonly store: BrokerStore;
  readonly operator: Operator;
  readonly counts: Counts;
  readonly surroundings: Surroundings;
}

interface Question {
  readonly hubPublicKey: string;
  readonly atS: number;
  readonly signature: string;
}

const b64u = (bytes: number) => Type.String({ pattern: `^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$` });
const hex = (bytes: number) => Type.String({ pattern: `^[0-9a-f]{${bytes * 2}}$` });
const closed = { additionalProperties: false } as const;
const CATEGORY = Type.Union(Object.keys(CATEGORIES).map((name) => Type.Literal(name)));

const QUESTION = Type.Object(
  { hubPublicKey: b64u(32), atS: Type.Integer({ minimum: 0 }), signature: b64u(64) },
  closed,
);
const BATCH = Type.Object(
  {
    eraseKeys: Type.Array(hex(32), { minItems: 1, maxItems: LIMITS.eraseKeysPerBatch }),
    categories: Type.Array(CATEGORY, { minItems: 1, maxItems: 16, uniqueItems: true }),
  },
  closed,
);
const RECEIPT = Type.Object({
  pseudonym: hex(16),
  categories: Type.Array(CATEGORY),
  erasedAtS: Type.Integer(),
  signature: hex(64),
});

const SCHEMAS = {
  ordinal: {
    summary: "The highest ordinal a hub ever named, to whoever holds the hub's key (its recovery card does)",
    body: QUESTION,
    response: { 200: Type.Object({ highestOrdinal: Type.Integer() }), 400: ERROR, 403: ERROR, 404: ERROR },
  },
  batch: {
    summary: 'Withdraws many pseudonyms by their erase keys, those only under which something was stored',
    body: BATCH,
    response: { 200: Type.Object({ receipts: Type.Array(RECEIPT), unknown: Type.Integer() }), 400: ERROR, 429: ERROR },
  },
};

/** Routes for a home that has nothing left but its recovery card. */
export function cardRoutes(server: FastifyInstance, routes: CardRoutes): void {
  const { store, operator, counts, surroundings } = routes;
  const config = { rateLimit: { max: LIMITS.withdrawalsPerMinute, timeWindow: 60_000 } };
  server.post<{ Body: Question }>('/v1/hubs/ordinal', { config, schema: SCHEMAS.ordinal }, async ({ body }) => {
    const hub = await store.hub(askedBy(body, operator, surroundings.now()));
    if (hub) return { highestOrdinal: hub.highestOrdinal };
    throw new Refusal(
      404,
      'unknownHub',
      'This broker knows no hub of this card.',
      'Check the card, and that this is the broker the home was enrolled with.',
    );
  });
  server.post<{ Body: { eraseKeys: string[]; categories: Category[] } }>(
    '/v1/withdrawals/batch',
    { config, schema: SCHEMAS.batch },
    async ({ body }) => {
      const outcome = await withdrawHeld({ store, operator }, body.eraseKeys, body.categories, surroundings.now());
      counts.add('withdrawals', outcome.receipts.length);
      return outcome;
    },
  );
}

/** The hub (32 hex digits) whose key signed the question, not long ago; throws Refusal 403. */
function askedBy({ hubPublicKey, atS, signature }: Question, operator: Operator, nowMs: number): string {
  const key = Buffer.from(hubPublicKey, 'base64url');
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(atS));
  const signed = Buffer.concat([Buffer.from('engawa/1/ordinal'), operator.id, key, time]);
  if (!verify(null, signed, publicFromRaw('ed25519', key), Buffer.from(signature, 'base64url'))) {
    throw new Refusal(403, 'signature', 'The signature does not verify.', 'Check the recovery card and the operator.');
  }
  if (Math.abs(atS * 1_000 - nowMs) > LIMITS.questionLifeMs) {
    throw new Refusal(
      403,
      'clock',
      'The clocks of the two machines are more than a day apart.',
      'Set the clock of the machine the card is used on, and ask again.',
    );
  }
  return hubId(key).toString('hex');
}
