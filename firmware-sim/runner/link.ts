import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { offlineMessage } from '../dialects/zigbee2mqtt.ts';
import { LIMITS } from '../limits.ts';
import type { Outgoing } from '../message.ts';

/** A connection to an MQTT server that behaves as Zigbee2MQTT's does. */
export interface Link {
  connected(): boolean;
  /** Resolves when the server has it (QoS 1 and 2) or it was written (QoS 0); rejects when it was not sent. */
  publish(message: Outgoing): Promise<void>;
  /** Is called at every change of the connection. */
  onChange(listener: () => void): void;
  /** Says that the bridge is offline, and disconnects; resolves in any case. */
  end(): Promise<void>;
}

/** Where and how to connect. */
export interface LinkSettings {
  readonly url: string;
  readonly base: string;
  readonly signal: AbortSignal;
  /** Is told in words, without addresses or payloads, what the connection does. */
  say(sentence: string): void;
}

/** CONNACK return codes that trying again cannot mend: bad user name or password, not authorized [MQTT-3.2.2-3]. */
const REFUSED_CODES = [4, 5];

/** Connects; waits as long as it takes for a server that is not there yet, and gives up only when it refuses the credential. */
export async function openLink(
  settings: LinkSettings,
): Promise<{ ok: true; link: Link } | { ok: false; reason: string }> {
  const options = connectOptions(settings);
  if (!options.ok) {
    return options;
  }
  const client = connect(options.options);
  const first = await firstConnection(client, settings);
  if (first !== undefined) {
    await client.endAsync(true).catch(() => undefined);
    return { ok: false, reason: first };
  }
  return { ok: true, link: linkOf(client, settings) };
}

function connectOptions(settings: LinkSettings): { ok: true; options: IClientOptions } | { ok: false; reason: string } {
  const url = URL.canParse(settings.url) ? new URL(settings.url) : undefined;
  const secure = url?.protocol === 'mqtts:';
  if (url === undefined || url.hostname === '' || !(secure || url.protocol === 'mqtt:')) {
    return { ok: false, reason: '--url takes mqtt://USER:PASSWORD@HOST:PORT, or mqtts:// for TLS' };
  }
  const will = offlineMessage(settings.base);
  return {
    ok: true,
    options: {
      protocol: secure ? 'mqtts' : 'mqtt',
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (secure ? 8883 : 1883) : Number(url.port),
      ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
      ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
      reconnectPeriod: LIMITS.reconnectMs,
      reconnectOnConnackError: true,
      queueQoSZero: false,
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: will.qos, retain: will.retain },
    },
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

function linkOf(client: MqttClient, settings: LinkSettings): Link {
  const retained = new Map<string, Outgoing>();
  const listeners: (() => void)[] = [];
  const changed = (): void => {
    for (const listener of listeners) {
      listener();
    }
  };
  const send = async ({ topic, payload, qos, retain }: Outgoing): Promise<void> => {
    await client.publishAsync(topic, payload, { qos, retain });
  };
  const repeat = async (messages: Iterable<Outgoing>): Promise<void> => {
    for (const message of messages) {
      // A connection that breaks again is told by the client; the next one repeats.
      await send(message).catch(() => undefined);
    }
  };
  let wasConnected = true;
  let ending = false;
  const repeatTimer = setTimeout(() => void repeat([...retained.values()]), LIMITS.repeatRetainedMs);
  client.on('connect', () => {
    wasConnected = true;
    settings.say('connected again');
    const state = retained.get(`${settings.base}/bridge/state`);
    void repeat(state === undefined ? [] : [state]);
    changed();
  });
  client.on('close', () => {
    if (wasConnected && !ending) {
      settings.say('connection lost; messages are lost until it is back, as with Zigbee2MQTT');
    }
    wasConnected = false;
    changed();
  });
  return {
    connected: () => client.connected,
    onChange: (listener) => listeners.push(listener),
    async publish(message) {
      if (message.retain) {
        retained.set(message.topic, message);
      }
      await send(message);
    },
    async end() {
      ending = true;
      clearTimeout(repeatTimer);
      await Promise.race([goodbye(client, settings.base), delay(LIMITS.goodbyeMs)]);
      await client.endAsync(true).catch(() => undefined);
    },
  };
}

async function goodbye(client: MqttClient, base: string): Promise<void> {
  if (client.connected) {
    const { topic, payload, qos, retain } = offlineMessage(base);
    await client.publishAsync(topic, payload, { qos, retain }).catch(() => undefined);
    await client.endAsync(false).catch(() => undefined);
  }
}

function delay(waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, waitMs).unref();
  });
}
