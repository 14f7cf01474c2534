import { type IPublishPacket, MqttClient } from 'mqtt';
import { largestPayload } from '../dialects/dialects.ts';
import type { CountIntake, Take } from '../intake.ts';
import { LIMITS, type Limits } from '../limits.ts';
import { openSocket, SourceConnection } from './source-connection.ts';
import { readSourceUrl, SOURCE_PROBLEMS, type Source } from './source-url.ts';

/** Why there is no connection: nobody answers, the account or the subscription is refused, or it ended. */
export type SourceTrouble = 'unreachable' | 'refusedAccount' | 'refusedSubscription' | 'ended';

/** Whether messages can arrive now, and if not, why. */
export type SourceState = { readonly connected: true } | { readonly connected: false; readonly trouble: SourceTrouble };

/** What the subscriber needs. */
export interface SubscriberOptions {
  /** `mqtt://user:password@host:port`, checked with `readSourceUrl` before. */
  readonly url: string;
  /** The base topic of the dialect in that broker, without a trailing slash. */
  readonly base: string;
  /** The same at every start and for this hub alone, so that the broker keeps messages while the hub is away. */
  readonly clientId: string;
  readonly take: Take;
  readonly count: CountIntake;
  readonly onState: (state: SourceState) => void;
  readonly limits?: Partial<Limits>;
  readonly nowMs?: () => number;
  /** A number in [0, 1), for the jitter between attempts. */
  readonly random?: () => number;
}

/** A running subscriber; `close` ends the connection and keeps the session at the broker. */
export interface Subscriber {
  close(): Promise<void>;
}

/** The name under which the household's MQTT broker counts as a source of messages. */
export const SOURCE_URL_NAME = 'source-url';
/** CONNACK codes 4 and 5: the account is refused [MQTT 3.2.2.3]. */
const ACCOUNT_REFUSALS = [4, 5];
/** SUBACK code for a refused subscription [MQTT 3.9.3]. */
const SUBSCRIPTION_REFUSED = 128;
const KEEPALIVE_S = 60;

/**
 * Takes in a dialect's messages from the MQTT broker the household already runs. A message is acknowledged after
 * `take` has resolved with `committed`; when it fails the connection ends and the broker sends again. Throws TypeError
 * when the URL cannot be read.
 */
export function startSubscriber(options: SubscriberOptions): Subscriber {
  const read = readSourceUrl(options.url);
  if (!read.ok) throw new TypeError(`ENGAWA_SOURCE_URL cannot be used: ${SOURCE_PROBLEMS[read.reason]}`);
  return new SourceIntake(options, read.source);
}

class SourceIntake implements Subscriber {
  readonly #options: SubscriberOptions;
  readonly #limits: Limits;
  readonly #source: Source;
  readonly #client: MqttClient;
  #connection: SourceConnection | undefined;
  #newest = 0;
  #waiting = 0;
  /** Calls the library back once there is room for another message. */
  #resume: (() => void) | undefined;
  #attempts = 0;
  #trouble: SourceTrouble = 'unreachable';
  #timer: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(options: SubscriberOptions, source: Source) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#source = source;
    this.#client = new MqttClient(() => this.#open(), {
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId: options.clientId,
      clean: false,
      keepalive: KEEPALIVE_S,
      connectTimeout: this.#limits.connectTimeoutMs,
      // Attempts are made here: the library waits the same time before each, and a house full of hubs would knock at once.
      reconnectPeriod: 0,
      queueQoSZero: false,
      resubscribe: false,
      manualConnect: true,
      ...(source.user === undefined ? {} : { username: source.user }),
      ...(source.password === undefined ? {} : { password: source.password }),
    });
    this.#client.handleMessage = (packet, done) => this.#handle(packet, done);
    this.#client.on('connect', () => this.#subscribe());
    this.#client.on('error', (error) => this.#fault(error));
    this.#client.on('close', () => this.#closed());
    this.#client.connect();
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    await this.#client.endAsync(true);
  }

  #open(): SourceConnection {
    this.#newest = Math.max(this.#newest + 1, this.#nowMs());
    const socket = openSocket(this.#source);
    this.#connection = new SourceConnection(socket, this.#limits.packetBytes, () =>
      this.#options.count('oversizePacket'),
    );
    return this.#connection;
  }

  /** Subscribes at every connection, also to a kept session: the broker then sends its retained messages again. */
  #subscribe(): void {
    const filter = `${this.#options.base}/#`;
    this.#client.subscribe(filter, { qos: 1 }, (error, _granted, answer) => {
      if (error === null) {
        this.#attempts = 0;
        this.#trouble = 'ended';
        this.#options.onState({ connected: true });
        return;
      }
      if (answer?.granted[0] === SUBSCRIPTION_REFUSED) this.#trouble = 'refusedSubscription';
      this.#connection?.destroy();
    });
  }

  #fault(error: Error & { code?: string | number }): void {
    if (typeof error.code === 'number' && ACCOUNT_REFUSALS.includes(error.code)) this.#trouble = 'refusedAccount';
    else if (typeof error.code === 'string') this.#trouble = 'unreachable';
    // A packet that cannot be parsed leaves the stream without a beginning of the next one.
    else this.#connection?.destroy();
  }

  #closed(): void {
    this.#resume = undefined;
    if (this.#closing) return;
    this.#options.onState({ connected: false, trouble: this.#trouble });
    const longestMs = Math.min(
      this.#limits.reconnectLongestMs,
      this.#limits.reconnectMs * 2 ** Math.min(this.#attempts, 20),
    );
    this.#attempts += 1;
    this.#trouble = 'unreachable';
    clearTimeout(this.#timer);
    const random = this.#options.random ?? Math.random;
    this.#timer = setTimeout(() => this.#client.reconnect(), longestMs * (0.5 + random() / 2));
  }

  #handle(packet: IPublishPacket, done: (error?: Error) => void): void {
    const connection = this.#connection;
    const held = packet.qos === 0 || packet.messageId === undefined ? undefined : connection?.hold(packet.messageId);
    this.#waiting += 1;
    void this.#take(packet).then((outcome) => {
      this.#waiting -= 1;
      if (outcome === 'committed') held?.committed();
      else {
        this.#options.count('commitFailed');
        // At QoS 0 nobody would send again, so ending the connection would only lose more.
        if (held !== undefined) connection?.destroy();
      }
      const resume = this.#resume;
      this.#resume = undefined;
      resume?.();
    });
    if (this.#waiting < this.#limits.waitingFromSource) done();
    else this.#resume = done;
  }

  #nowMs(): number {
    return (this.#options.nowMs ?? Date.now)();
  }

  async #take(packet: IPublishPacket): Promise<'committed' | 'failed'> {
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    if (payload.length > largestPayload(packet.topic, this.#options.base)) {
      this.#options.count('oversizePayload');
      return 'committed';
    }
    try {
      return await this.#options.take({
        source: SOURCE_URL_NAME,
        client: this.#options.clientId,
        base: this.#options.base,
        topic: packet.topic,
        payload,
        packetId: packet.qos === 0 ? undefined : packet.messageId,
        qos: packet.qos,
        dup: packet.dup,
        connection: this.#newest,
        retained: packet.retain,
        receivedAtMs: this.#nowMs(),
      });
    } catch {
      return 'failed';
    }
  }
}
