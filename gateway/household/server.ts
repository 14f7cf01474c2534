import { chmodSync, existsSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import serveFiles from '@fastify/static';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { XStatic } from 'typebox/schema';
import { LIMITS } from '../limits.ts';
import type { Household } from './household.ts';
import { commandRoutes, householdRoutes } from './household-api.ts';
import { endStreams } from './live-stream.ts';
import { openapi } from './openapi.ts';
import { errorAnswer, problemAnswer } from './problems.ts';
import type { Sessions } from './sessions.ts';

const COOKIE = 'engawa';
/** Routes without a session, as they were registered. Besides these only the pages' own files are open. */
const OPEN_TO_STRANGERS = new Set(['/api/session', '/healthz', '/readyz', '/metrics', '/']);

/** What opens a session. */
const OPEN = {
  type: 'object',
  additionalProperties: false,
  required: ['link'],
  properties: { link: { type: 'string', minLength: 1, maxLength: 200 } },
} as const;

/** A door of the hub that is open. */
export interface Door {
  /** URL of the portal, or path of the socket. */
  readonly address: string;
  close(): Promise<void>;
}

/** Opens the household's pages over HTTP: a session is needed for everything but the pages' own files. */
export async function openPortal(options: {
  host: string;
  port: number;
  pages: string;
  household: Household;
  sessions: Sessions;
}): Promise<Door> {
  const { household, sessions, host, port, pages } = options;
  const app = base();
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  await app.register(cookie);
  await app.register(rateLimit, { max: LIMITS.requestsPerMinute, timeWindow: '1 minute' });
  if (existsSync(pages)) await app.register(serveFiles, { root: pages, index: 'index.html' });

  app.addHook('onRequest', async (request, reply) => {
    const problem = wrongDoor(request) ?? (needsSession(request, sessions) ? 'session' : undefined);
    if (problem) return problemAnswer(reply, problem);
  });
  await app.register(async (routes) => portalRoutes(routes, household, sessions));
  const address = await app.listen({ host, port });
  return { address, close: () => closeDoor(app, household) };
}

/** Opens the command line's door: a socket that only the hub's own user can open (mode 0600). */
export async function openSocket(path: string, household: Household): Promise<Door> {
  if (Buffer.byteLength(path) > 100)
    throw new Error(`The path of the command socket is too long (${path}): choose a shorter ENGAWA_DATA.`);
  rmSync(path, { force: true });
  const app = base();
  householdRoutes(app, household, () => undefined);
  commandRoutes(app, household);
  await app.listen({ path });
  chmodSync(path, 0o600);
  return { address: path, close: () => closeDoor(app, household) };
}

async function closeDoor(app: FastifyInstance, household: Household): Promise<void> {
  endStreams(household.live);
  await app.close();
}

function base(): FastifyInstance {
  const app = fastify({
    bodyLimit: LIMITS.requestBytes,
    forceCloseConnections: true,
    // A field nobody knows is refused, not dropped: a mistyped `categories` must not become a yes to all of them.
    ajv: { customOptions: { removeAdditional: false } },
  });
  app.setErrorHandler((error, _request, reply) => errorAnswer(reply, error));
  app.setNotFoundHandler((_request, reply) => problemAnswer(reply, 'notFound'));
  return app;
}

function portalRoutes(app: FastifyInstance, household: Household, sessions: Sessions): void {
  householdRoutes(app, household, ({ cookies }) => sessions.personOf(cookies[COOKIE]));
  sessionRoutes(app, sessions);
  healthRoutes(app, household);
  app.get('/api/openapi.json', () => openapi(base, (again) => portalRoutes(again, household, sessions)));
}

function sessionRoutes(app: FastifyInstance, sessions: Sessions): void {
  app.post<{ Body: XStatic<typeof OPEN> }>('/api/session', { schema: { body: OPEN } }, async (request, reply) => {
    const token = sessions.open(request.body.link);
    if (token === undefined) return problemAnswer(reply, 'link');
    reply.setCookie(COOKIE, token, { httpOnly: true, sameSite: 'strict', path: '/' });
    return reply.code(204).send();
  });
}

function healthRoutes(app: FastifyInstance, household: Household): void {
  app.get('/healthz', () => ({ alive: true }));
  app.get('/readyz', (_request, reply) => {
    const ready = household.isReady();
    return reply.code(ready ? 200 : 503).send({ ready });
  });
  app.get('/metrics', async (request, reply) => {
    if (!isLoopback(request.ip)) return problemAnswer(reply, 'loopback');
    return reply.type('text/plain; version=0.0.4').send(await household.metrics());
  });
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}

/** Host and Origin are checked against DNS rebinding and cross-site requests; a write also needs a header no form can send. */
function wrongDoor(request: FastifyRequest): 'host' | 'origin' | undefined {
  const host = request.headers.host ?? '';
  if (!isOurName(host)) return 'host';
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  const { origin } = request.headers;
  const sameOrigin = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
  return sameOrigin && request.headers['x-engawa'] === '1' ? undefined : 'origin';
}

function isOurName(host: string): boolean {
  const name = (host.startsWith('[') ? /^\[([^\]]*)\]/.exec(host)?.[1] : host.split(':')[0]) ?? '';
  const own = hostname().toLowerCase();
  return isIP(name) !== 0 || ['localhost', own, `${own}.local`].includes(name.toLowerCase());
}

/** Judged by the route that was matched, never by the address as it was written: that can be written in many ways. */
function needsSession(request: FastifyRequest, sessions: Sessions): boolean {
  const route = request.routeOptions.url;
  const isFile = route === '/*' && !String((request.params as { '*'?: string })['*']).startsWith('api/');
  if (route === undefined || isFile || OPEN_TO_STRANGERS.has(route)) return false;
  return sessions.personOf(request.cookies[COOKIE]) === undefined;
}
