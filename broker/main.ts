import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { claimSocket, startCommandServer } from './command/command-server.ts';
import { Counts } from './counts.ts';
import { faultName } from './http/errors.ts';
import { metrics } from './http/metrics.ts';
import { httpServer } from './http/server.ts';
import { type EmbeddedIngress, startEmbeddedIngress } from './ingest/embedded/embedded-ingress.ts';
import { publicUrl, startExternalIngress } from './ingest/external/external-ingress.ts';
import { Fleet } from './ingest/fleet.ts';
import { Gate, type Ingress, type TakeFrame } from './ingest/ingress.ts';
import { takeCell } from './ingest/take-cell.ts';
import { LIMITS } from './limits.ts';
import { cannotListen } from './listen.ts';
import { openFolder, openOperator } from './operator.ts';
import { SqliteStore } from './store/sqlite/sqlite-store.ts';
import type { Surroundings } from './surroundings.ts';

/** Where one broker keeps its data and where it listens; ports may be 0 (any free port). */
export interface BrokerSettings {
  /** Folder of broker.db, keys.db, operator.key, service.key and broker.sock; made with mode 0700 when missing. */
  readonly dataFolder: string;
  readonly httpHost: string;
  readonly httpPort: number;
  readonly ingressHost: string;
  readonly ingressPort: number;
  /** An MQTT 3.1.1 server to read cells from instead of the embedded one, e.g. mqtt://user:password@host:1883. */
  readonly ingressUrl?: string;
  /** URL prefix hubs and recipients use, when it differs from http://HOST:PORT (a proxy with TLS in front). */
  readonly publicUrl?: string;
  readonly logLevel: string;
}

/** A running broker. */
export interface Broker {
  /** Base URL of the HTTP server, without a trailing slash. */
  readonly url: string;
  /** URL hubs' cells are expected at, without credentials. */
  readonly ingressUrl: string;
  /** Path of the operator's command socket. */
  readonly socket: string;
  /** Stops listening, finishes what was begun, closes the store. */
  close(): Promise<void>;
}

const SYSTEM: Surroundings = { now: Date.now, random: randomBytes };

/** Things to stop, last started first. */
class Started {
  readonly #stops: (() => Promise<unknown>)[] = [];

  add<T extends { close(): Promise<unknown> }>(part: T): T {
    this.#stops.unshift(() => part.close());
    return part;
  }

  /** Stops all of them even when one fails, and then throws the first fault. */
  async stop(): Promise<void> {
    const faults: unknown[] = [];
    for (const stop of this.#stops.splice(0)) await stop().catch((fault: unknown) => faults.push(fault));
    if (faults.length > 0) throw faults[0];
  }
}

interface Ingressing {
  readonly ingress: Ingress;
  /** Undefined for the embedded server, which hubs reach under the name they know this broker by. */
  readonly external?: string;
  readonly port: number;
}

async function startIngress(
  settings: BrokerSettings,
  parts: Omit<EmbeddedIngress, 'host' | 'port'>,
  log: pino.Logger,
): Promise<Ingressing> {
  const { ingressUrl: url, ingressHost: host, ingressPort: port } = settings;
  if (url === undefined) {
    const ingress = await startEmbeddedIngress({ ...parts, host, port });
    return { ingress, port: ingress.port };
  }
  const onState = (connected: boolean, reason?: string): void => {
    if (connected) log.info({ server: publicUrl(url) }, 'reading cells from the MQTT server');
    else
      log.warn({ server: publicUrl(url), reason }, 'no cells can arrive: not connected to the MQTT server; trying on');
  };
  const ingress = startExternalIngress({ url, take: parts.take, onState, random: SYSTEM.random });
  return { ingress, external: publicUrl(url), port: 0 };
}

const named = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
const shown = (host: string): string => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : named(host));

/** Starts the data broker; throws StartError (its message names the port, folder or file and the remedy) when it cannot. */
export async function startBroker(settings: BrokerSettings, surroundings: Surroundings = SYSTEM): Promise<Broker> {
  const started = new Started();
  try {
    return await start({ ...settings, dataFolder: resolve(settings.dataFolder) }, surroundings, started);
  } catch (fault) {
    await started.stop();
    throw fault;
  }
}

async function start(settings: BrokerSettings, surroundings: Surroundings, started: Started): Promise<Broker> {
  const { dataFolder, httpHost: host, httpPort } = settings;
  const log = pino({ name: 'engawa-broker', level: settings.logLevel });
  openFolder(dataFolder);
  const socket = join(dataFolder, 'broker.sock');
  await claimSocket(socket);
  const operator = await openOperator(dataFolder, surroundings.now());
  const store = started.add(new SqliteStore(dataFolder, surroundings.random));
  await store.finishErasing();

  const counts = new Counts();
  const monotonic = () => performance.now();
  const fleet = new Fleet(store, monotonic);
  await fleet.count();
  const gate = new Gate({
    counts,
    onFault: (fault) => log.error({ fault: faultName(fault) }, 'a cell was not stored; the hub sends it again'),
    now: monotonic,
    spreadMs: () => fleet.spreadMs(),
    random: () => surroundings.random(4).readUInt32BE() / 2 ** 32,
  });
  const taking = { store, operator, counts, surroundings, arrive: () => gate.arrive() };
  const take: TakeFrame = gate.guard((hub, frame) => takeCell(taking, hub, frame));
  const { ingress, external, port } = await startIngress(settings, { store, counts, take }, log);
  started.add(ingress);

  const ingressUrlFor = (hostname: string): string => external ?? `mqtt://${named(hostname)}:${port}`;
  const registry = metrics({
    ...{ counts, store, ingress: () => ingress, waiting: () => gate.waiting() },
    now: surroundings.now,
  });
  const ready = async (): Promise<boolean> => ingress.connected() && (await store.offers()) !== undefined;
  const http = started.add(
    await httpServer({ store, operator, counts, surroundings, ingressUrlFor, ready, registry }, log),
  );
  await http.listen({ host, port: httpPort }).catch((fault: unknown) => {
    const what = "the broker's HTTP server";
    throw cannotListen(fault, { host, port: httpPort }, { what, variable: 'ENGAWA_BROKER_PORT' });
  });
  const [address] = http.addresses();
  const url = settings.publicUrl ?? `http://${shown(host)}:${typeof address === 'object' ? address.port : httpPort}`;
  const ingressUrl = ingressUrlFor(shown(settings.ingressHost));
  const waiting = () => gate.waiting();
  started.add(
    await startCommandServer(socket, { store, operator, counts, surroundings, url, ingressUrl, ingress, waiting, log }),
  );
  started.add(reclaiming(store, log));
  log.info({ url, ingressUrl }, 'data broker ready');
  return { url, ingressUrl, socket, close: () => started.stop() };
}

/** Gives back the space of withdrawn blocks bit by bit, behind the cells; closing waits for the step that runs. */
function reclaiming(store: SqliteStore, log: pino.Logger): { close(): Promise<void> } {
  let stopped = false;
  const all = async (): Promise<void> => {
    while (!stopped && (await store.reclaim(LIMITS.reclaimRows)) > 0);
  };
  let running = Promise.resolve();
  const again = (): void => {
    const failed = (fault: unknown): void => log.error({ fault: faultName(fault) }, 'space was not reclaimed');
    running = running.then(all).catch(failed);
  };
  again();
  const timer = setInterval(again, LIMITS.reclaimEveryMs);
  return {
    close: () => {
      stopped = true;
      clearInterval(timer);
      return running;
    },
  };
}
