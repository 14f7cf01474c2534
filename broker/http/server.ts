import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { LIMITS } from '../limits.ts';
import { attestationRoutes } from './attestation-routes.ts';
import { type CardRoutes, cardRoutes } from './card-routes.ts';
import { shapeErrors } from './errors.ts';
import { type FeedRoutes, feedRoutes } from './feed-routes.ts';
import { type HealthRoutes, healthRoutes } from './health-routes.ts';
import { type HubRoutes, hubRoutes } from './hub-routes.ts';

/** A Fastify server with strict schemas: nothing is coerced, nothing is removed silently. */
export function bareServer(log: Logger): FastifyInstance {
  const server = Fastify({
    logger: false,
    bodyLimit: LIMITS.httpBody,
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: false } },
  });
  server.removeContentTypeParser('text/plain');
  shapeErrors(server, log);
  return server;
}

/** The broker's HTTP server with all its routes; the caller listens. */
export async function httpServer(
  routes: HubRoutes & FeedRoutes & HealthRoutes & CardRoutes,
  log: Logger,
): Promise<FastifyInstance> {
  const server = bareServer(log);
  await server.register(helmet, { contentSecurityPolicy: { directives: { 'default-src': ["'none'"] } } });
  await server.register(rateLimit, { max: LIMITS.requestsPerMinute, timeWindow: 60_000 });
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Engawa data broker',
        description: "Recipients' feeds, enrolment of hubs, withdrawal. Every error is { error, remedy, reason }.",
        version: '1',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
  });
  server.after(() => {
    hubRoutes(server, routes);
    feedRoutes(server, routes);
    attestationRoutes(server, routes);
    healthRoutes(server, routes);
    cardRoutes(server, routes);
    server.get('/v1/openapi.json', { schema: { hide: true } }, async () => server.swagger());
  });
  return server;
}
