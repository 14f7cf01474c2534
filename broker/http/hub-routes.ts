import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { CATEGORIES, type Category } from '../../proto/lists.ts';
import type { Counts } from '../counts.ts';
import { type EnrolmentRequest, enrol } from '../enrolment/enrolment.ts';
import { LIMITS } from '../limits.ts';
import type { Operator } from '../operator.ts';
import type { BrokerStore } from '../store/store.ts';
import type { Surroundings } from '../surroundings.ts';
import { UnknownWithdrawals } from '../withdrawals/unknown-withdrawals.ts';
import { withdraw } from '../withdrawals/withdrawals.ts';
import { ERROR } from './errors.ts';

/** What the routes of hubs and homes need. */
export interface HubRoutes {
  readonly store: BrokerStore;
  readonly operator: Operator;
  readonly counts: Counts;
  readonly surroundings: Surroundings;
  /** URL of the MQTT ingress for a hub that reached this server under `hostname`. */
  readonly ingressUrlFor: (hostname: string) => string;
}

const b64u = (bytes: number) => Type.String({ pattern: `^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$` });
const hex = (bytes: number) => Type.String({ pattern: `^[0-9a-f]{${bytes * 2}}$` });
const closed = { additionalProperties: false } as const;
const perMinute = (max: number) => ({ rateLimit: { max, timeWindow: 60_000 } });

const OPERATOR = Type.Object({ operator: hex(32), rootPublicKey: b64u(32), certificate: Type.String() });
const ENROL = Type.Object(
  {
    schema: Type.Literal(1),
    hubPublicKey: b64u(32),
    ephemeralPublicKey: b64u(32),
    invite: hex(8),
    proof: b64u(32),
    signature: b64u(64),
  },
  closed,
);
const ENROLLED = Type.Object({
  hub: hex(16),
  ephemeralPublicKey: b64u(32),
  ingressUrl: Type.String(),
  signature: b64u(64),
});
const CATEGORY = Type.Union(Object.keys(CATEGORIES).map((name) => Type.Literal(name)));
const WITHDRAWAL = Type.Object(
  { eraseKey: hex(32), categories: Type.Array(CATEGORY, { minItems: 1, maxItems: 16, uniqueItems: true }) },
  closed,
);
const RECEIPT = Type.Object({
  pseudonym: hex(16),
  categories: Type.Array(CATEGORY),
  erasedAtS: Type.Integer(),
  signature: hex(64),
});

const SCHEMAS = {
  operator: { summary: "The operator's keys, to be checked against an invite code", response: { 200: OPERATOR } },
  enrol: {
    summary: 'Enrols a hub with a one-time code',
    body: ENROL,
    response: { 200: ENROLLED, 400: ERROR, 403: ERROR, 409: ERROR, 410: ERROR },
  },
  offers: {
    summary: 'The newest version of every published offer, signed; the same for every hub',
    response: { 200: Type.Object({ offers: Type.Array(Type.String()) }) },
  },
  withdrawals: {
    summary: 'Withdraws categories of one pseudonym; possession of the erase key is the authority',
    body: WITHDRAWAL,
    response: { 200: RECEIPT, 400: ERROR, 429: ERROR },
  },
};

/** Routes of hubs and homes: the operator's keys, enrolment, offers, withdrawal by erase key. */
export function hubRoutes(server: FastifyInstance, routes: HubRoutes): void {
  const { store, operator, counts, surroundings } = routes;
  server.get('/v1/operator', { schema: SCHEMAS.operator }, async () => ({
    operator: operator.id.toString('hex'),
    rootPublicKey: operator.rootPublicKey.toString('base64url'),
    certificate: operator.certificate,
  }));
  const enrolling = { config: perMinute(LIMITS.enrolmentsPerMinute), schema: SCHEMAS.enrol };
  server.post<{ Body: EnrolmentRequest }>('/v1/enrol', enrolling, async (request) => {
    try {
      return await enrol(store, operator, surroundings, request.body, routes.ingressUrlFor(request.hostname));
    } catch (fault) {
      counts.add('enrolmentRefused');
      throw fault;
    }
  });
  server.get('/v1/offers', { schema: SCHEMAS.offers }, async () => ({
    offers: (await store.offers()).map((offer) => offer.jws),
  }));
  const unknown = new UnknownWithdrawals();
  const withdrawing = { config: perMinute(LIMITS.withdrawalsPerMinute), schema: SCHEMAS.withdrawals };
  server.post<{ Body: { eraseKey: string; categories: Category[] } }>(
    '/v1/withdrawals',
    withdrawing,
    async ({ body }) => {
      const receipt = await withdraw({ store, operator, unknown }, body.eraseKey, body.categories, surroundings.now());
      counts.add('withdrawals');
      return receipt;
    },
  );
}
