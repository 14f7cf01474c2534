import { hash } from 'node:crypto';
import type { Arrived } from '../../devices/intake.ts';
import { LIMITS } from '../limits.ts';
import type { Operation } from '../store/store.ts';

/** The fate of a message: kept for good, or not kept at all. */
export type Fate = 'committed' | 'failed';

interface Mark {
  /** As bytes in a string: a Buffer of sixteen bytes takes several times the memory. */
  readonly hash: string;
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
 * A mark is kept until its packet id is used again or its client takes leave in order, with the most recent packets of
 * the most recent client ids of a source: what is sent again is the tail of what was sent.
 */
export class IntakeMarks {
  readonly #clients = new Map<string, Map<number, Mark>>();
  /** The connection of each client on which something new has arrived. */
  readonly #news = new Map<string, number>();
  /** By client and packet id, so that a flood without consequences stays as small as its marks. */
  readonly #unwritten = new Map<string, Operation>();

  constructor(rows: readonly MarkRow[]) {
    for (const { source, client, packet_id, hash } of rows)
      this.#of(source, client).set(packet_id, {
        hash: hash.toString('latin1'),
        connection: undefined,
        fate: COMMITTED,
      });
  }

  /** The fate of the first sending when this packet is one sent again; undefined when it is new. */
  repeated(arrived: Arrived): Promise<Fate> | undefined {
    if (arrived.packetId === undefined) return undefined;
    const client = clientKey(arrived.source, arrived.client);
    const mark = this.#clients.get(client)?.get(arrived.packetId);
    if (!mark || mark.hash !== hashOf(arrived)) return undefined;
    const { dup, connection } = arrived;
    if (!dup && (mark.connection === connection || this.#news.get(client) === connection)) return undefined;
    mark.connection = connection;
    return mark.fate;
  }

  /** Notes a packet that is being taken in; its mark becomes durable with the next commit (`drain`), at the latest its own. */
  note(arrived: Arrived, fate: Promise<Fate>): void {
    const { source, client, packetId, connection } = arrived;
    if (packetId === undefined) return;
    const mark = hashOf(arrived);
    this.#makeRoom(source, client);
    this.#news.set(clientKey(source, client), connection);
    const marks = this.#of(source, client);
    marks.delete(packetId);
    marks.set(packetId, { hash: mark, connection, fate });
    this.#write(source, client, packetId, ['intakeMark.put', source, client, packetId, Buffer.from(mark, 'latin1')]);
    for (const oldest of marks.keys()) {
      if (marks.size <= LIMITS.marksPerClient) break;
      marks.delete(oldest);
      this.#write(source, client, oldest, ['intakeMark.forgetPacket', source, client, oldest]);
    }
  }

  /** A client that took leave in order cannot send its packets again: a later one of the same id begins anew. */
  forgetClient(source: string, client: string): void {
    const key = clientKey(source, client);
    for (const packetId of this.#clients.get(key)?.keys() ?? []) this.#unwritten.delete(`${key}\n${packetId}`);
    this.#clients.delete(key);
    this.#news.delete(key);
    this.#unwritten.delete(key);
    this.#unwritten.set(key, ['intakeMark.forget', source, client]);
  }

  /** Forgets every client of a source that is let in no more. */
  forgetSource(source: string): void {
    const prefix = `${source}\n`;
    for (const key of [...this.#clients.keys()])
      if (key.startsWith(prefix)) this.forgetClient(source, key.slice(prefix.length));
  }

  /** The operations that make the marks durable which are not yet. */
  drain(): Operation[] {
    const operations = [...this.#unwritten.values()];
    this.#unwritten.clear();
    return operations;
  }

  #write(source: string, client: string, packetId: number, operation: Operation): void {
    const key = `${clientKey(source, client)}\n${packetId}`;
    this.#unwritten.delete(key);
    this.#unwritten.set(key, operation);
  }

  #of(source: string, client: string): Map<number, Mark> {
    const key = clientKey(source, client);
    const marks = this.#clients.get(key) ?? new Map<number, Mark>();
    // Last in the order again: the client that was quiet longest is the first to be forgotten.
    this.#clients.delete(key);
    this.#clients.set(key, marks);
    return marks;
  }

  /** A source that comes with ever new client ids keeps the marks of its latest ones. */
  #makeRoom(source: string, client: string): void {
    if (this.#clients.has(clientKey(source, client))) return;
    const prefix = `${source}\n`;
    const held = [...this.#clients.keys()].filter((key) => key.startsWith(prefix));
    for (const key of held.slice(0, Math.max(0, held.length - LIMITS.markedClients + 1)))
      this.forgetClient(source, key.slice(prefix.length));
  }
}

function clientKey(source: string, client: string): string {
  return `${source}\n${client}`;
}

/** Hash of topic and payload, with their lengths kept apart. */
function hashOf(arrived: Arrived): string {
  const topicBytes = Buffer.byteLength(arrived.topic);
  const both = Buffer.allocUnsafe(4 + topicBytes + arrived.payload.length);
  both.writeUInt32BE(topicBytes);
  both.write(arrived.topic, 4);
  arrived.payload.copy(both, 4 + topicBytes);
  return hash('sha256', both, 'binary').slice(0, HASH_BYTES);
}
