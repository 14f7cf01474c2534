import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { CATEGORIES } from '../../proto/lists.ts';
import { feedAccess } from '../feeds/access.ts';
import { LIMITS } from '../limits.ts';
import { hourAt } from '../surroundings.ts';
import { type Attested, attest } from '../withdrawals/attestations.ts';
import { ERROR } from './errors.ts';
import { counted, type FeedRoutes } from './feed-routes.ts';

const closed = { additionalProperties: false } as const;
const CATEGORY = Type.Union(Object.keys(CATEGORIES).map((name) => Type.Literal(name)));
const ERASURE = Type.Object(
  {
    pseudonym: Type.String({ pattern: '^[0-9a-f]{32}$', description: "A tombstone's pseudonym" }),
    categories: Type.Array(CATEGORY, {
      minItems: 1,
      maxItems: 16,
      uniqueItems: true,
      description: 'All of its categories',
    }),
  },
  closed,
);

const SCHEMA = {
  summary: "The recipient's word that it erased what tombstones of the feed named, by each line's attest_by",
  params: Type.Object({ offer: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }) }),
  querystring: Type.Object(
    { purpose: Type.Optional(Type.String({ maxLength: 60, description: "The offer's purpose" })) },
    closed,
  ),
  body: Type.Object(
    { erasures: Type.Array(ERASURE, { minItems: 1, maxItems: LIMITS.attestationsPerRequest }) },
    closed,
  ),
  security: [{ token: [] }],
  response: {
    200: Type.Object({
      attested: Type.Integer({ description: 'Noted now' }),
      already: Type.Integer({ description: 'Noted before' }),
      acknowledgement: Type.String({ description: "Compact JWS of the broker's service key, typ engawa-attestation" }),
    }),
    400: ERROR,
    401: ERROR,
    403: ERROR,
    404: ERROR,
  },
};

interface Asked {
  Params: { offer: string };
  Querystring: { purpose?: string };
  Body: { erasures: Attested[] };
}

/** Where recipients attest erasures. */
export function attestationRoutes(server: FastifyInstance, routes: FeedRoutes): void {
  server.post<Asked>('/v1/feeds/:offer/attestations', { schema: SCHEMA }, (request) => {
    const { authorization } = request.headers;
    const { purpose } = request.query;
    const attesting = async () => {
      const access = await feedAccess(routes.store, { authorization, offer: request.params.offer, purpose });
      const feed = { slug: access.offer.slug, recipient: access.recipient.name };
      return attest(routes, feed, request.body.erasures, hourAt(routes.surroundings.now()));
    };
    return counted(routes, attesting());
  });
}
