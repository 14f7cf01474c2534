import { type IPublishPacket, MqttClient } from 'mqtt';
import { DIALECTS } from '../dialects/dialects.ts';
import type { CountIntake, Take } from '../intake.ts';
import { LIMITS, type Limits } from '../limits.ts';
import { anyOf, type Matches } from '../topic-filter.ts';
import { openSocket, SourceConnection } from './source-connection.ts';
import { readSourceUrl, SOURCE_PROBLEMS, type Source } from './source-url.ts';
import type { Spoken } from './spoken.ts';

/** Why there is no connection: nobody answers, the account or the subscription is refused, or it ended. */
export type SourceTrouble = 'unreachable' | 'refusedAccount' | 'refusedSubscription' | 'ended';

/** Whether messages can arrive now, and if not, why. */
export type SourceState = { readonly connected: true } | { readonly connected: false; readonly trouble: SourceTrouble };

/** What the subscriber needs. */
export interface SubscriberOptions {
  /** `mqtt://user:password@host:port`, checked with `readSourceUrl` before. */
  readonly url: string;
  /** What is spoken there; a message belongs to the first whose topics it is under. */
  readonly speaks: readonly Spoken[];
  /** Topics that a source has announced, which may be anywhere (Home Assistant discovery); another list when they changed. */
  readonly announced: (source: string) => readonly string[];
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
  readonly #speaks: readonly (Spoken & { readonly isOwnTopic: Matches })[];
  /** The source that announced a topic, for those that are subscribed to beside the dialects' own. */
  readonly #followed = new Map<string, Spoken>();
  /** By source, the announced topics that were looked at last. */
  readonly #looked = new Map<string, readonly string[]>();
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
    this.#speaks = options.speaks.map((one) => ({ ...one, isOwnTopic: anyOf(filtersOf(one)) }));
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
    this.#followed.clear();
    this.#looked.clear();
    for (const one of this.#speaks) this.#noteAnnounced(one);
    const filters = [...this.#options.speaks.flatMap(filtersOf), ...this.#followed.keys()];
    this.#client.subscribe(filters, { qos: 1 }, (error, _granted, answer) => {
      if (error === null) {
        this.#attempts = 0;
        this.#trouble = 'ended';
        this.#options.onState({ connected: true });
        return;
      }
      if (answer?.granted.includes(SUBSCRIPTION_REFUSED)) this.#trouble = 'refusedSubscription';
      this.#connection?.destroy();
    });
  }

  /** Subscribes to what a source has announced since; a topic the account may not read is not heard, and nothing else suffers. */
  #follow(spoken: Spoken): void {
    const fresh = this.#noteAnnounced(spoken);
    if (fresh.length > 0) this.#client.subscribe(fresh, { qos: 1 }, () => undefined);
  }

  #noteAnnounced(spoken: Spoken): string[] {
    const announced = this.#options.announced(spoken.source);
    // Asked with every message: the list is the same one while nothing was announced.
    if (this.#looked.get(spoken.source) === announced) return [];
    this.#looked.set(spoken.source, announced);
    const fresh = announced.filter((topic) => this.#isWorthFollowing(topic));
    const room = this.#limits.announcedTopics - this.#followed.size;
    const taken = fresh.slice(0, Math.max(0, room));
    for (const topic of taken) this.#followed.set(topic, spoken);
    return taken;
  }

  #isWorthFollowing(topic: string): boolean {
    if (this.#followed.has(topic) || this.#speaks.some(({ isOwnTopic }) => isOwnTopic(topic))) return false;
    return topic !== '' && !/[+#\0]/.test(topic) && !topic.startsWith('$') && topic.length <= this.#limits.topicBytes;
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
    const own = this.#speaks.find(({ isOwnTopic }) => isOwnTopic(packet.topic));
    const spoken = own ?? this.#followed.get(packet.topic);
    if (spoken === undefined) {
      this.#options.count('foreignTopic');
      return 'committed';
    }
    const { source, dialect, base } = spoken;
    if (payload.length > DIALECTS[dialect].payloadBytes(packet.topic, base)) {
      this.#options.count('oversizePayload');
      return 'committed';
    }
    try {
      const outcome = await this.#options.take({
        source,
        client: this.#options.clientId,
        base,
        topic: packet.topic,
        payload,
        packetId: packet.qos === 0 ? undefined : packet.messageId,
        qos: packet.qos,
        dup: packet.dup,
        connection: this.#newest,
        retained: packet.retain,
        receivedAtMs: this.#nowMs(),
      });
      if (own !== undefined && outcome === 'committed') this.#follow(own);
      return outcome;
    } catch {
      return 'failed';
    }
  }
}

function filtersOf({ dialect, base }: Spoken): readonly string[] {
  return DIALECTS[dialect].topics(base);
}
