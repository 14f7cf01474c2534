import { openDown } from '../../proto/cell.ts';
import type { Answered } from '../../proto/hub-item.ts';
import type { HubLink } from '../../proto/hub-link.ts';
import { publicFromRaw } from '../../proto/keys.ts';
import { verifyReceipt } from '../../proto/receipt.ts';
import type { Receipt, RunIntervals } from '../../proto/wire.ts';
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
  /** Changes that confirm or re-number ordinals; asked once, at the first answer of the run. */
  readonly confirmOrdinals: (kept: number) => readonly Change[];
  readonly counts: UplinkCounts;
}

/** What one answer came to, once it is committed. */
export interface Settled {
  readonly acknowledged: number;
}

/** Opens answers, checks receipts, and commits everything an answer means in one transaction. */
export class Answers {
  readonly #settings: AnswersSettings;
  readonly #serviceKey: ReturnType<typeof publicFromRaw>;
  #unsettled: Change[] = [];
  /** Whether the first answer's ordinals wait for their commit. */
  confirming = false;

  constructor(settings: AnswersSettings) {
    this.#settings = settings;
    this.#serviceKey = publicFromRaw('ed25519', settings.serviceKey);
  }

  /** Applies one frame from the answers' topic; undefined when it does not open. The link knows at once, the store soon. */
  take(frame: Buffer): Promise<Settled> | undefined {
    const { link, outbox, hub, enrolmentKey, counts } = this.#settings;
    const opened = openDown({ frame, enrolmentKey, hub, run: outbox.run });
    if (!opened.ok) {
      counts.add(`unopened:${opened.reason}`);
      return undefined;
    }
    const receipts = opened.body.receipts.filter((receipt) => this.#isGenuine(receipt));
    counts.add('receiptInvalid', opened.body.receipts.length - receipts.length);
    return this.#settle(link.onAnswer({ ...opened.body, receipts }));
  }

  async #settle(answered: Answered): Promise<Settled> {
    const { outbox, counts } = this.#settings;
    if (answered.firstOfRun) this.confirming = true;
    if (answered.refusal) counts.add(`refused:${answered.refusal.reason}`, answered.refusal.count);
    counts.add('quarantined', answered.quarantined.length);
    const acknowledged = answered.acknowledged.reduce((sum, one) => sum + outbox.countIn(one), 0);
    await this.#commit(this.#guarded(answered));
    return { acknowledged };
  }

  /** A fault in what others add to an answer is counted; of that answer nothing is deleted, the next one names it again. */
  #guarded(answered: Answered): Change[] {
    try {
      return this.#changes(answered);
    } catch (fault) {
      this.#settings.counts.add('fault');
      throw fault;
    }
  }

  #changes(answered: Answered): Change[] {
    const { outbox, onReceipt, confirmOrdinals } = this.#settings;
    return [
      ...(answered.firstOfRun ? confirmOrdinals(answered.keptOrdinal) : []),
      ...answered.acknowledged.flatMap((one) => [...outbox.acknowledged(one), ...this.#holes(one)]),
      ...(answered.hole ? outbox.voidMissing(answered.hole.run, answered.hole) : []),
      ...outbox.dropped(
        answered.quarantined.map(({ id }) => id),
        'quarantined',
      ),
      ...answered.receipts.flatMap((receipt) => [...outbox.receipted(receipt), ...onReceipt(receipt)]),
    ];
  }

  /** An older run is complete once everything below its highest received sequence is received or declared void. */
  #holes({ run, intervals }: RunIntervals): Change[] {
    const last = intervals.reduce((highest, interval) => Math.max(highest, interval.last), 0);
    const holes = gapsIn({ first: 1, last }, intervals);
    return holes.flatMap((hole) => this.#settings.outbox.voidMissing(run, hole));
  }

  /** Tries the changes of the store's refusals again with these, because the link already counts them as done. */
  async #commit(changes: readonly Change[]): Promise<void> {
    const all = [...this.#unsettled, ...changes];
    this.#unsettled = [];
    try {
      await this.#settings.outbox.commit(all);
      this.confirming = false;
    } catch (error) {
      this.#unsettled = [...all, ...this.#unsettled].slice(0, LIMITS.unsettledChanges);
      this.#settings.counts.add('unsettled');
      throw error;
    }
  }

  #isGenuine(receipt: Receipt): boolean {
    return verifyReceipt(receipt, this.#settings.operator, this.#serviceKey);
  }
}
