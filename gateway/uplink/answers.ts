import { openDown } from '../../proto/cell.ts';
import type { Answered } from '../../proto/hub-item.ts';
import type { HubLink } from '../../proto/hub-link.ts';
import { publicFromRaw } from '../../proto/keys.ts';
import { verifyReceipt } from '../../proto/receipt.ts';
import type { DownBody, Receipt, RunIntervals, Standing } from '../../proto/wire.ts';
import { LIMITS } from '../limits.ts';
import type { Change, Outbox } from '../outbox/outbox.ts';
import { gapsIn } from '../outbox/ranges.ts';
import type { UplinkCounts } from './counts.ts';

/** What reading answers needs. */
export interface AnswersSettings {
  readonly link: HubLink;
  readonly outbox: Outbox;
  readonly hub: Buffer;
  readonly enrolmentKey: Buffer;
  readonly operator: Buffer;
  /** The operator's service key, 32 bytes raw Ed25519, as its certificate says. */
  readonly serviceKey: Buffer;
  /** Changes that belong to a receipt (state of the withdrawal), committed with the deletion of its row. */
  readonly onReceipt: (receipt: Receipt) => readonly Change[];
  /** Changes that file what recipients have attested, as the data broker answers inquiries. */
  readonly onStandings?: ((standings: readonly Standing[]) => readonly Change[]) | undefined;
  /** Leases of these pseudonyms have lapsed. */
  readonly onLapsed?: ((pseudonyms: readonly string[]) => void) | undefined;
  /** Changes that confirm or re-number ordinals; asked once, at the first answer of the run. */
  readonly confirmOrdinals: (kept: number) => readonly Change[];
  readonly counts: UplinkCounts;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** What one answer came to, once it is committed. */
export interface Settled {
  readonly acknowledged: number;
  /** Whether rows may be offered that could not be before. */
  readonly hasFreed: boolean;
}

/** Ordinals count the yeses a home ever said; an answer that shows as many as this is a fault, and taking it would use them up. */
const ORDINALS = 2 ** 31;

/** Opens answers, checks receipts, takes out what was acknowledged, and commits everything else an answer means in one transaction. */
export class Answers {
  readonly #settings: AnswersSettings;
  readonly #serviceKey: ReturnType<typeof publicFromRaw>;
  #unsettled: Change[] = [];
  /** What confirms the ordinals, while no commit under way holds it. */
  #ordinals: readonly Change[] | undefined;
  #confirming = false;

  constructor(settings: AnswersSettings) {
    this.#settings = settings;
    this.#serviceKey = publicFromRaw('ed25519', settings.serviceKey);
  }

  /** Whether the first answer's ordinals are not on disk yet. */
  get confirming(): boolean {
    return this.#confirming;
  }

  /** Applies one frame from the answers' topic; undefined when it does not open. The link knows at once, the store soon. */
  take(frame: Buffer): Promise<Settled> | undefined {
    const { link, outbox, hub, enrolmentKey, counts } = this.#settings;
    const opened = openDown({ frame, enrolmentKey, hub, run: outbox.run });
    if (!opened.ok) {
      counts.add(`unopened:${opened.reason}`);
      return undefined;
    }
    if (opened.body.highestOrdinal >= ORDINALS) {
      counts.add('ordinal');
      return undefined;
    }
    return this.#settle(link.onAnswer(this.#believed(opened.body), this.#settings.now()));
  }

  /** An answer without receipts that are not the operator's and without runs this hub never had. */
  #believed({ hole, ...body }: DownBody): DownBody {
    const { outbox, counts } = this.#settings;
    const receipts = body.receipts.filter((receipt) => this.#isGenuine(receipt));
    counts.add('receiptInvalid', body.receipts.length - receipts.length);
    const acknowledged = body.acknowledged.filter(({ run }) => outbox.exit.knows(run));
    counts.add('foreignRun', body.acknowledged.length - acknowledged.length);
    return { ...body, acknowledged, receipts, ...(hole && outbox.exit.knows(hole.run) && { hole }) };
  }

  async #settle(answered: Answered): Promise<Settled> {
    const { outbox, counts } = this.#settings;
    if (answered.firstOfRun) this.#confirming = true;
    if (answered.refusal) counts.add(`refused:${answered.refusal.reason}`, answered.refusal.count);
    counts.add('quarantined', answered.quarantined.length);
    this.#settings.onLapsed?.(answered.lapsed);
    if (answered.firstOfRun) this.#ordinals = this.#guarded(() => this.#settings.confirmOrdinals(answered.keptOrdinal));
    // Holes are judged by what the tables hold, before anything is taken out of them.
    const changes = this.#guarded(() => this.#changes(answered));
    const acknowledged = answered.acknowledged.reduce((sum, one) => sum + outbox.exit.acknowledge(one), 0);
    const hasFreed = answered.firstOfRun || answered.freed.length > 0 || changes.length > 0;
    await this.#commit(changes);
    return { acknowledged, hasFreed };
  }

  /**
   * A fault in what others add to an answer is counted; of that answer nothing is deleted, the next one names it again.
   * After one in confirming the ordinals only empty cells leave until the next start, which asks anew.
   */
  #guarded<Made>(make: () => Made): Made {
    try {
      return make();
    } catch (fault) {
      this.#settings.counts.add('fault');
      throw fault;
    }
  }

  #changes(answered: Answered): Change[] {
    const { outbox, onReceipt, onStandings } = this.#settings;
    return [
      ...(answered.standings.length > 0 ? (onStandings?.(answered.standings) ?? []) : []),
      ...answered.acknowledged.flatMap((one) => this.#holes(one)),
      ...(answered.hole ? outbox.exit.voidMissing(answered.hole.run, answered.hole) : []),
      ...outbox.exit.dropped(
        answered.quarantined.map(({ id }) => id),
        'quarantined',
      ),
      ...answered.receipts.flatMap((receipt) => [...outbox.exit.receipted(receipt), ...onReceipt(receipt)]),
    ];
  }

  /** An older run is complete once everything below its highest received sequence is received or declared void. */
  #holes({ run, intervals }: RunIntervals): Change[] {
    const last = intervals.reduce((highest, interval) => Math.max(highest, interval.last), 0);
    const holes = gapsIn({ first: 1, last }, intervals);
    return holes.flatMap((hole) => this.#settings.outbox.exit.voidMissing(run, hole));
  }

  /** Tries the changes of the store's refusals again with these, because the link already counts them as done. */
  async #commit(changes: readonly Change[]): Promise<void> {
    const all = [...this.#unsettled, ...changes];
    this.#unsettled = [];
    const ordinals = this.#ordinals;
    this.#ordinals = undefined;
    if (all.length === 0 && !ordinals) return;
    try {
      await this.#settings.outbox.commit([...(ordinals ?? []), ...all]);
      if (ordinals) this.#confirming = false;
    } catch (error) {
      this.#ordinals ??= ordinals;
      this.#unsettled = [...all, ...this.#unsettled].slice(0, LIMITS.unsettledChanges);
      this.#settings.counts.add('unsettled');
      throw error;
    }
  }

  #isGenuine(receipt: Receipt): boolean {
    return verifyReceipt(receipt, this.#settings.operator, this.#serviceKey);
  }
}
