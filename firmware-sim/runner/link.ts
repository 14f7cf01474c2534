import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { LIMITS } from '../limits.ts';
import type { Outgoing } from '../message.ts';
import { serverOptions } from './server-options.ts';

/** A connection to an MQTT server that behaves as a device's does. */
export interface Link {
  connected(): boolean;
  /** Resolves when the server has it (QoS 1 and 2) or it was written (QoS 0); rejects when it was not sent. */
  publish(message: Outgoing): Promise<void>;
  /** Is called at every change of the connection. */
  onChange(listener: () => void): void;
  /** Takes the connection away, as a broken cable does, or gives it back. */
  cut(): void;
  mend(): void;
  /** A second device with the same client id appears, so that each throws the other out; or it goes. */
  double(): void;
  single(): void;
  /** The server's certificate has expired for this client: the connection ends, and each new one in its handshake; or it is good again. */
  distrust(): void;
  trust(): void;
  /** Says goodbye, and disconnects; resolves in any case. */
  end(): Promise<void>;
}

/** What a client says of its own connection. */
export interface Manners {
  /** Its MQTT client id; undefined when it draws one at each start. */
  readonly clientId?: string | undefined;
  readonly will?: Outgoing | undefined;
  /** The topic filters it subscribes to. */
  readonly listens?: readonly string[];
  /** Whether it says its retained messages once more soon after its start, as Zigbee2MQTT does. */
  readonly repeatsRetained?: boolean;
  /** What it says when a lost connection is back. */
  again(): readonly Outgoing[];
  /** What it says before it disconnects. */
  goodbye(): readonly Outgoing[];
  /** What it answers to a message. */
  answer?(topic: string, payload: string): readonly Outgoing[];
}

/** Where and how to connect. */
export interface LinkSettings {
  readonly url: string;
  readonly manners: Manners;
  readonly signal: AbortSignal;
  /** Is told in words, without addresses or payloads, what the connection does. */
  say(sentence: string): void;
  /** Is told, just before, what the client says by itself: answers, births after a lost connection, repetitions, goodbyes. */
  onAside?(message: Outgoing): void;
}

/** CONNACK return codes that trying again cannot mend: bad user name or password, not authorized [MQTT-3.2.2-3]. */
const REFUSED_CODES = [4, 5];

/** Connects; waits as long as it takes for a server that is not there yet, and gives up only when it refuses the credential. */
export async function openLink(
  settings: LinkSettings,
): Promise<{ ok: true; link: Link } | { ok: false; reason: string }> {
  const server = serverOptions(settings.url);
  if (!server.ok) {
    return server;
  }
  const client = connect({ ...server.options, ...mannerOptions(settings.manners) });
  const first = await firstConnection(client, settings);
  if (first !== undefined) {
    await client.endAsync(true).catch(() => undefined);
    return { ok: false, reason: first };
  }
  return { ok: true, link: await linkOf(client, settings) };
}

function mannerOptions({ clientId, will }: Manners): IClientOptions {
  return {
    ...(clientId === undefined ? {} : { clientId }),
    ...(will === undefined ? {} : { will: { ...will, payload: Buffer.from(will.payload) } }),
  };
}

/** Resolves with undefined when connected, or with the reason why it never will be. */
function firstConnection(client: MqttClient, settings: LinkSettings): Promise<string | undefined> {
  let told = '';
  return new Promise((resolve) => {
    const stopped = (): void => resolve('stopped before it was connected');
    if (settings.signal.aborted) {
      stopped();
    }
    settings.signal.addEventListener('abort', stopped, { once: true });
    client.once('connect', () => {
      settings.signal.removeEventListener('abort', stopped);
      resolve(undefined);
    });
    client.on('error', (error: Error & { code?: unknown }) => {
      if (REFUSED_CODES.includes(Number(error.code))) {
        resolve('the MQTT server refuses the user name or password in --url');
      }
      const code = typeof error.code === 'string' ? error.code : 'no answer';
      if (code !== told) {
        told = code;
        settings.say(`no connection to the MQTT server (${code}); trying again every second`);
      }
    });
  });
}

async function linkOf(client: MqttClient, { manners, say, onAside }: LinkSettings): Promise<Link> {
  const retained = new Map<string, Outgoing>();
  const listeners: (() => void)[] = [];
  const changed = (): void => {
    for (const listener of listeners) {
      listener();
    }
  };
  // Of a message without acknowledgement that was on its way when the connection broke, the library never says anything.
  const underWay = new Set<() => void>();
  const send = ({ topic, payload, qos, retain }: Outgoing): Promise<void> =>
    new Promise((resolve, reject) => {
      const breaks = (): void => reject(new Error('the connection broke'));
      if (qos === 0) {
        underWay.add(breaks);
      }
      client.publish(topic, payload, { qos, retain }, (error) => {
        underWay.delete(breaks);
        return error ? reject(error) : resolve();
      });
    });
  const sendAll = async (messages: Iterable<Outgoing>): Promise<void> => {
    for (const message of messages) {
      onAside?.(message);
      // A connection that breaks again is told by the client; the next one repeats.
      await send(message).catch(() => undefined);
    }
  };
  // The library hands its options to each new TLS connection.
  const tls: ConnectionOptions = client.options as IClientOptions & ConnectionOptions;
  let wasConnected = true;
  let ending = false;
  let twin: MqttClient | undefined;
  let isKeeping = manners.repeatsRetained === true;
  const repeat = (): void => {
    isKeeping = false;
    void sendAll([...retained.values()]);
    retained.clear();
  };
  const repeatTimer = isKeeping ? setTimeout(repeat, LIMITS.repeatRetainedMs) : undefined;
  client.on('message', (topic, payload, { retain }) => {
    // A command that was kept by the server was meant for an earlier moment; real devices that obey it switch like ghosts.
    if (!retain) {
      void sendAll(manners.answer?.(topic, payload.toString('utf8')) ?? []);
    }
  });
  client.on('connect', () => {
    wasConnected = true;
    say('connected again');
    void sendAll(manners.again());
    changed();
  });
  client.on('close', () => {
    if (wasConnected && !ending) {
      say('connection lost; messages are lost until it is back, as with real devices');
    }
    wasConnected = false;
    for (const breaks of underWay) {
      breaks();
    }
    underWay.clear();
    changed();
  });
  if (manners.listens !== undefined && manners.listens.length > 0) {
    // A server may forbid a device to listen; it then speaks and hears nothing, as a real one does.
    await client.subscribeAsync([...manners.listens], { qos: 0 }).catch(() => undefined);
  }
  return {
    connected: () => client.connected,
    onChange: (listener) => listeners.push(listener),
    async publish(message) {
      if (message.retain && isKeeping) {
        retained.set(message.topic, message);
      }
      await send(message);
    },
    cut() {
      client.options.reconnectPeriod = 0;
      client.stream.destroy();
    },
    mend() {
      client.options.reconnectPeriod = LIMITS.reconnectMs;
      if (!client.connected) {
        client.reconnect();
      }
    },
    double() {
      twin ??= connect({
        ...client.options,
        will: undefined,
        clientId: client.options.clientId ?? '',
      } as IClientOptions);
      twin.on('error', () => undefined);
    },
    single() {
      twin?.end(true);
      twin = undefined;
    },
    distrust() {
      tls.checkServerIdentity = () => Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' });
      client.stream.destroy();
    },
    trust() {
      tls.checkServerIdentity = checkServerIdentity;
    },
    async end() {
      ending = true;
      twin?.end(true);
      clearTimeout(repeatTimer);
      await Promise.race([goodbye(client, manners, onAside), delay(LIMITS.goodbyeMs)]);
      await client.endAsync(true).catch(() => undefined);
    },
  };
}

async function goodbye(client: MqttClient, manners: Manners, onAside: LinkSettings['onAside']): Promise<void> {
  if (!client.connected) {
    return;
  }
  for (const message of manners.goodbye()) {
    const { topic, payload, qos, retain } = message;
    onAside?.(message);
    await client.publishAsync(topic, payload, { qos, retain }).catch(() => undefined);
  }
  await client.endAsync(false).catch(() => undefined);
}

function delay(waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, waitMs).unref();
  });
}
