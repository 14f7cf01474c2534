import { createHash } from 'node:crypto';
import type { Arrived } from '../../devices/intake.ts';
import { LIMITS } from '../limits.ts';
import type { Operation } from '../store/store.ts';

/** The fate of a message: kept for good, or not kept at all. */
export type Fate = 'committed' | 'failed';

interface Mark {
  readonly hash: Buffer;
  /** The connection the packet came on last; undefined for one of an earlier run of the hub. */
  connection: number | undefined;
  readonly fate: Promise<Fate>;
}

/** A mark as it is stored. */
export interface MarkRow {
  readonly source: string;
  readonly client: string;
  readonly packet_id: number;
  readonly hash: Buffer;
}

const HASH_BYTES = 16;
const COMMITTED: Promise<Fate> = Promise.resolve('committed');

/**
 * Remembers which packets were taken in, so that a packet sent again after a crash or a lost acknowledgement is
 * acknowledged and not counted. Sent again means: equal to its mark, and either marked DUP [MQTT-3.3.1-1] or on another
 * connection, because MQTT.js, which Zigbee2MQTT uses, re-sends without DUP (docs/decisions). On one connection and
 * without DUP nothing is a duplicate; nor after the connection's first news, because what is sent again comes first and in
 * the old order [MQTT-4.6.0-1]: a program whose packet ids come round again must not lose a new message to an old mark.
 * A mark is kept until its packet id is used again, and with the most recent client ids of a source.
 */
export class IntakeMarks {
  readonly #clients = new Map<string, Map<number, Mark>>();
  /** The connection of each client on which something new has arrived. */
  readonly #news = new Map<string, number>();
  #unwritten: Operation[] = [];

  constructor(rows: readonly MarkRow[]) {
    for (const { source, client, packet_id, hash } of rows)
      this.#of(source, client).set(packet_id, { hash, connection: undefined, fate: COMMITTED });
  }

  /** The fate of the first sending when this packet is one sent again; undefined when it is new. */
  repeated(arrived: Arrived): Promise<Fate> | undefined {
    if (arrived.packetId === undefined) return undefined;
    const client = clientKey(arrived.source, arrived.client);
    const mark = this.#clients.get(client)?.get(arrived.packetId);
    if (!mark?.hash.equals(hashOf(arrived))) return undefined;
    const { dup, connection } = arrived;
    if (!dup && (mark.connection === connection || this.#news.get(client) === connection)) return undefined;
    mark.connection = connection;
    return mark.fate;
  }

  /** Notes a packet that is being taken in; its mark becomes durable with the next commit (`drain`), at the latest its own. */
  note(arrived: Arrived, fate: Promise<Fate>): void {
    const { source, client, packetId, connection } = arrived;
    if (packetId === undefined) return;
    const hash = hashOf(arrived);
    this.#makeRoom(source, client);
    this.#news.set(clientKey(source, client), connection);
    this.#of(source, client).set(packetId, { hash, connection, fate });
    this.#unwritten.push(['intakeMark.put', source, client, packetId, hash]);
  }

  /** The operations that make the marks durable which are not yet. */
  drain(): Operation[] {
    const operations = this.#unwritten;
    this.#unwritten = [];
    return operations;
  }

  #of(source: string, client: string): Map<number, Mark> {
    const key = clientKey(source, client);
    const known = this.#clients.get(key);
    if (known) return known;
    const made = new Map<number, Mark>();
    this.#clients.set(key, made);
    return made;
  }

  /** A source that comes with ever new client ids keeps the marks of its latest ones. */
  #makeRoom(source: string, client: string): void {
    if (this.#clients.has(clientKey(source, client))) return;
    const prefix = `${source}\n`;
    const held = [...this.#clients.keys()].filter((key) => key.startsWith(prefix));
    for (const key of held.slice(0, Math.max(0, held.length - LIMITS.markedClients + 1))) {
      this.#clients.delete(key);
      this.#news.delete(key);
      this.#unwritten.push(['intakeMark.forget', source, key.slice(prefix.length)]);
    }
  }
}

function clientKey(source: string, client: string): string {
  return `${source}\n${client}`;
}

/** Hash of topic and payload, with their lengths kept apart. */
function hashOf(arrived: Arrived): Buffer {
  const topic = Buffer.from(arrived.topic, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(topic.length);
  return createHash('sha256').update(length).update(topic).update(arrived.payload).digest().subarray(0, HASH_BYTES);
}
