import { answer, refuse } from '../../proto/broker-answer.ts';
import { openUp, peekUp, sealDown } from '../../proto/cell.ts';
import type { DownBody, RefusalReason, UpBody } from '../../proto/wire.ts';
import type { Counted, Counts } from '../counts.ts';
import type { Operator } from '../operator.ts';
import type { BrokerStore, Hub } from '../store/store.ts';
import type { Surroundings } from '../surroundings.ts';
import { finishWithdrawals } from '../withdrawals/withdrawals.ts';
import type { Visit } from './ingress.ts';
import { storeCell } from './store-cell.ts';

/** What taking cells needs. */
export interface CellTaking {
  readonly store: BrokerStore;
  readonly operator: Operator;
  readonly counts: Counts;
  readonly surroundings: Surroundings;
  /** Called when a cell arrives. */
  readonly arrive: () => Visit;
}

const HUB = /^[0-9a-f]{32}$/;

async function takeBody(taking: CellTaking, visit: Visit, hub: Hub, body: UpBody): Promise<DownBody> {
  const { store, operator, counts, surroundings } = taking;
  const stored = await store.transact((transaction) =>
    visit.timed(() => storeCell(transaction, hub.hub, body, surroundings)),
  );
  const receipts = await finishWithdrawals(store, operator, stored.withdrawals);
  const { acceptance, lapsed, standings } = stored;
  counts.add('records', stored.records);
  counts.add('withdrawals', receipts.length);
  counts.add('droppedWithdrawn', acceptance.dropped.withdrawn);
  counts.add('droppedOffer', acceptance.dropped.offer);
  if (acceptance.outcome === 'duplicate' && body.ranges.some((range) => !range.void)) counts.add('duplicates');
  if (acceptance.refusal) counts.add('refused');
  const hadBacklog = body.records.some(({ backlog }) => backlog === true);
  const news = { receipts, lapsed, standings };
  return answer({ body, acceptance, ...news, ...visit.allow({ hadBacklog, asks: body.asks === true }) });
}

async function refuseCell(
  taking: CellTaking,
  visit: Visit,
  hub: Hub,
  of: { run: string; cell: number },
  reason: RefusalReason,
): Promise<DownBody> {
  taking.counts.add('refused');
  const { store } = taking;
  const { held, highestOrdinal } = await store.transact(async (transaction) => ({
    held: await transaction.intervals(hub.hub, of.run),
    highestOrdinal: (await transaction.hub(hub.hub))?.highestOrdinal ?? 0,
  }));
  return refuse({
    ...of,
    reason,
    held,
    highestOrdinal,
    credit: visit.allow({ hadBacklog: false, asks: false }).credit,
  });
}

/**
 * Takes one frame from a hub's topic (`hub` is 32 hexadecimal digits) and resolves, after the commit, with the sealed answer
 * of 1,024 bytes. What cannot have come from this hub is counted and gets none. Rejects when the store fails; the hub
 * sends again.
 */
export async function takeCell(taking: CellTaking, hub: string, frame: Buffer): Promise<Buffer | undefined> {
  const silent = (reason: Counted): undefined => taking.counts.add(reason) as undefined;
  const visit = taking.arrive();
  const header = peekUp(frame);
  if (!header.ok) return silent(header.reason === 'size' ? 'wrongSize' : 'notOpened');
  const known = HUB.test(hub) ? await taking.store.hub(hub) : undefined;
  if (!known) return silent('notEnrolled');
  const { enrolmentKey } = known;
  const id = Buffer.from(hub, 'hex');
  const opened = await visit.timed(() => openUp({ frame, enrolmentKey, hub: id }));
  if (!opened.ok && opened.reason === 'seal') return silent('notOpened');
  if (!opened.ok && opened.reason === 'size') return silent('wrongSize');
  const body = opened.ok
    ? await takeBody(taking, visit, known, opened.body)
    : await refuseCell(taking, visit, known, header, opened.reason as RefusalReason);
  taking.counts.add('cells');
  const randomNonce = taking.surroundings.random(12);
  return sealDown({ enrolmentKey, hub: id, run: header.run, version: header.version, body, randomNonce });
}
