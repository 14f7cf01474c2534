import type { Arrived } from '../../devices/intake.ts';
import { LIMITS } from '../limits.ts';
import type { Operation } from '../store/store.ts';
import type { Fate } from './fate.ts';

/** Bytes of a packet's hash, which is a text of as many characters in memory: quicker to make than bytes. */
export const MARK_BYTES = 16;

const FIRST_SLOTS = 16;
/** Equal to no connection, itself included. */
const OF_AN_EARLIER_RUN = Number.NaN;
const COMMITTED: Promise<Fate> = Promise.resolve('committed');

/** How a packet came. */
type Sending = Pick<Arrived, 'dup' | 'connection'>;

/**
 * The marks of one MQTT client: of its latest packets, oldest first. A home's devices fill these with every message, and they
 * live long: as numbers in a few arrays they cost neither memory nor work of the garbage collector.
 */
export class ClientMarks {
  /** The connection on which something new has arrived. */
  #newsOn: number | undefined;
  /** By packet id, what makes the marks durable and is not yet: a flood without consequences stays as small as its marks. */
  readonly #unwritten = new Map<number, Operation>();
  readonly #underWay = new Map<number, Promise<Fate>>();
  readonly #slots = new Map<number, number>();
  readonly #order = new Order();
  #ids = new Uint16Array(FIRST_SLOTS);
  #hashes = Buffer.alloc(FIRST_SLOTS * MARK_BYTES);
  /** The connection each packet came on last. */
  #connections = new Float64Array(FIRST_SLOTS);
  readonly source: string;
  readonly client: string;

  constructor(source: string, client: string) {
    this.source = source;
    this.client = client;
  }

  /** Takes in a mark that is on disk. */
  load(packetId: number, hash: Buffer): void {
    this.#put(packetId, hash.toString('latin1'), OF_AN_EARLIER_RUN);
  }

  /** The fate of the first sending when this packet is one sent again (see IntakeMarks); undefined when it is new. */
  repeated(packetId: number, { dup, connection }: Sending, hash: () => string): Promise<Fate> | undefined {
    const slot = this.#slots.get(packetId);
    if (slot === undefined) return undefined;
    if (!dup && (this.#connections[slot] === connection || this.#newsOn === connection)) return undefined;
    if (hash() !== this.#hashAt(slot)) return undefined;
    this.#connections[slot] = connection;
    return this.#underWay.get(packetId) ?? COMMITTED;
  }

  /** Notes a packet whose fate is not known yet. */
  note(packetId: number, hash: string, connection: number, fate: Promise<Fate>): void {
    this.#newsOn = connection;
    const forgotten = this.#put(packetId, hash, connection);
    this.#underWay.set(packetId, fate);
    void fate.then((outcome) => {
      // After a failed commit all marks are read again from the tables.
      if (outcome === 'committed' && this.#underWay.get(packetId) === fate) this.#underWay.delete(packetId);
    });
    const bytes = Buffer.from(hash, 'latin1');
    this.#write(packetId, ['intakeMark.put', this.source, this.client, packetId, bytes]);
    if (forgotten !== undefined)
      this.#write(forgotten, ['intakeMark.forgetPacket', this.source, this.client, forgotten]);
  }

  /** Adds the operations that make the marks durable which are not yet. */
  drainInto(operations: Operation[]): void {
    for (const operation of this.#unwritten.values()) operations.push(operation);
    this.#unwritten.clear();
  }

  #write(packetId: number, operation: Operation): void {
    this.#unwritten.delete(packetId);
    this.#unwritten.set(packetId, operation);
  }

  /** Returns the packet id that was forgotten for it, if any. */
  #put(packetId: number, hash: string, connection: number): number | undefined {
    let slot = this.#slots.get(packetId);
    let forgotten: number | undefined;
    if (slot !== undefined) this.#order.renew(slot);
    else {
      if (this.#order.size < LIMITS.marksPerClient) slot = this.#newSlot();
      else {
        slot = this.#order.oldest;
        forgotten = this.#ids[slot] ?? 0;
        this.#slots.delete(forgotten);
        this.#underWay.delete(forgotten);
        this.#order.renew(slot);
      }
      this.#slots.set(packetId, slot);
      this.#ids[slot] = packetId;
    }
    this.#hashes.write(hash, slot * MARK_BYTES, 'latin1');
    this.#connections[slot] = connection;
    return forgotten;
  }

  #newSlot(): number {
    const slot = this.#order.add();
    if (slot < this.#ids.length) return slot;
    const [ids, connections] = [this.#ids, this.#connections];
    this.#ids = new Uint16Array(ids.length * 2);
    this.#ids.set(ids);
    this.#connections = new Float64Array(ids.length * 2);
    this.#connections.set(connections);
    this.#hashes = Buffer.concat([this.#hashes], this.#ids.length * MARK_BYTES);
    return slot;
  }

  #hashAt(slot: number): string {
    return this.#hashes.toString('latin1', slot * MARK_BYTES, (slot + 1) * MARK_BYTES);
  }
}

/** Slots in the order of their last use, as a ring in which each knows its neighbours. */
class Order {
  readonly #after: number[] = [];
  readonly #before: number[] = [];
  oldest = 0;

  get size(): number {
    return this.#after.length;
  }

  /** The next slot, which is the newest now. */
  add(): number {
    const slot = this.#after.length;
    const newest = slot === 0 ? slot : this.#newest;
    this.#after.push(this.oldest);
    this.#before.push(newest);
    this.#after[newest] = slot;
    this.#before[this.oldest] = slot;
    return slot;
  }

  /** A slot becomes the newest. */
  renew(slot: number): void {
    if (slot === this.oldest) {
      this.oldest = this.#after[slot] ?? 0;
      return;
    }
    const [before, after, newest] = [this.#before[slot] ?? 0, this.#after[slot] ?? 0, this.#newest];
    if (slot === newest) return;
    this.#after[before] = after;
    this.#before[after] = before;
    this.#after[newest] = slot;
    this.#before[slot] = newest;
    this.#after[slot] = this.oldest;
    this.#before[this.oldest] = slot;
  }

  get #newest(): number {
    return this.#before[this.oldest] ?? 0;
  }
}
