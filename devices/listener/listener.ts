import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AedesOptions, type Client } from 'aedes';
import type { CountIntake, Gone, Take } from '../intake.ts';
import { LIMITS, type Limits } from '../limits.ts';
import { Admission } from './admission.ts';
import { BoundedConnection } from './bounded-connection.ts';
import { type Authenticate, Doorkeeper } from './doorkeeper.ts';
import { Farewell } from './farewell.ts';
import { isOwnFilter, refusalOf } from './permission.ts';
import type { SecureDoor, Shown } from './secure-door.ts';
import { TopicGuard } from './topic-guard.ts';

/** Where a door is; `port` 0 takes a free one. */
export interface Where {
  readonly host: string;
  readonly port: number;
}

/** What the listener needs. */
export interface ListenerOptions extends Where {
  /** Resolves with what the account may do, or undefined when name or password is wrong. */
  readonly authenticate: Authenticate;
  readonly take: Take;
  readonly count: CountIntake;
  readonly onGone?: Gone;
  readonly limits?: Partial<Limits>;
  readonly nowMs?: () => number;
}

/** A running listener: its port, its end, and how many clients are connected. */
export interface Listener {
  readonly port: number;
  /** Opens a second door to the same intake, over TLS. Rejects with the system's error when the port cannot be had. */
  openSecure(door: Where & Shown): Promise<SecureDoor>;
  /** Ends all connections of a source and takes nothing more from them; call it once its credential is removed. */
  end(source: string): void;
  close(): Promise<void>;
  clients(): number;
}

type Publication = Parameters<NonNullable<AedesOptions['authorizePublish']>>[1];

/** Where a taken or refused publication ends inside the MQTT library: a topic nobody can subscribe to. */
const NOWHERE = 'taken';
const NOTHING = Buffer.alloc(0);
/** Ends of a connection that are nobody's fault and are counted where they arise, if at all. */
const ORDINARY_ENDS = new Set(['not kept', 'not taking publications', 'connection closed', 'keep alive timeout']);

/**
 * Starts an MQTT 3.1.1 server for devices. A publication is acknowledged after `take` has resolved with `committed`;
 * refused content is acknowledged and counted [MQTT-3.3.5-2]; nothing is retained or forwarded to anyone.
 * Rejects with the system's error, e.g. EADDRINUSE, when the port cannot be had.
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const intake = new DeviceIntake(options);
  return await intake.listen();
}

class DeviceIntake {
  readonly #options: ListenerOptions;
  readonly #limits: Limits;
  readonly #nowMs: () => number;
  readonly #doorkeeper: Doorkeeper;
  readonly #servers = new Set<Server>();
  readonly #sockets = new Set<Socket>();
  readonly #admission: Admission;
  #closing = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#admission = new Admission(this.#limits.messagesUnderWay);
    this.#nowMs = options.nowMs ?? Date.now;
    this.#doorkeeper = new Doorkeeper({ ...options, limits: this.#limits, nowMs: this.#nowMs });
  }

  async listen(): Promise<Listener> {
    const broker = await this.#startBroker();
    const accept = (socket: Socket) => this.#accept(socket, broker);
    const server = createServer(accept);
    this.#servers.add(server);
    const port = await open(server, this.#options).catch(async (error: unknown) => {
      await new Promise<void>((resolve) => broker.close(resolve));
      throw error;
    });
    return {
      port,
      openSecure: async (where) => {
        // Loaded only here: devices without TLS need not wait for it.
        const { secureDoor } = await import('./secure-door.ts');
        const door = secureDoor({ where, limits: this.#limits, count: this.#options.count, accept });
        const opened = await open(door.server, where);
        this.#servers.add(door.server);
        return { port: opened, show: door.show };
      },
      end: (source) => this.#doorkeeper.end(source),
      close: () => this.#close(broker),
      clients: () => broker.connectedClients,
    };
  }

  async #startBroker(): Promise<Aedes> {
    const broker = await Aedes.createBroker({
      connectTimeout: this.#limits.connectTimeoutMs,
      drainTimeout: this.#limits.drainTimeoutMs,
      maxInflightInbound: this.#limits.inflightQos2,
      preConnect: (client, packet, done) => {
        if (packet.clientId === '' && !packet.clean) this.#doorkeeper.nameless(client);
        // The library keeps sessions in memory for ever; what must survive is the gateway's intake marks, not this.
        packet.clean = true;
        done(null, true);
      },
      authenticate: (client, user, password, done) => this.#doorkeeper.authenticate(client, user, password, done),
      authorizePublish: (client, packet, done) => void this.#publish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) =>
        done(null, this.#maySubscribe(client, subscription.topic) ? subscription : null),
      authorizeForward: () => null,
    });
    // Nothing is forwarded to anybody: a publication has been taken in or refused when it gets here, and the library's
    // queues, subscriptions and clean copies of it would only cost time.
    const swallow = (...args: readonly unknown[]): void => {
      const done = args.at(-1);
      if (typeof done === 'function') done();
    };
    broker.publish = swallow;
    broker.on('client', (client) => this.#doorkeeper.joined(client));
    broker.on('clientDisconnect', (client) => this.#left(client));
    broker.on('clientError', (_client, error) => this.#countFault(error));
    broker.on('connectionError', (_client, error) => this.#countFault(error));
    return broker;
  }

  #accept(socket: Socket, broker: Aedes): void {
    if (this.#closing) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    const farewell = new Farewell();
    const guard = new TopicGuard(this.#limits, (header) => farewell.received(header));
    const connection = new BoundedConnection(socket, {
      inspect: (chunk) => guard.pass(chunk),
      onRefused: this.#options.count,
      admission: this.#admission,
    });
    const client = broker.handle(connection);
    this.#doorkeeper.opened(client, socket.remoteAddress ?? '', farewell);
  }

  #left(client: Client): void {
    const session = this.#doorkeeper.sessionOf(client);
    // One whose id another connection has by now did not take its leave: it was taken over.
    if (!this.#doorkeeper.left(client) || session?.admitted === undefined || !session.farewell.said) return;
    this.#options.onGone?.(session.admitted.source, session.clientId);
  }

  async #publish(client: Client | null, packet: Publication, done: (error?: Error | null) => void): Promise<void> {
    const session = client === null ? undefined : this.#doorkeeper.sessionOf(client);
    const { topic, messageId, qos, dup } = packet;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    // What the library keeps or passes on from here is empty: no retained message, no copy of the content.
    packet.retain = false;
    packet.topic = NOWHERE;
    packet.payload = NOTHING;
    // Without a client it is the will of somebody long gone: nothing to take in, nothing to close.
    if (client === null) return done(null);
    if (this.#closing || session?.admitted === undefined) return done(new Error('not taking publications'));
    const { source, base } = session.admitted;
    const acknowledge = (): void => {
      if (qos > 0) session.farewell.answered();
      done(null);
    };
    const reason = refusalOf(topic, payload.length, session.admitted);
    if (reason !== undefined) {
      this.#options.count(reason);
      return acknowledge();
    }
    const outcome = await this.#take({
      ...{ source, base, topic, payload, qos },
      client: session.clientId,
      packetId: qos === 0 ? undefined : messageId,
      dup: dup === true,
      connection: session.connection,
      // A publisher's RETAIN flag asks a server to keep the message; what arrives on this wire is always news.
      retained: false,
      receivedAtMs: this.#nowMs(),
    });
    if (outcome === 'committed') return acknowledge();
    this.#options.count('commitFailed');
    // At QoS 0 nobody would send again, so ending the connection would only lose more.
    done(qos === 0 ? null : new Error('not kept'));
  }

  async #take(arrived: Parameters<Take>[0]): Promise<'committed' | 'failed'> {
    this.#admission.enter();
    try {
      return await this.#options.take(arrived);
    } catch {
      return 'failed';
    } finally {
      this.#admission.leave();
    }
  }

  #maySubscribe(client: Client, filter: string): boolean {
    const session = this.#doorkeeper.sessionOf(client);
    if (session?.admitted === undefined || !isOwnFilter(filter, session.admitted.base)) {
      this.#options.count('foreignSubscription');
      return false;
    }
    session.subscriptions += 1;
    if (session.subscriptions <= this.#limits.subscriptionsPerClient) return true;
    this.#options.count('tooManySubscriptions');
    return false;
  }

  /** The library tells its reasons in words only; what is not in this table is a breach of the protocol. */
  #countFault(error: Error & { errorCode?: number; code?: string }): void {
    if (error.errorCode === 1) this.#options.count('protocolVersion');
    else if (error.message === 'connect did not arrive in time') this.#options.count('connectTimeout');
    else if (error.message.startsWith('empty topic')) this.#options.count('emptyTopic');
    else if (!ORDINARY_ENDS.has(error.message) && error.errorCode === undefined && error.code === undefined) {
      this.#options.count('protocolError');
    }
  }

  async #close(broker: Aedes): Promise<void> {
    this.#closing = true;
    this.#doorkeeper.close();
    const closed = [...this.#servers].map((server) => new Promise((resolve) => server.close(resolve)));
    await new Promise<void>((resolve) => broker.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }
}

/** Resolves with the port a server listens on now. */
async function open(server: Server, { host, port }: Where): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}
