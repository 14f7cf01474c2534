import { timingSafeEqual } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import type { Counts } from '../../counts.ts';
import { mqttPassword } from '../../enrolment/enrolment.ts';
import { LIMITS } from '../../limits.ts';
import { listenOn } from '../../listen.ts';
import type { BrokerStore } from '../../store/store.ts';
import { hubOfTopic, type Ingress, type TakeFrame } from '../ingress.ts';
import { guarded } from './packet-guard.ts';

/** What the embedded MQTT server needs. */
export interface EmbeddedIngress {
  readonly host: string;
  readonly port: number;
  readonly store: BrokerStore;
  readonly counts: Counts;
  readonly take: TakeFrame;
}

const downTopic = (hub: string): string => `engawa/1/${hub}/down`;

function refused(returnCode: number): AuthenticateError {
  return Object.assign(new Error('not authorized'), { returnCode });
}

async function passwordFits(store: BrokerStore, user: string, password: Buffer): Promise<boolean> {
  const hub = /^[0-9a-f]{32}$/.test(user) ? await store.hub(user) : undefined;
  const expected = Buffer.from(mqttPassword(hub?.enrolmentKey ?? Buffer.alloc(32)));
  return password.length === expected.length && timingSafeEqual(password, expected) && hub !== undefined;
}

type Connected = Map<string, Client>;

/** Only an enrolled hub connects, as itself, and nothing of it outlives the connection. */
function admit(server: Aedes, { store, counts }: EmbeddedIngress, connected: Connected): void {
  server.preConnect = (_client, packet, done) => {
    // No session is kept and no will: an answer is for now, and the hub sends again.
    packet.clean = true;
    delete packet.will;
    done(null, true);
  };
  server.authenticate = (client, user, password, done) => {
    const check = client.id === user ? passwordFits(store, user, Buffer.from(password ?? '')) : Promise.resolve(false);
    const refuse = (): void => {
      counts.add('wrongPassword');
      setTimeout(() => done(refused(4), null), LIMITS.wrongPasswordMs).unref();
    };
    check.then((fits) => {
      if (!fits) return refuse();
      if (connected.has(client.id)) counts.add('takenOver');
      done(null, true);
    }, refuse);
  };
  server.on('client', (client) => connected.set(client.id, client));
  server.on('clientDisconnect', (client) => {
    if (connected.get(client.id) === client) connected.delete(client.id);
  });
  server.on('clientError', (client) => client.close());
  server.on('connectionError', (client) => client.close());
}

/** Every hub is alone with the broker: it sends on its own up topic and hears answers on its own down topic. */
function converse(server: Aedes, { counts, take }: EmbeddedIngress, connected: Connected): void {
  const answers = new WeakSet<Buffer>();
  server.authorizePublish = (client, packet, done) => {
    packet.retain = false;
    const hub = hubOfTopic(packet.topic);
    if (!client || hub === undefined || hub !== client.id) {
      // Acknowledged and counted: closing would only make the sender come back [MQTT-3.3.5-2].
      counts.add('foreignTopic');
      return done();
    }
    void take(hub, Buffer.from(packet.payload)).then((payload) => {
      if (!payload || connected.get(hub) !== client) return;
      answers.add(payload);
      const answer = {
        cmd: 'publish' as const,
        topic: downTopic(hub),
        payload,
        qos: 1 as const,
        retain: false,
        dup: false,
      };
      server.publish(answer, () => {});
    });
    return done();
  };
  server.authorizeSubscribe = (client, subscription, done) => {
    if (subscription.topic === downTopic(client.id)) return done(null, subscription);
    counts.add('foreignSubscription');
    return done(null, null);
  };
  // Nothing a hub publishes is forwarded to anybody; only answers of this broker are, told apart by the very buffer.
  server.authorizeForward = (client, packet) => {
    const { topic, payload } = packet;
    return topic === downTopic(client.id) && Buffer.isBuffer(payload) && answers.has(payload) ? packet : null;
  };
}

/** Starts the broker's own MQTT server; throws StartError when the port is taken. */
export async function startEmbeddedIngress(ingress: EmbeddedIngress): Promise<Ingress & { port: number }> {
  const { counts } = ingress;
  const connected: Connected = new Map();
  const sockets = new Set<Socket>();
  const broker = await Aedes.createBroker({ connectTimeout: LIMITS.mqttConnectMs });
  admit(broker, ingress, connected);
  converse(broker, ingress, connected);
  const server: Server = createServer((socket) => {
    if (sockets.size >= LIMITS.mqttConnections) {
      counts.add('tooManyConnections');
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    broker.handle(guarded(socket, LIMITS.mqttPacket, () => counts.add('oversizePacket')));
  });
  const { host, port } = ingress;
  const named = { what: "the broker's MQTT ingress", variable: 'ENGAWA_INGRESS_PORT' };
  await listenOn(server, { host, port }, named).catch((fault: unknown) => {
    broker.close();
    throw fault;
  });
  return {
    port: (server.address() as AddressInfo).port,
    connected: () => true,
    connections: () => connected.size,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
