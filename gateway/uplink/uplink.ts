import { createHmac } from 'node:crypto';
import { topicDown, topicUp } from '../../proto/cell.ts';
import { HubLink } from '../../proto/hub-link.ts';
import { LIMITS } from '../limits.ts';
import { Answers } from './answers.ts';
import { Cadence } from './cadence.ts';
import { Connection, type Problem } from './connection.ts';
import { UplinkCounts } from './counts.ts';
import { Lanes } from './lanes.ts';
import { Outage } from './outage.ts';
import type { Enrolment, Uplink, UplinkSettings, UplinkStatus } from './uplink-settings.ts';

const CADENCE_MS = 10_000;

/** Connects to the operator's ingress and carries the outbox to the data broker until closed. */
export function startUplink(settings: UplinkSettings): Uplink {
  return new RunningUplink(settings);
}

class RunningUplink implements Uplink {
  readonly #settings: UplinkSettings;
  readonly #counts = new UplinkCounts();
  readonly #link: HubLink;
  readonly #answers: Answers;
  readonly #lanes: Lanes;
  readonly #cadence: Cadence;
  readonly #connection: Connection;
  #cancelTick: () => void = () => undefined;
  #cancelBacklog: () => void = () => undefined;
  #answered = false;
  /** When the data broker was last heard, or the connection came up. */
  #heardAtMs = Number.POSITIVE_INFINITY;
  readonly #outage: Outage;
  #lastAcknowledgedMs: number | null = null;
  #closed = false;

  constructor(settings: UplinkSettings) {
    this.#settings = settings;
    const { outbox, enrolment, ordinals, mayLeave, onReceipt, clock, random } = settings;
    const { confirmedBefore } = ordinals;
    const { leased, attestation } = settings;
    const counts = this.#counts;
    this.#link = new HubLink({ run: outbox.run, confirmedOrdinal: confirmedBefore, credit: LIMITS.firstCredit });
    const shared = { link: this.#link, outbox, counts, hub: enrolment.hub, enrolmentKey: enrolment.enrolmentKey };
    this.#answers = new Answers({
      ...shared,
      operator: enrolment.operator,
      serviceKey: enrolment.serviceKey,
      onReceipt,
      confirmOrdinals: (kept) => ordinals.confirmed(kept),
      onStandings: attestation && ((standings) => attestation.standings(standings)),
      onLapsed: (pseudonyms) => this.#lanes.lapsed(pseudonyms),
      now: () => clock.now(),
    });
    this.#lanes = new Lanes({
      ...shared,
      mayLeave,
      highestOrdinal: () => this.#highestOrdinal(),
      isHeld: () => this.#answers.confirming,
      send: (frame) => this.#connection.send(frame),
      isUp: () => this.#connection.isUp,
      after: (waitMs, run) => void clock.after(waitMs, run),
      now: () => clock.now(),
      ...{ leased, random, inquiries: attestation && (() => attestation.inquiries()) },
    });
    this.#outage = new Outage(settings.contact.storedMs);
    this.#outage.down(clock.now());
    this.#cadence = new Cadence(settings.cadenceMs ?? CADENCE_MS, random());
    this.#connection = new Connection(addressOf(enrolment), this.#listener(), clock, random);
    this.#planTick();
  }

  notify(): void {
    if (this.#connection.isUp) this.#lanes.flush();
  }

  recheck(): void {
    this.#lanes.recheck();
  }

  thin(count: number): void {
    this.#lanes.thin(count);
  }

  keptOrdinal(): number | undefined {
    return this.#answered ? this.#link.keptOrdinal : undefined;
  }

  status(): UplinkStatus {
    return {
      connected: this.#connection.isUp,
      problem: this.#connection.problem,
      waiting: this.#settings.outbox.waiting(),
      lastAcknowledgedMs: this.#lastAcknowledgedMs,
      counts: this.#counts.toObject(),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTick();
    this.#cancelBacklog();
    if (this.#connection.isUp && this.#answered) this.#noteContact(true);
    await this.#connection.close();
    await this.#settings.outbox.settle();
  }

  #listener() {
    return {
      onUp: () => {
        const { clock, contact } = this.#settings;
        const nowMs = clock.now();
        this.#heardAtMs = nowMs;
        const outageMs = this.#outage.up(nowMs, contact.homeMs());
        this.#cadence.outage(outageMs, nowMs);
        this.#lanes.connected(outageMs);
      },
      onDown: (problem: Problem) => {
        this.#outage.down(this.#settings.clock.now());
        this.#counts.add(`connection:${problem}`);
        this.#lanes.disconnected();
      },
      onFrame: (frame: Buffer) => void this.#take(frame),
    };
  }

  async #take(frame: Buffer): Promise<void> {
    const settling = this.#closed ? undefined : this.#answers.take(frame);
    if (!settling) return;
    this.#answered = true;
    this.#noteSilence();
    this.#connection.answered();
    if (this.#link.reconnectSpreadMs !== undefined) this.#connection.spread(this.#link.reconnectSpreadMs);
    this.#noteContact();
    try {
      const { acknowledged, hasFreed } = await settling;
      this.#lastAcknowledgedMs = this.#settings.clock.wall();
      if (acknowledged > 0) this.#settings.onAcknowledged(acknowledged);
      if (!this.#closed && this.#connection.isUp) this.#lanes.answered(hasFreed);
      this.#planBacklog();
    } catch {
      // Counted by Answers, and tried again with the next answer.
    }
  }

  /** The MQTT server stayed up and the data broker did not: what waited meanwhile is backlog as after any outage. */
  #noteSilence(): void {
    const nowMs = this.#settings.clock.now();
    const silentMs = nowMs - this.#heardAtMs;
    this.#heardAtMs = nowMs;
    if (silentMs < LIMITS.backlogAfterMs) return;
    this.#cadence.outage(silentMs, nowMs);
    this.#lanes.heardAgain(silentMs);
  }

  /** The length of an outage outlives the process, because the faster cadence after it depends on nothing else. */
  #noteContact(isLast = false): void {
    const { clock, contact } = this.#settings;
    const contactMs = this.#outage.contact(contact.homeMs(), this.#cadence.fastLeftMs(clock.now()), isLast);
    if (contactMs !== undefined) contact.store(contactMs);
  }

  /** Ordinals are on disk as confirmed before they are used here: those of the first answer by its commit, later ones by their own. */
  #highestOrdinal(): number {
    const highest = this.#settings.ordinals.highest();
    if (!this.#answers.confirming && this.#link.canConfirm(highest)) this.#link.confirm(highest);
    return highest;
  }

  /** The data broker asked the backlog to wait: it goes on when that time has come. */
  #planBacklog(): void {
    const { clock } = this.#settings;
    const waitMs = this.#link.backlogNotBeforeMs - clock.now();
    if (!Number.isFinite(waitMs) || waitMs <= 0 || this.#closed) return;
    this.#cancelBacklog();
    this.#cancelBacklog = clock.after(waitMs, () => this.notify());
  }

  #planTick(): void {
    const { clock, outbox } = this.#settings;
    const nowMs = clock.now();
    this.#cancelTick = clock.after(this.#cadence.next(nowMs) - nowMs, () => {
      // Before the tick: what it sends will most likely be answered before the next one.
      void outbox.settle();
      this.#lanes.tick(this.#connection.isUp);
      this.#planTick();
    });
  }
}

function addressOf({ hub, enrolmentKey, ingressUrl }: Enrolment) {
  return {
    url: ingressUrl,
    clientId: hub.toString('hex'),
    username: hub.toString('hex'),
    password: createHmac('sha256', enrolmentKey).update('mqtt').digest('hex'),
    topicUp: topicUp(hub),
    topicDown: topicDown(hub),
  };
}
