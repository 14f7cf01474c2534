import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Counts } from '../counts.ts';
import { feedAccess } from '../feeds/access.ts';
import { BEGINNING, Cursors, type Place } from '../feeds/cursor.ts';
import { endOf, type Feed, readFeed } from '../feeds/feed.ts';
import { LIMITS } from '../limits.ts';
import type { Operator } from '../operator.ts';
import { Refusal } from '../refusal.ts';
import type { BrokerStore } from '../store/store.ts';
import type { Surroundings } from '../surroundings.ts';
import { ERROR } from './errors.ts';
import { LiveConnections } from './live-connections.ts';

/** What the routes of recipients need. */
export interface FeedRoutes {
  readonly store: BrokerStore;
  readonly operator: Operator;
  readonly counts: Counts;
  readonly surroundings: Surroundings;
}

interface Asked {
  Params: { offer: string };
  Querystring: { purpose?: string; after?: string; until?: string; limit?: string };
}

const PARAMS = Type.Object({ offer: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }) });
const QUERY = {
  purpose: Type.Optional(Type.String({ maxLength: 60, description: "The offer's purpose, stated at every read" })),
  after: Type.Optional(Type.String({ maxLength: 100, description: 'The cursor of the last line you have' })),
};
const UNTIL = Type.Optional(Type.String({ maxLength: 100, description: 'A cursor: nothing that lies behind it' }));
const LIMIT = Type.Optional(
  Type.String({ pattern: '^[0-9]{1,6}$', description: `Lines at most: 1 to ${LIMITS.feedRecordsMost}` }),
);
const ERRORS = { 400: ERROR, 401: ERROR, 403: ERROR, 404: ERROR, 410: ERROR };

async function placeOf(feed: Feed, after: string | undefined): Promise<Place | undefined> {
  if (after === undefined) return undefined;
  const place = feed.cursors.read(after);
  const remedy = 'Go on from the last cursor you stored, or leave "after" out to read from the beginning.';
  if (!place) throw new Refusal(400, 'cursor', 'This feed never gave this cursor.', remedy);
  const end = await endOf(feed);
  if (place.position > end.position) {
    throw new Refusal(
      410,
      'cursorAhead',
      'This cursor is ahead of the feed: the broker was restored from a backup.',
      remedy,
    );
  }
  return place;
}

function limitOf(text: string | undefined): number {
  const limit = text === undefined ? LIMITS.feedRecords : Number(text);
  if (limit < 1 || limit > LIMITS.feedRecordsMost) {
    throw new Refusal(
      400,
      'limit',
      `limit is not between 1 and ${LIMITS.feedRecordsMost}.`,
      'Ask again with one that is.',
    );
  }
  return limit;
}

const SCHEMAS = {
  records: {
    summary: 'Records, tombstones, lapsed and resumed leases of one offer in order, one JSON object per line',
    params: PARAMS,
    querystring: Type.Object({ ...QUERY, until: UNTIL, limit: LIMIT }, { additionalProperties: false }),
    security: [{ token: [] }],
    response: ERRORS,
  },
  live: {
    summary: 'The same as server-sent events, as they are committed; without "after", from now on',
    params: PARAMS,
    querystring: Type.Object(QUERY, { additionalProperties: false }),
    security: [{ token: [] }],
    response: { ...ERRORS, 429: ERROR },
  },
};

async function open(
  { store, operator, surroundings }: FeedRoutes,
  request: FastifyRequest<Asked>,
): Promise<{ feed: Feed; recipient: string }> {
  const { offer: slug } = request.params;
  const { purpose } = request.query;
  const { authorization } = request.headers;
  const { recipient } = await feedAccess(store, { authorization, offer: slug, purpose });
  const cursors = new Cursors(operator.cursorSecret, slug);
  return { recipient: recipient.name, feed: { store, slug, cursors, now: surroundings.now } };
}

async function records(routes: FeedRoutes, request: FastifyRequest<Asked>, reply: FastifyReply): Promise<FastifyReply> {
  const { feed } = await open(routes, request);
  const limit = limitOf(request.query.limit);
  const from = (await placeOf(feed, request.query.after)) ?? BEGINNING;
  const { lines } = await readFeed(feed, from, limit, await placeOf(feed, request.query.until));
  return reply
    .header('content-type', 'application/x-ndjson')
    .header('cache-control', 'no-store')
    .header('engawa-more', String(lines.length === limit))
    .send(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

async function liveRecords(
  routes: FeedRoutes & { live: LiveConnections },
  request: FastifyRequest<Asked>,
  reply: FastifyReply,
): Promise<void> {
  const { feed, recipient } = await open(routes, request);
  const lastId = request.headers['last-event-id'];
  const after = typeof lastId === 'string' && lastId !== '' ? lastId : request.query.after;
  const from = (await placeOf(feed, after)) ?? (await endOf(feed));
  routes.live.admit(recipient);
  reply.hijack();
  await routes.live.serve({ recipient, feed, from, mayRead: () => open(routes, request) }, reply.raw);
}

/** Counts what is refused to a recipient. */
export async function counted<T>({ counts }: Pick<FeedRoutes, 'counts'>, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (fault) {
    if (fault instanceof Refusal) counts.add('feedRefused');
    throw fault;
  }
}

/** Routes of recipients: a feed by cursor, and live. */
export function feedRoutes(server: FastifyInstance, routes: FeedRoutes): void {
  const live = new LiveConnections();
  server.addHook('preClose', async () => live.close());
  server.get<Asked>('/v1/feeds/:offer/records', { schema: SCHEMAS.records }, (request, reply) =>
    counted(routes, records(routes, request, reply)),
  );
  server.get<Asked>('/v1/feeds/:offer/live', { schema: SCHEMAS.live }, (request, reply) =>
    counted(routes, liveRecords({ ...routes, live }, request, reply)),
  );
}
