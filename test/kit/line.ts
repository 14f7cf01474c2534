import { mayStillLeave } from '../../gateway/consent/decide.ts';
import type { Enrolled } from '../../gateway/enrolled.ts';
import { Answers } from '../../gateway/uplink/answers.ts';
import { UplinkCounts } from '../../gateway/uplink/counts.ts';
import { Lanes } from '../../gateway/uplink/lanes.ts';
import { HubLink } from '../../proto/hub-link.ts';
import type { BrokerInMemory } from './broker-in-memory.ts';
import type { InnerHome } from './inner-home.ts';

/**
 * The hub's own lanes and answers between a home and a broker in memory: everything of the uplink but the socket.
 * What is sent waits in `wire` until a test delivers, repeats or loses it.
 */
export class Line {
  readonly counts = new UplinkCounts();
  /** Sealed cells on their way, oldest first. */
  wire: Buffer[] = [];
  readonly #way: Enrolled;
  readonly #broker: BrokerInMemory;
  readonly #lanes: Lanes;
  readonly #answers: Answers;
  readonly #link: HubLink;
  #nowMs = 0;
  #greeted = false;

  /** `mayLeave` is the live check, unless a test breaks it. */
  constructor(home: InnerHome, broker: BrokerInMemory, mayLeave: typeof mayStillLeave = mayStillLeave) {
    const way = home.way;
    const { outbox, consent, keys } = way;
    const { enrolmentKey, operator, service } = broker.operator;
    this.#way = way;
    this.#broker = broker;
    this.#link = new HubLink({
      run: outbox.run,
      confirmedOrdinal: consent.agreements.highestConfirmed(),
      credit: 8,
    });
    const shared = { link: this.#link, outbox, counts: this.counts, hub: keys.hub, enrolmentKey };
    this.#answers = new Answers({
      ...shared,
      operator,
      serviceKey: service.publicKeyRaw,
      onReceipt: (receipt) => consent.receipt(receipt),
      confirmOrdinals: (kept) => consent.confirmOrdinals(kept),
      now: () => this.#nowMs,
    });
    this.#lanes = new Lanes({
      ...shared,
      mayLeave: (agreement, category) => mayLeave(way.index, agreement, category, home.core.parts.clock.moment()),
      highestOrdinal: () => this.#highestOrdinal(),
      isHeld: () => this.#answers.confirming,
      send: (frame) => this.wire.push(frame) > 0,
      now: () => this.#nowMs,
      isUp: () => true,
      after: (_waitMs, run) => run(),
    });
  }

  /** The connection is up (again): the greeting, what was in flight, and what waits on the prompt lane go out. */
  connect(): void {
    if (this.#greeted) this.#lanes.disconnected();
    this.#lanes.connected(0);
    this.#greeted = true;
  }

  /** One tick of the shaped lane, with everything unanswered due again. */
  tick(): void {
    this.#nowMs += 60_000;
    this.#lanes.tick(true);
  }

  /** Consent changed. */
  recheck(): void {
    this.#lanes.recheck();
  }

  /** Delivers everything on the wire; `lose` says which cells or answers go astray, `twice` which cells arrive twice. */
  async deliver(fate: { lose?: () => boolean; loseAnswer?: () => boolean; twice?: () => boolean } = {}): Promise<void> {
    const frames = this.wire;
    this.wire = [];
    for (const frame of frames) {
      if (fate.lose?.()) continue;
      for (let times = fate.twice?.() ? 2 : 1; times > 0; times -= 1) {
        const answer = this.#broker.take(frame, this.#way.keys.hub);
        if (!fate.loseAnswer?.()) await this.#answers.take(answer)?.catch(() => undefined);
      }
    }
    this.#lanes.answered();
  }

  /** Sends and delivers until nothing waits and nothing is on the way. */
  async drain(): Promise<void> {
    this.connect();
    for (let round = 0; round < 200; round += 1) {
      this.tick();
      await this.deliver();
      await this.#way.outbox.settle();
      const { outbox } = this.#way;
      if (this.wire.length === 0 && outbox.waiting() === 0 && outbox.exit.voids(1).length === 0) return;
    }
    throw new Error('the outbox does not drain');
  }

  /** As in enrolled.ts and uplink.ts. */
  #highestOrdinal(): number {
    const highest = this.#way.consent.agreements.highestConfirmed();
    if (!this.#answers.confirming && this.#link.canConfirm(highest)) this.#link.confirm(highest);
    return highest;
  }
}
