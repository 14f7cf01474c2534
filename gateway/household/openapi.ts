import type { FastifyInstance } from 'fastify';

/**
 * The OpenAPI document of these routes. Made when somebody asks, from a second set of the same routes that is thrown
 * away: the library is heavier than the routes, and hardly any home ever asks.
 */
export async function openapi(
  base: () => FastifyInstance,
  routes: (app: FastifyInstance) => void | Promise<void>,
): Promise<unknown> {
  const { default: swagger } = await import('@fastify/swagger');
  const app = base();
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Engawa hub', version: '1' } } });
  await app.register(async (registered) => routes(registered));
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}
