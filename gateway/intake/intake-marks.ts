import { createHash } from 'node:crypto';
import type { Arrived } from '../../devices/intake.ts';
import { LIMITS } from '../limits.ts';
import type { Operation } from '../store/store.ts';

/** The fate of a message: kept for good, or not kept at all. */
export type Fate = 'committed' | 'failed';

interface Mark {
  readonly hash: Buffer;
  fate: Promise<Fate>;
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
 * Remembers which packets were committed, so that a packet sent again (DUP=1) after a crash or a lost acknowledgement is
 * acknowledged and not counted. Without DUP nothing is a duplicate [MQTT-3.3.1-1]. A mark is kept until its packet id is
 * used again, and with the most recent client ids of a source.
 */
export class IntakeMarks {
  readonly #clients = new Map<string, Map<number, Mark>>();

  constructor(rows: readonly MarkRow[]) {
    for (const row of rows) this.#of(row.source, row.client).set(row.packet_id, { hash: row.hash, fate: COMMITTED });
  }

  /** The fate of the first sending when this packet is one sent again; undefined when it is new. */
  repeated(arrived: Arrived): Promise<Fate> | undefined {
    if (!arrived.dup || arrived.packetId === undefined) return undefined;
    const mark = this.#clients.get(clientKey(arrived.source, arrived.client))?.get(arrived.packetId);
    return mark?.hash.equals(hashOf(arrived)) ? mark.fate : undefined;
  }

  /** Notes a packet whose commit is under way; returns the operations that make the mark durable with that commit. */
  note(arrived: Arrived, fate: Promise<Fate>): Operation[] {
    if (arrived.packetId === undefined) return [];
    const hash = hashOf(arrived);
    const forgotten = this.#makeRoom(arrived.source, arrived.client);
    this.#of(arrived.source, arrived.client).set(arrived.packetId, { hash, fate });
    return [...forgotten, ['intakeMark.put', arrived.source, arrived.client, arrived.packetId, hash]];
  }

  /** Takes a mark back whose commit failed. */
  forget(arrived: Arrived): void {
    if (arrived.packetId !== undefined)
      this.#clients.get(clientKey(arrived.source, arrived.client))?.delete(arrived.packetId);
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
  #makeRoom(source: string, client: string): Operation[] {
    if (this.#clients.has(clientKey(source, client))) return [];
    const prefix = `${source}\n`;
    const held = [...this.#clients.keys()].filter((key) => key.startsWith(prefix));
    return held.slice(0, Math.max(0, held.length - LIMITS.markedClients + 1)).map((key) => {
      this.#clients.delete(key);
      return ['intakeMark.forget', source, key.slice(prefix.length)];
    });
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
