import { hash } from 'node:crypto';
import type { Arrived } from '../../devices/intake.ts';
import { LIMITS } from '../limits.ts';
import type { Operation } from '../store/store.ts';
import { ClientMarks, MARK_BYTES } from './client-marks.ts';
import type { Fate } from './fate.ts';

/** A mark as it is stored. */
export interface MarkRow {
  readonly source: string;
  readonly client: string;
  readonly packet_id: number;
  readonly hash: Buffer;
}

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
  /** By source and client id; the client that was quiet longest comes first. */
  readonly #sources = new Map<string, Map<string, ClientMarks>>();
  /** The client whose packet came last. */
  #latest: ClientMarks | undefined;
  /** Clients with marks that are not durable yet. */
  readonly #unwritten = new Set<ClientMarks>();
  /** Clients to be forgotten on disk, by source and client id. */
  readonly #forgotten = new Map<string, Operation>();

  constructor(rows: readonly MarkRow[]) {
    for (const { source, client, packet_id, hash } of rows) this.#of(source, client).load(packet_id, hash);
  }

  /** The fate of the first sending when this packet is one sent again; undefined when it is new. */
  repeated(arrived: Arrived): Promise<Fate> | undefined {
    const { source, client, packetId } = arrived;
    if (packetId === undefined) return undefined;
    return this.#sources
      .get(source)
      ?.get(client)
      ?.repeated(packetId, arrived, () => hashOf(arrived));
  }

  /** Notes a packet that is being taken in; its mark becomes durable with the next commit (`drain`), at the latest its own. */
  note(arrived: Arrived, fate: Promise<Fate>): void {
    const { source, client, packetId, connection } = arrived;
    if (packetId === undefined) return;
    const marks = this.#of(source, client);
    marks.note(packetId, hashOf(arrived), connection, fate);
    this.#unwritten.add(marks);
  }

  /** A client that took leave in order cannot send its packets again: a later one of the same id begins anew. */
  forgetClient(source: string, client: string): void {
    const clients = this.#sources.get(source);
    const marks = clients?.get(client);
    if (!marks) return;
    clients?.delete(client);
    this.#unwritten.delete(marks);
    if (this.#latest === marks) this.#latest = undefined;
    this.#forgotten.set(`${source}\n${client}`, ['intakeMark.forget', source, client]);
  }

  /** Forgets every client of a source that is let in no more. */
  forgetSource(source: string): void {
    for (const client of [...(this.#sources.get(source)?.keys() ?? [])]) this.forgetClient(source, client);
    this.#sources.delete(source);
  }

  /** The operations that make the marks durable which are not yet. */
  drain(): Operation[] {
    const operations = [...this.#forgotten.values()];
    this.#forgotten.clear();
    for (const marks of this.#unwritten) marks.drainInto(operations);
    this.#unwritten.clear();
    return operations;
  }

  /** The marks of a client, which becomes the last in the order. */
  #of(source: string, client: string): ClientMarks {
    if (this.#latest?.client === client && this.#latest.source === source) return this.#latest;
    const clients = this.#sources.get(source) ?? new Map<string, ClientMarks>();
    this.#sources.set(source, clients);
    const known = clients.get(client);
    // A source that comes with ever new client ids keeps the marks of its latest ones.
    if (!known)
      for (const oldest of clients.keys()) {
        if (clients.size < LIMITS.markedClients) break;
        this.forgetClient(source, oldest);
      }
    const marks = known ?? new ClientMarks(source, client);
    clients.delete(client);
    clients.set(client, marks);
    this.#latest = marks;
    return marks;
  }
}

/** Hash of topic and payload, with their lengths kept apart. */
function hashOf(arrived: Arrived): string {
  const topicBytes = Buffer.byteLength(arrived.topic);
  const both = Buffer.allocUnsafe(4 + topicBytes + arrived.payload.length);
  both.writeUInt32BE(topicBytes);
  both.write(arrived.topic, 4);
  arrived.payload.copy(both, 4 + topicBytes);
  return hash('sha256', both, 'binary').slice(0, MARK_BYTES);
}
