import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { Take } from '../../../devices/intake.ts';
import { startListener } from '../../../devices/listener/listener.ts';
import { HandClock, InnerHome } from '../../kit/inner-home.ts';
import type { Account } from './packet-rewrite.ts';
import { startShim } from './shim.ts';

/** A server that a test talks to. */
export interface TestedServer {
  readonly port: number;
  /** Topics that it took in so far, as the test named them. */
  readonly taken: readonly string[];
  /** Where they are told, as a JSON list, to whoever asks by HTTP. */
  readonly takenPort: number;
  /** The listener's own door and the account that opens it, without the shim; plain aedes has none. */
  readonly door?: { readonly port: number; readonly account: Account };
  close(): Promise<void>;
}

/** The account's base; also what the suite's topics get in front. */
const BASE = 'home';
/** What the suite calls a filter that may not be subscribed to: outside the base, as a server's own topics are. */
const OUTSIDE = /^(\$|test\/nosubscribe$)/;

/** Plain aedes with nothing set. */
export async function startAedes(): Promise<TestedServer> {
  const taken: string[] = [];
  const sockets = new Set<Socket>();
  const broker = await Aedes.createBroker();
  broker.on('publish', ({ topic }) => {
    if (!topic.startsWith('$SYS/')) taken.push(topic);
  });
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const teller = await tell(taken);
  return {
    port: (server.address() as AddressInfo).port,
    taken,
    takenPort: teller.port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      await new Promise<void>((resolve) => broker.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      await teller.close();
    },
  };
}

/**
 * The listener before a real home on disk, put together as the hub does it: accounts of its device desk, its walk with
 * consent and outbox, acknowledgements after its commits. Between it and the suite stands the shim.
 */
export async function startEngawa(): Promise<TestedServer> {
  const home = await InnerHome.open({ machine: new HandClock(Date.now()) });
  const { core } = home;
  const answer = await core.devices.add('paho', 'zigbee2mqtt', BASE);
  if (!answer.ok) throw new Error(answer.problem.error.en);
  const { name: user, password, base } = answer.value;
  const taken: string[] = [];
  const take: Take = async (arrived) => {
    const fate = await core.pipeline.take(arrived);
    if (fate === 'committed') taken.push(arrived.topic.slice(base.length + 1));
    return fate;
  };
  const listener = await startListener({
    ...{ host: '127.0.0.1', port: 0, take, count: core.countIntake },
    authenticate: async (name, secret) => core.devices.authenticate(name, secret),
    onGone: (source, client) => core.state.marks.forgetClient(source, client),
  });
  const account: Account = { user, password, base, isLeftOutside: (topic) => OUTSIDE.test(topic) };
  const shim = await startShim(listener.port, account);
  const teller = await tell(taken);
  return {
    port: shim.port,
    taken,
    takenPort: teller.port,
    door: { port: listener.port, account },
    close: async () => {
      await shim.close();
      await listener.close();
      await teller.close();
      await home.remove();
    },
  };
}

async function tell(taken: readonly string[]): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createHttpServer((_request, response) => response.end(JSON.stringify(taken)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
