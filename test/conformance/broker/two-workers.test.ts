import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Counts } from '../../../broker/counts.ts';
import { takeCell } from '../../../broker/ingest/take-cell.ts';
import { type Operator, openOperator } from '../../../broker/operator.ts';
import { SqliteStore } from '../../../broker/store/sqlite/sqlite-store.ts';
import { openDown, sealUp } from '../../../proto/cell.ts';
import { publicFromRaw } from '../../../proto/keys.ts';
import { verifyReceipt } from '../../../proto/receipt.ts';
import type { DownBody, UpBody } from '../../../proto/wire.ts';
import { agreementKeys, record, temporaryFolder, upBody } from '../../unit/broker/kit.ts';

const RUN = '00112233445566aa';
const OFFER = 'cd'.repeat(16);
const SLUG = 'energy-advice';
const ROUNDS = 12;

/** Two ingest workers beside each other on one store: either may get a home's cell first, at any moment. */
describe('a cell and the withdrawal of what it carries, on two workers', () => {
  const home = { homeSecret: randomBytes(32), operator: randomBytes(32) };
  const [hub, enrolmentKey] = [randomBytes(16), randomBytes(32)];
  let folder: ReturnType<typeof temporaryFolder>;
  let stores: [SqliteStore, SqliteStore];
  let operator: Operator;

  beforeEach(async () => {
    folder = temporaryFolder();
    operator = await openOperator(folder.path, Date.now());
    stores = [new SqliteStore(folder.path, randomBytes), new SqliteStore(folder.path, randomBytes)];
    await stores[0].transact(async (transaction) => {
      const known = { hub: hub.toString('hex'), publicKey: randomBytes(32), enrolmentKey };
      await transaction.putHub({ ...known, highestOrdinal: 0, enrolledHour: 1 });
      const offer = { key: OFFER, slug: SLUG, version: 1, recipient: 'nagi-energy', purpose: 'energyAdvice' };
      await transaction.putOffer({ ...offer, categories: ['power.appliance'], jws: 'x' });
    });
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    folder.remove();
  });

  const take = async (worker: 0 | 1, body: UpBody): Promise<DownBody> => {
    const surroundings = { now: Date.now, random: randomBytes };
    const allow = () => ({ credit: 8, pacing: { backlogWaitMs: 0, reconnectSpreadMs: 0 } });
    const arrive = () => ({ timed: async <T>(work: () => T | Promise<T>) => work(), allow });
    const taking = { store: stores[worker], operator, counts: new Counts(), surroundings, arrive };
    const answer = await takeCell(taking, hub.toString('hex'), sealUp({ enrolmentKey, hub, body }));
    const opened = answer && openDown({ frame: answer, enrolmentKey, hub, run: body.run });
    if (!opened?.ok) throw new Error('no answer');
    return opened.body;
  };
  const cells = (round: number) => {
    const { writeKey, eraseKey } = agreementKeys(home, round);
    const first = round * 10;
    const records = [record(writeKey, OFFER, round), record(writeKey, OFFER, round + 1)];
    const at = { run: RUN, version: 3 as const, highestOrdinal: round };
    const withdrawals = [{ eraseKey, categories: ['power.appliance' as const] }];
    const carrying = upBody({ ...at, cell: round * 2, first, records });
    return { carrying, withdrawing: upBody({ ...at, cell: round * 2 + 1, first: first + 2, withdrawals }) };
  };
  const gone = async (): Promise<void> => {
    for (const store of stores) {
      const kinds = (await store.entries(SLUG, 0, 1_000)).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'block')).toEqual([]);
      expect((await store.totals()).keys).toBe(0);
    }
  };
  const isReceipted = ({ receipts }: DownBody) =>
    receipts.length === 1 &&
    receipts.every((one) => verifyReceipt(one, operator.id, publicFromRaw('ed25519', operator.servicePublicKey)));

  test('one after the other in either order, and each again on the other worker', async () => {
    for (let round = 1; round <= 4; round += 1) {
      const { carrying, withdrawing } = cells(round);
      const order: UpBody[] = round % 2 === 0 ? [carrying, withdrawing] : [withdrawing, carrying];
      for (const worker of [0, 1, 0] as const) {
        for (const body of order) {
          const answer = await take(worker, body);
          if (body === withdrawing) expect(isReceipted(answer)).toBe(true);
        }
      }
      await gone();
    }
  });

  test('at the same moment, in every start order', async () => {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const { carrying, withdrawing } = cells(round);
      const one = round % 2 === 0 ? 0 : 1;
      const starts = [() => take(one, carrying), () => take(one === 0 ? 1 : 0, withdrawing)];
      const answers = await Promise.all((round % 4 < 2 ? starts : starts.toReversed()).map((start) => start()));
      expect(answers.filter(isReceipted)).toHaveLength(1);
    }
    await gone();
  });
});
