import { Socket } from 'node:net';
import type { IClientOptions, MqttClient } from 'mqtt';
import { LIMITS } from '../limits.ts';
import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';

/** Where the connection goes and as whom; credentials inside the URL win over user name and password. */
export interface Address {
  readonly url: string;
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  readonly topicUp: string;
  readonly topicDown: string;
}

/** Why there is no connection just now, from a closed list. */
export type Problem = 'address' | 'unreachable' | 'credential' | 'subscription' | 'lost' | 'oversize';

/** What the connection tells; all of it in the turn it happened. */
export interface Listener {
  onUp(): void;
  onDown(problem: Problem): void;
  onFrame(frame: Buffer): void;
}

const REFUSED_CODES = new Set([4, 5]);

/**
 * One MQTT connection after another, with jittered waits between them (`backoff.ts`). Every connection is a new client that is
 * thrown away with its memory when it ends, so that nothing is ever sent again but by the outbox.
 */
export class Connection {
  readonly #address: Address;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #listener: Listener;
  #client: MqttClient | undefined;
  #up = false;
  #closed = false;
  #cancelRetry: (() => void) | undefined;
  #problem: Problem | undefined;

  constructor(address: Address, listener: Listener, clock: Clock, random: () => number) {
    this.#address = address;
    this.#listener = listener;
    this.#clock = clock;
    this.#backoff = new Backoff(random);
    void this.#open();
  }

  /** Whether frames can be sent now. */
  get isUp(): boolean {
    return this.#up && this.#client?.connected === true;
  }

  /** Why the last connection ended or failed; undefined while one is up. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  /** Writes a frame to the socket in this turn (QoS 1, not retained); false when there is no connection. */
  send(frame: Buffer): boolean {
    if (!this.isUp) return false;
    // A failure of this one packet shows as a missing answer, and the outbox sends again.
    this.#client?.publish(this.#address.topicUp, frame, { qos: 1, retain: false }, () => undefined);
    return true;
  }

  /** The data broker answered: the next lost connection starts its backoff from the shortest wait. */
  answered(): void {
    this.#backoff.answered();
  }

  /** The data broker said over how long it wants lost connections spread, in milliseconds. */
  spread(spreadMs: number): void {
    this.#backoff.spread(spreadMs);
  }

  /** Ends the connection and tries no more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    const client = this.#client;
    this.#client = undefined;
    this.#up = false;
    // Without waiting for what the server still owes: on a dead line that would be for ever.
    await client?.endAsync(true);
  }

  async #open(): Promise<void> {
    const { connect } = await import('mqtt');
    if (this.#closed) return;
    try {
      const client = connect(this.#address.url, this.#options());
      this.#client = client;
      this.#follow(client);
    } catch {
      this.#ended(undefined, 'address');
    }
  }

  #options(): IClientOptions {
    const { url, clientId, username, password } = this.#address;
    return {
      clientId,
      protocolVersion: 4,
      clean: true,
      keepalive: LIMITS.keepaliveSeconds,
      reschedulePings: false,
      connectTimeout: LIMITS.connectMs,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      ...(new URL(url).username ? {} : { username, password }),
    };
  }

  #follow(client: MqttClient): void {
    let problem: Problem = 'unreachable';
    client.on('connect', () => {
      // Nagle's algorithm would hold back the end of each cell for 40 ms.
      if (client.stream instanceof Socket) client.stream.setNoDelay(true);
      problem = 'subscription';
      client.subscribe(this.#address.topicDown, { qos: 1 }, (error, granted) => {
        if (error || granted?.[0]?.qos !== 1 || this.#client !== client) {
          client.end(true);
          return;
        }
        problem = 'lost';
        this.#up = true;
        this.#problem = undefined;
        this.#listener.onUp();
      });
    });
    client.on('error', (error) => {
      if ('code' in error && REFUSED_CODES.has(Number(error.code))) problem = 'credential';
    });
    client.on('message', (topic, payload) => {
      if (topic === this.#address.topicDown) this.#listener.onFrame(payload);
    });
    client.on('close', () => this.#ended(client, problem));
    client.on('end', () => this.#ended(client, problem));
    guardSize(client, () => {
      problem = 'oversize';
    });
  }

  #ended(client: MqttClient | undefined, problem: Problem): void {
    if (this.#closed || this.#client !== client) return;
    this.#client = undefined;
    this.#up = false;
    this.#problem = problem;
    client?.end(true);
    this.#listener.onDown(problem);
    this.#cancelRetry = this.#clock.after(this.#backoff.next(), () => void this.#open());
  }
}

/** MQTT 3.1.1 lets a server send 256 MB in one packet; ours has no reason to send more than one small answer. */
function guardSize(client: MqttClient, onOversize: () => void): void {
  let bytes = 0;
  client.on('packetreceive', () => {
    bytes = 0;
  });
  client.stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= LIMITS.incomingPacketBytes) return;
    onOversize();
    client.stream.destroy();
  });
}
