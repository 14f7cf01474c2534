import { createHmac, randomBytes } from 'node:crypto';
import { connect, type MqttClient } from 'mqtt';
import { openDown, sealUp, topicDown, topicUp } from '../../proto/cell.ts';
import { type Item, voidsIn } from '../../proto/hub-item.ts';
import { HubLink } from '../../proto/hub-link.ts';
import { epochAt, eraseKey, pseudonym, writeKey } from '../../proto/keys.ts';
import type { Range, UpBody } from '../../proto/wire.ts';
import { LIMITS } from '../limits.ts';
import type { EnrolledHub, FoundOffer } from './operator.ts';
import { MemoryOutbox, type Waiting } from './outbox.ts';
import type { Released } from './released.ts';

/** What all hubs of a fleet count together. */
export interface FleetCounts {
  released: number;
  cells: number;
  acknowledged: number;
  /** Records the broker dropped, and cells it refused, by its reason. */
  readonly refused: Record<string, number>;
  connections: number;
  lost: number;
  /** Real milliseconds from a record's first sending to its acknowledgement, one for each cell. */
  readonly acknowledgedAfterMs: number[];
}

/** What a hub is run with. */
export interface HubSettings {
  readonly enrolled: EnrolledHub;
  readonly offer: FoundOffer;
  readonly cadenceMs: number;
  readonly counts: FleetCounts;
  /** Is told of each record when it is acknowledged. */
  onAcknowledged?(hub: string, waiting: Waiting): void;
}

/** One hub of a fleet: its keys, its link and its one connection. */
export class SimulatedHub {
  readonly id: string;
  readonly #settings: HubSettings;
  readonly #keys: { secret: Buffer; operator: Buffer; hub: Buffer; enrolment: Buffer };
  readonly #run = randomBytes(8).toString('hex');
  readonly #link: HubLink;
  readonly #outbox = new MemoryOutbox();
  readonly #names = new Map<string, string>();
  readonly #client: MqttClient;
  readonly #ready: Promise<void>;
  #settled: (() => void)[] = [];
  #ordinal = 1;
  #voids: Range[] = [];
  #tick: NodeJS.Timeout | undefined;

  constructor(settings: HubSettings) {
    const { secret, operator, hub, enrolmentKey, ingressUrl } = settings.enrolled;
    this.id = hub;
    this.#settings = settings;
    const bytes = (text: string): Buffer => Buffer.from(text, 'hex');
    this.#keys = { secret: bytes(secret), operator: bytes(operator), hub: bytes(hub), enrolment: bytes(enrolmentKey) };
    this.#link = new HubLink({ run: this.#run, confirmedOrdinal: 0, credit: 2, newest: 2 });
    this.#client = connect(ingressUrl, {
      clientId: hub,
      username: hub,
      password: createHmac('sha256', this.#keys.enrolment).update('mqtt').digest('hex'),
      protocolVersion: 4,
      clean: true,
      keepalive: LIMITS.hubKeepaliveSeconds,
      reconnectPeriod: LIMITS.reconnectMs,
      queueQoSZero: false,
    });
    this.#ready = this.#follow();
    // A fleet that was started at once does not send at once.
    const phaseMs = Math.floor((settings.cadenceMs * Number.parseInt(hub.slice(0, 6), 16)) / 0x1000000);
    this.#tick = setTimeout(() => this.#beat(), phaseMs);
  }

  /** Resolves when the broker answered for the first time. */
  ready(): Promise<void> {
    return this.#ready;
  }

  get waiting(): number {
    return this.#outbox.size;
  }

  /** The pseudonym under which the recipient sees a record, 32 hexadecimal digits. */
  static pseudonymOf(write: string): string {
    return pseudonym(Buffer.from(write, 'hex')).toString('hex');
  }

  /** Takes what the home releases; on the prompt lane it goes at once. */
  release({ subject, category, property, quantity, timeS, windowS, value }: Released): void {
    const { offer, key } = this.#settings.offer;
    this.#outbox.add({
      writeKey: this.#writeKey(epochAt(timeS * 1000, offer.epochDays), subject),
      offer: key,
      category,
      property,
      quantity,
      timeS,
      windowS,
      value,
      observedPermille: 1000,
      estimatedTime: false,
    });
    this.#settings.counts.released += 1;
    if (offer.lane === 'prompt') {
      this.#flush(false);
    }
  }

  /** Resolves when everything was acknowledged. */
  settled(): Promise<void> {
    return this.#outbox.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#settled.push(resolve));
  }

  async close(): Promise<void> {
    clearTimeout(this.#tick);
    await this.#client.endAsync(true).catch(() => undefined);
  }

  #writeKey(epoch: number, subject: number): string {
    const place = `${this.#ordinal}/${epoch}/${subject}`;
    const known = this.#names.get(place);
    const { secret, operator } = this.#keys;
    const made = known ?? writeKey(eraseKey(secret, operator, this.#ordinal, epoch, subject)).toString('hex');
    this.#names.set(place, made);
    return made;
  }

  #follow(): Promise<void> {
    const { counts } = this.#settings;
    const down = topicDown(this.#keys.hub);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#client.on('connect', () => {
      counts.connections += 1;
      this.#client.subscribe(down, { qos: 1 }, () => this.#flush(true));
    });
    this.#client.on('close', () => {
      counts.lost += 1;
      this.#link.onDisconnect();
    });
    this.#client.on('error', () => undefined);
    this.#client.on('message', (topic, frame) => {
      if (topic === down && this.#answer(frame)) {
        resolve();
      }
    });
    return promise;
  }

  /** The shaped lane: a cell at each beat, full or empty; and what was not answered for long goes again. */
  #beat(): void {
    this.#tick = setTimeout(() => this.#beat(), this.#settings.cadenceMs);
    if (!this.#client.connected) {
      return;
    }
    for (const cell of this.#link.due(performance.now(), LIMITS.resendMs)) {
      const body = this.#link.body(cell);
      if (body !== undefined) {
        this.#send(body, []);
      }
    }
    this.#flush(true);
  }

  /** Sends what waits, as far as the credit goes. */
  #flush(evenEmpty: boolean): void {
    let first = evenEmpty;
    while (this.#client.connected) {
      const items = this.#items();
      const composed = this.#link.compose({
        items,
        nowMs: performance.now(),
        voids: this.#voids,
        highestOrdinal: this.#ordinal,
        evenEmpty: first,
      });
      if (composed === undefined) {
        return;
      }
      this.#send(composed.body, composed.ids);
      if (composed.ids.length === 0) {
        return;
      }
      first = false;
    }
  }

  #items(): Item[] {
    const { lane } = this.#settings.offer.offer;
    const rows = this.#outbox.oldest(LIMITS.composeRows, (id) => !this.#link.isInFlight(id));
    return rows.map(({ id, record }) => ({ id, run: this.#run, seq: id, ordinal: this.#ordinal, lane, record }));
  }

  #send(body: UpBody, ids: readonly number[]): void {
    const { enrolment, hub } = this.#keys;
    this.#settings.counts.cells += 1;
    this.#link.sent(body.cell, performance.now());
    this.#outbox.sent(ids, Date.now());
    const frame = sealUp({ enrolmentKey: enrolment, hub, body });
    this.#client.publish(topicUp(hub), frame, { qos: 1, retain: false }, () => undefined);
  }

  /** Applies an answer; false when it is none for this run. */
  #answer(frame: Buffer): boolean {
    const { enrolment, hub } = this.#keys;
    const { counts, onAcknowledged } = this.#settings;
    const opened = openDown({ frame, enrolmentKey: enrolment, hub, run: this.#run });
    if (!opened.ok) {
      return false;
    }
    const answered = this.#link.onAnswer(opened.body, performance.now());
    if (answered.firstOfRun) {
      // Nothing was named under an ordinal before it is confirmed: records wait for `ready`.
      this.#ordinal = Math.max(this.#ordinal, answered.keptOrdinal + 1);
      this.#link.confirm(this.#ordinal);
    }
    const gone = this.#outbox.received(this.#run, answered.acknowledged);
    counts.acknowledged += gone.length;
    const sentMs = gone[0]?.sentMs;
    if (sentMs !== undefined && counts.acknowledgedAfterMs.length < LIMITS.latenciesKept) {
      counts.acknowledgedAfterMs.push(Date.now() - sentMs);
    }
    for (const row of gone) {
      onAcknowledged?.(this.id, row);
    }
    this.#amend(answered);
    if (answered.refusal !== undefined) {
      counts.refused[answered.refusal.reason] = (counts.refused[answered.refusal.reason] ?? 0) + answered.refusal.count;
    }
    if (this.#outbox.size === 0) {
      for (const resolve of this.#settled.splice(0)) {
        resolve();
      }
    }
    this.#flush(false);
    return true;
  }

  /** What nobody can read, and what the broker misses and this hub has not any more, becomes void. */
  #amend({ quarantined, hole }: Pick<ReturnType<HubLink['onAnswer']>, 'quarantined' | 'hole'>): void {
    for (const { id } of quarantined) {
      this.#outbox.drop(id);
      this.#voids.push({ run: this.#run, first: id, count: 1, void: true });
    }
    this.#voids = hole?.run === this.#run ? voidsIn(hole, this.#outbox.held(hole.first, hole.last)) : this.#voids;
  }
}
