import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientSession, ClientSubscription, DataValue, OPCUAClient } from 'node-opcua-client';
import { Backoff } from '../backoff.ts';
import { openOwn, Trust } from './certificates.ts';
import type { Point } from './mapping.ts';
import { Outlet } from './outlet.ts';
import type { ClientTrouble, Done, Said, Start } from './said.ts';
import { plainValue } from './scalar.ts';

/* The process that holds the OPC UA library. It tells the hub that started it what it hears, and ends with it. */

const SESSION_TIMEOUT_MS = 60_000;
const PUBLISHING_MS = 500;
/** Values of one node that wait at the server between two publications. */
const QUEUE = 10;
const DISCONNECT_MS = 3_000;
/** A server that has nothing to tell says so after this many publishing intervals. */
const KEEP_ALIVE_COUNT = 8;
/** Keep-alives that may be missed before the connection counts as dead. */
const MISSED = 2.5;

type Library = typeof import('node-opcua-client');

function say(message: Said): void {
  if (process.connected) process.send?.(message);
}

const outlet = new Outlet(say);
/** The connection under way, which is closed in order at the end: servers have room for few sessions. */
let current: OPCUAClient | undefined;

async function disconnect(): Promise<void> {
  const client = current;
  current = undefined;
  await Promise.race([client?.disconnect().catch(() => undefined), wait(DISCONNECT_MS)]);
}

async function run(start: Start): Promise<void> {
  const library = await import('node-opcua-client').catch(() => undefined);
  if (library === undefined) return say({ said: 'trouble', trouble: 'noPackage' });
  const backoff = new Backoff();
  for (;;) {
    const trust = new Trust(library, start.pkiFolder);
    try {
      await connection(library, trust, start, () => backoff.reset());
      say({ said: 'trouble', trouble: 'ended' });
    } catch (error) {
      say({ said: 'trouble', ...troubleOf(error, trust) });
    }
    await wait(backoff.next());
  }
}

/** Resolves when a connection that worked has ended; rejects when none came about. */
async function connection(library: Library, trust: Trust, start: Start, worked: () => void): Promise<void> {
  const { endpoint, mapping, pkiFolder } = start;
  const own = await openOwn(library, pkiFolder).catch(() => Promise.reject(new Unreadable('pki')));
  const client = library.OPCUAClient.create({
    applicationName: 'Engawa',
    ...own,
    clientCertificateManager: trust,
    securityMode: library.MessageSecurityMode[mapping.securityMode],
    securityPolicy: library.SecurityPolicy[mapping.securityPolicy],
    endpointMustExist: false,
    requestedSessionTimeout: SESSION_TIMEOUT_MS,
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 1_000 },
  });
  current = client;
  try {
    const ended = Promise.withResolvers<void>();
    await client.connect(endpoint);
    for (const event of ['connection_lost', 'close', 'abort'] as const) client.on(event, () => ended.resolve());
    const session = await openSession(library, client, start);
    session.on('session_closed', () => ended.resolve());
    const subscribing = subscribe(library, session, mapping.points, () => ended.resolve());
    const refusedPoints = await Promise.race([subscribing, ended.promise]);
    if (refusedPoints === undefined) return;
    worked();
    say({ said: 'connected', refusedPoints });
    await ended.promise;
  } finally {
    await disconnect();
  }
}

/** The password is read at each attempt: whoever corrects it need not start anything anew. */
async function openSession(library: Library, client: OPCUAClient, start: Start): Promise<ClientSession> {
  const { user, passwordFile } = start.mapping;
  if (user === undefined || passwordFile === undefined) return client.createSession();
  const text = await readFile(resolve(start.folder, passwordFile), 'utf8').catch(() => undefined);
  if (text === undefined) throw new Unreadable('password');
  const password = text.replace(/\r?\n$/, '');
  return client.createSession({ type: library.UserTokenType.UserName, userName: user, password });
}

/** Subscribes to all points; returns those that the server refuses. */
async function subscribe(
  library: Library,
  session: ClientSession,
  points: readonly Point[],
  ended: () => void,
): Promise<number[]> {
  const subscription: ClientSubscription = await session.createSubscription2({
    requestedPublishingInterval: PUBLISHING_MS,
    requestedLifetimeCount: 120,
    requestedMaxKeepAliveCount: KEEP_ALIVE_COUNT,
    maxNotificationsPerPublish: 1_000,
    publishingEnabled: true,
    priority: 1,
  });
  subscription.on('terminated', ended);
  watch(subscription, ended);
  const refused: number[] = [];
  for (const [index, { nodeId, samplingMs }] of points.entries()) {
    const item = await subscription
      .monitor(
        { nodeId, attributeId: library.AttributeIds.Value },
        { samplingInterval: samplingMs, queueSize: QUEUE, discardOldest: true },
        library.TimestampsToReturn.Both,
      )
      .catch(() => undefined);
    if (item === undefined || (item.statusCode?.value ?? 0) >>> 31 === 1) refused.push(index);
    else {
      let isFirst = true;
      item.on('changed', (value: DataValue) => {
        outlet.put(reported(library, index, value, isFirst));
        isFirst = false;
      });
    }
  }
  return refused;
}

/** A cable that was pulled closes no connection: a server that says nothing at all is gone. */
function watch(subscription: ClientSubscription, ended: () => void): void {
  const { publishingInterval, maxKeepAliveCount } = subscription;
  const timer = setTimeout(ended, publishingInterval * maxKeepAliveCount * MISSED);
  for (const sign of ['keepalive', 'received_notifications'] as const) subscription.on(sign, () => timer.refresh());
  subscription.on('terminated', () => clearTimeout(timer));
}

function reported(library: Library, point: number, data: DataValue, isFirst: boolean): Parameters<Outlet['put']>[0] {
  return {
    point,
    status: data.statusCode.value >>> 0,
    value: plainValue(library, data.value),
    sourceMs: data.sourceTimestamp?.getTime(),
    heardMs: Date.now(),
    isFirst,
  };
}

/** What the library's errors say of a refusal, the first that fits. */
const REFUSALS = [
  [/find (?:an )?endpoint/i, 'noSecurity'],
  [/BadUser|BadIdentity/, 'wrongAccount'],
  [/Bad(?:Security|Certificate)/, 'refused'],
  [/BadTooManySessions|BadMaxConnections/, 'tooManySessions'],
] as const satisfies readonly (readonly [words: RegExp, trouble: ClientTrouble['trouble']])[];

/** A file of ours cannot be read: the account's password, or our key and certificate. */
class Unreadable extends Error {
  readonly trouble: 'password' | 'pki';

  constructor(trouble: 'password' | 'pki') {
    super(trouble);
    this.trouble = trouble;
  }
}

function troubleOf(error: unknown, { untrusted }: Trust): ClientTrouble {
  if (untrusted) return { trouble: 'untrusted', ...untrusted };
  if (error instanceof Unreadable) return { trouble: error.trouble };
  const text = error instanceof Error ? error.message : '';
  return { trouble: REFUSALS.find(([words]) => words.test(text))?.[1] ?? 'unreachable' };
}

process.once('message', (start: Start) => {
  process.on('message', ({ done }: Done) => outlet.done(done));
  void run(start);
});
process.once('disconnect', () => void disconnect().finally(() => process.exit()));
// A terminal tells every process below it to stop: the hub stops, and with it this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
