import { chmodSync, existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import Type from 'typebox';
import { COUNTED, type Counted, type Counts } from '../counts.ts';
import { makeInvite } from '../enrolment/enrolment.ts';
import { isoTime } from '../feeds/lines.ts';
import { bareServer } from '../http/server.ts';
import type { Ingress } from '../ingest/ingress.ts';
import { LIMITS } from '../limits.ts';
import { publish, signed } from '../offers/offers.ts';
import type { Operator } from '../operator.ts';
import { addRecipient } from '../recipients/recipients.ts';
import { StartError } from '../refusal.ts';
import type { BrokerStore } from '../store/store.ts';
import { hourAt, type Surroundings } from '../surroundings.ts';
import { attestByHour, overdueHour, stateOf } from '../withdrawals/attestations.ts';

/** What the operator's commands need. */
export interface CommandServer {
  readonly store: BrokerStore;
  readonly operator: Operator;
  readonly counts: Counts;
  readonly surroundings: Surroundings;
  /** Where the broker is reached, without a trailing slash. */
  readonly url: string;
  readonly ingressUrl: string;
  readonly ingress: Ingress;
  readonly waiting: () => number;
  readonly log: Logger;
}

const closed = { additionalProperties: false } as const;

function partners(server: FastifyInstance, { store, operator, surroundings, url }: CommandServer): void {
  server.post('/cli/hub/invite', async () => {
    const { code, expiresAtMs } = await makeInvite(store, operator, surroundings);
    return { url, code, expiresAt: isoTime(expiresAtMs / 1_000), command: `engawa hub enroll ${url} ${code}` };
  });
  server.get('/cli/hub/list', async () => ({
    hubs: (await store.hubs()).map(({ hub, enrolledHour, highestOrdinal }) => ({
      hub,
      enrolled: isoTime(enrolledHour * 3_600),
      highestOrdinal,
    })),
  }));
  server.post<{ Body: { name: string; renew?: boolean } }>(
    '/cli/recipient/add',
    { schema: { body: Type.Object({ name: Type.String(), renew: Type.Optional(Type.Boolean()) }, closed) } },
    ({ body }) => addRecipient(store, surroundings, body.name, body.renew ?? false),
  );
  server.get('/cli/recipient/list', async () => {
    const published = await store.offers();
    return {
      recipients: (await store.recipients()).map(({ name, addedS }) => ({
        name,
        added: isoTime(addedS),
        offers: published.filter((offer) => offer.recipient === name).map((offer) => offer.slug),
      })),
    };
  });
}

function offers(server: FastifyInstance, { store, operator, url }: CommandServer): void {
  server.post<{ Body: { document: unknown } }>(
    '/cli/offer/sign',
    { schema: { body: Type.Object({ document: Type.Unknown() }, closed) } },
    async ({ body }) => ({ jws: await signed(operator, body.document) }),
  );
  server.post<{ Body: { jws: string } }>(
    '/cli/offer/publish',
    { schema: { body: Type.Object({ jws: Type.String() }, closed) } },
    async ({ body }) => {
      const { slug, version, recipient, purpose } = await publish(store, operator, body.jws);
      return { offer: slug, version, recipient, purpose, feed: `${url}/v1/feeds/${slug}/records?purpose=${purpose}` };
    },
  );
  server.get('/cli/offer/list', async () => ({
    offers: (await store.offers()).map(({ slug, version, recipient, purpose, categories }) => ({
      offer: slug,
      version,
      recipient,
      purpose,
      categories,
    })),
  }));
}

function erasures(server: FastifyInstance, { store, surroundings }: CommandServer): void {
  server.get('/cli/erasure/list', async () => {
    const hour = hourAt(surroundings.now());
    const recipients = new Map((await store.offers()).map(({ slug, recipient }) => [slug, recipient]));
    return {
      counts: await store.erasureCounts(overdueHour(hour)),
      erasures: (await store.erasures(LIMITS.erasuresShown)).map((erasure) => ({
        offer: erasure.slug,
        recipient: recipients.get(erasure.slug),
        pseudonym: erasure.pseudonym,
        categories: erasure.categories,
        withdrawnAt: isoTime(erasure.hour * 3_600),
        attestBy: isoTime(attestByHour(erasure.hour) * 3_600),
        state: stateOf(erasure, hour),
        ...(erasure.attestedHour !== undefined && { attestedAt: isoTime(erasure.attestedHour * 3_600) }),
      })),
    };
  });
}

function status(server: FastifyInstance, parts: CommandServer): void {
  server.get('/cli/status', async () => ({
    url: parts.url,
    ingressUrl: parts.ingressUrl,
    ingressConnected: parts.ingress.connected(),
    connections: parts.ingress.connections(),
    cellsWaiting: parts.waiting(),
    operator: parts.operator.id.toString('hex'),
    stored: await parts.store.totals(),
    erasures: await parts.store.erasureCounts(overdueHour(hourAt(parts.surroundings.now()))),
    sinceStart: Object.entries(parts.counts.all()).map(([reason, count]) => ({
      reason,
      count,
      meaning: COUNTED[reason as Counted],
    })),
    ever: await parts.store.counted(),
  }));
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Throws StartError when another broker runs on this folder or the path is too long; removes what a crash left. */
export async function claimSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > LIMITS.socketPath) {
    throw new StartError(
      `${path} is longer than ${LIMITS.socketPath} bytes, which is too long for a socket. Choose a shorter folder with ENGAWA_DATA or --data.`,
    );
  }
  if (await answers(path)) {
    throw new StartError(
      `A broker is already running on ${path}. Stop it first, or choose another folder with --data.`,
    );
  }
  if (existsSync(path)) rmSync(path);
}

/** Listens on the command socket, which only this user can open. */
export async function startCommandServer(path: string, parts: CommandServer): Promise<{ close(): Promise<void> }> {
  const server = bareServer(parts.log);
  partners(server, parts);
  offers(server, parts);
  erasures(server, parts);
  status(server, parts);
  await server.listen({ path });
  chmodSync(path, 0o600);
  return { close: () => server.close() };
}
