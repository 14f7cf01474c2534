import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import Type from 'typebox';
import { Refusal } from '../refusal.ts';

/** What the routes of monitoring need. */
export interface HealthRoutes {
  /** Whether cells can arrive and be stored now. */
  readonly ready: () => Promise<boolean>;
  readonly registry: Registry;
}

const STATUS = Type.Object({ status: Type.String() });

/** A request from this very machine, and not one a proxy on it passes on. */
function isLocal(request: FastifyRequest): boolean {
  const { headers, ip } = request;
  const passedOn = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  return !passedOn && (ip === '::1' || ip.replace('::ffff:', '').startsWith('127.'));
}

/** `/healthz` (alive), `/readyz` (doing its job), `/metrics` (to this machine only). */
export function healthRoutes(server: FastifyInstance, { ready, registry }: HealthRoutes): void {
  server.get('/healthz', { schema: { summary: 'Alive', response: { 200: STATUS } } }, async () => ({ status: 'ok' }));
  server.get(
    '/readyz',
    { schema: { summary: 'Doing its job', response: { 200: STATUS, 503: STATUS } } },
    async (_request, reply) => {
      const is = await ready().catch(() => false);
      return reply.code(is ? 200 : 503).send({ status: is ? 'ready' : 'not ready' });
    },
  );
  server.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (!isLocal(request)) {
      const remedy = 'Read them on the machine the broker runs on, without a proxy.';
      throw new Refusal(403, 'notLocal', 'Metrics are given to this machine only.', remedy);
    }
    return reply.header('content-type', registry.contentType).send(await registry.metrics());
  });
}
