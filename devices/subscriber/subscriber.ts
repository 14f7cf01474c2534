import { type IPublishPacket, MqttClient } from 'mqtt';
import { Backoff } from '../backoff.ts';
import { DIALECTS } from '../dialects/dialects.ts';
import type { CountIntake, Take } from '../intake.ts';
import { LIMITS, type Limits } from '../limits.ts';
import { anyOf, type Matches } from '../topic-filter.ts';
import { Followed } from './followed.ts';
import { openSocket, SourceConnection } from './source-connection.ts';
import { type SourceTrouble, troubleOf, troubleOfEnd } from './source-trouble.ts';
import { readSourceUrl, SOURCE_PROBLEMS, type Source } from './source-url.ts';
import type { Spoken } from './spoken.ts';
import { VersionChoice } from './version-choice.ts';

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
  /** Certificates (PEM) that a server over TLS is checked with, instead of the public ones. */
  readonly ca?: string | undefined;
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

/** SUBACK codes from here on refuse the subscription [MQTT 3.9.3]. */
const SUBSCRIPTION_REFUSED = 128;
/** How long a server that speaks MQTT 5 is asked to keep what it has for us: longer than a hub is away for a repair. */
const SESSION_S = 7 * 86_400;
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
  readonly #followed: Followed;
  #connection: SourceConnection | undefined;
  #newest = 0;
  #waiting = 0;
  /** Calls the library back once there is room for another message. */
  #resume: (() => void) | undefined;
  readonly #backoff: Backoff;
  #trouble: SourceTrouble = 'unreachable';
  readonly #choice = new VersionChoice();
  #timer: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(options: SubscriberOptions, source: Source) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#source = source;
    this.#backoff = new Backoff(this.#limits);
    this.#speaks = options.speaks.map((one) => ({ ...one, isOwnTopic: anyOf(filtersOf(one)) }));
    this.#followed = new Followed(options.announced, anyOf(options.speaks.flatMap(filtersOf)), this.#limits);
    this.#client = new MqttClient(() => this.#open(), {
      protocolId: 'MQTT',
      protocolVersion: this.#choice.version,
      // No more than may wait for their commit; no topic aliases, which the filter of long messages does not know.
      properties: { sessionExpiryInterval: SESSION_S, receiveMaximum: this.#limits.waitingFromSource },
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
    this.#client.on('packetreceive', () => this.#choice.answered());
    this.#client.on('disconnect', ({ reasonCode }) => {
      this.#trouble = troubleOfEnd(reasonCode);
    });
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
    this.#choice.began();
    this.#client.options.protocolVersion = this.#choice.version;
    const socket = openSocket(this.#source, this.#options.ca);
    socket.once(this.#source.secure ? 'secureConnect' : 'connect', () => this.#choice.opened());
    this.#connection = new SourceConnection(socket, this.#limits.packetBytes, () =>
      this.#options.count('oversizePacket'),
    );
    return this.#connection;
  }

  /** Subscribes at every connection, also to a kept session: the broker then sends its retained messages again. */
  #subscribe(): void {
    this.#trouble = 'ended';
    const filters = [...this.#options.speaks.flatMap(filtersOf), ...this.#followed.begin(this.#speaks)];
    this.#client.subscribe(filters, { qos: 1 }, (error, _granted, answer) => {
      if (error === null) {
        this.#backoff.reset();
        this.#options.onState({ connected: true });
        return;
      }
      if (answer?.granted.some((code) => Number(code) >= SUBSCRIPTION_REFUSED)) this.#trouble = 'refusedSubscription';
      this.#connection?.destroy();
    });
  }

  /** Subscribes to what a source has announced since; a topic the account may not read is not heard, and nothing else suffers. */
  #follow(spoken: Spoken): void {
    const fresh = this.#followed.note(spoken);
    if (fresh.length > 0) this.#client.subscribe(fresh, { qos: 1 }, () => undefined);
  }

  #fault({ code }: Error & { code?: string | number }): void {
    if (typeof code === 'number' && this.#choice.refused(code)) return;
    const trouble = troubleOf(code);
    if (trouble !== undefined) this.#trouble = trouble;
    // A packet that cannot be parsed leaves the stream without a beginning of the next one.
    else this.#connection?.destroy();
  }

  #closed(): void {
    this.#resume = undefined;
    if (this.#closing) return;
    if (this.#choice.ended()) {
      this.#reconnectAfter(0);
      return;
    }
    this.#options.onState({ connected: false, trouble: this.#trouble });
    this.#trouble = 'unreachable';
    this.#reconnectAfter(this.#backoff.next(this.#options.random?.()));
  }

  #reconnectAfter(waitMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#client.reconnect(), waitMs);
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
    const spoken = own ?? this.#followed.of(packet.topic);
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
