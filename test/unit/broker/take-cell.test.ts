import { createCipheriv, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Counts } from '../../../broker/counts.ts';
import { Gate } from '../../../broker/ingest/ingress.ts';
import { storeCell } from '../../../broker/ingest/store-cell.ts';
import { type CellTaking, takeCell } from '../../../broker/ingest/take-cell.ts';
import { LIMITS } from '../../../broker/limits.ts';
import { openOperator } from '../../../broker/operator.ts';
import { SqliteStore } from '../../../broker/store/sqlite/sqlite-store.ts';
import type { Transaction } from '../../../broker/store/store.ts';
import { openDown, sealUp, UP_CELL_BYTES } from '../../../proto/cell.ts';
import { runKey } from '../../../proto/keys.ts';
import type { DownBody, UpBody } from '../../../proto/wire.ts';
import { temporaryFolder, upBody } from './kit.ts';

const allowed = () => ({ credit: 4, pacing: { backlogWaitMs: 70, reconnectSpreadMs: 250 } });
const NOTHING = { hadBacklog: false, asks: false };
const HUB = randomBytes(16);
const ID = HUB.toString('hex');
const KEY = randomBytes(32);
const RUN = '0a0b0c0d0e0f0001';

/** A genuine cell of this hub whose version and plaintext are the test's. */
function sealedRaw(version: number, plain: Buffer, cell = 1): Buffer {
  const header = Buffer.alloc(17);
  header[0] = version;
  header.write(RUN, 1, 'hex');
  header.writeBigUInt64BE(BigInt(cell), 9);
  const run = header.subarray(1, 9);
  const nonce = Buffer.concat([Buffer.alloc(4), header.subarray(9)]);
  const cipher = createCipheriv('aes-256-gcm', runKey(KEY, run, 'up'), nonce);
  cipher.setAAD(Buffer.concat([header.subarray(0, 1), HUB, run, Buffer.from('up'), header.subarray(9)]));
  const padded = Buffer.alloc(UP_CELL_BYTES - 17 - 16);
  padded.writeUInt16BE(plain.length);
  plain.copy(padded, 2);
  return Buffer.concat([header, cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
}

describe('taking a cell', () => {
  const folder = temporaryFolder;
  let at: ReturnType<typeof folder>;
  let store: SqliteStore;
  let counts: Counts;
  let taking: CellTaking;

  beforeEach(async () => {
    at = folder();
    store = new SqliteStore(at.path, randomBytes);
    counts = new Counts();
    const operator = await openOperator(at.path, Date.now());
    taking = {
      store,
      operator,
      counts,
      surroundings: { now: Date.now, random: randomBytes },
      arrive: () => ({ timed: async (work) => work(), allow: allowed }),
    };
    await store.transact((transaction) =>
      transaction.putHub({
        hub: ID,
        publicKey: randomBytes(32),
        enrolmentKey: KEY,
        highestOrdinal: 5,
        enrolledHour: 1,
      }),
    );
  });
  afterEach(async () => {
    await store.close();
    at.remove();
  });

  const gateOf = (onFault: (fault: unknown) => void = () => {}) =>
    new Gate({ counts, onFault, now: () => 0, spreadMs: () => 0, random: () => 0 });
  const opened = (frame: Buffer | undefined): DownBody => {
    const answer = frame && openDown({ frame, enrolmentKey: KEY, hub: HUB, run: RUN });
    if (!answer?.ok) throw new Error('no answer that opens');
    return answer.body;
  };
  const take = async (body: UpBody): Promise<DownBody> =>
    opened(await takeCell(taking, ID, sealUp({ enrolmentKey: KEY, hub: HUB, body })));

  test('a genuine cell of another version or with an unreadable body is answered with reason and cell number', async () => {
    for (const [frame, reason] of [
      [sealedRaw(4, Buffer.from([8, 1]), 7), 'version'],
      [sealedRaw(1, Buffer.from('not protobuf at all'), 7), 'malformed'],
      [sealedRaw(1, Buffer.from([0xfa, 0x3f, 1, 1]), 7), undefined],
    ] as const) {
      const answer = opened(await takeCell(taking, ID, frame));
      expect(answer.cell).toBe(7);
      expect(answer.refusal).toMatchObject(reason === undefined ? { count: 1 } : { reason, count: 1 });
      expect(answer.highestOrdinal).toBe(5);
    }
    expect(counts.get('refused')).toBe(3);
  });

  test('a cell for another hub’s topic does not open', async () => {
    const other = randomBytes(16).toString('hex');
    await store.transact((transaction) =>
      transaction.putHub({
        hub: other,
        publicKey: randomBytes(32),
        enrolmentKey: KEY,
        highestOrdinal: 0,
        enrolledHour: 1,
      }),
    );
    const frame = sealUp({ enrolmentKey: KEY, hub: HUB, body: upBody({ run: RUN }) });
    expect(await takeCell(taking, other, frame)).toBeUndefined();
    expect(counts.get('notOpened')).toBe(1);
  });

  test('a topic that names no hub is counted', async () => {
    const frame = sealUp({ enrolmentKey: KEY, hub: HUB, body: upBody({ run: RUN }) });
    for (const hub of ['', '../x', 'ff', ID.toUpperCase(), '__proto__']) {
      expect(await takeCell(taking, hub, frame)).toBeUndefined();
    }
    expect(counts.get('notEnrolled') + counts.get('notOpened')).toBe(5);
  });

  test('a run in many pieces is answered in one cell, with its oldest hole', async () => {
    const pieces = async (from: number, cell: number): Promise<DownBody> => {
      const ranges = Array.from({ length: 60 }, (_, piece) => ({
        run: RUN,
        first: from + piece * 2,
        count: 1,
        void: true,
      }));
      return take(upBody({ run: RUN, cell, ranges }));
    };
    await pieces(2, 1);
    const answer = await pieces(200, 2);
    expect(answer.hole).toEqual({ run: RUN, first: 1, last: 1 });
    expect(answer.acknowledged[0]?.intervals).toHaveLength(60);
  });

  test('the most withdrawals a cell can hold are all receipted in one answer', async () => {
    const withdrawals = Array.from({ length: 20 }, () => ({
      eraseKey: randomBytes(32).toString('hex'),
      categories: ['power.total' as const],
    }));
    let most = withdrawals.length;
    const sealed = (): Buffer | undefined => {
      try {
        const body = upBody({ run: RUN, withdrawals: withdrawals.slice(0, most) });
        return sealUp({ enrolmentKey: KEY, hub: HUB, body });
      } catch {
        return undefined;
      }
    };
    let frame = sealed();
    while (!frame && most > 1) {
      most -= 1;
      frame = sealed();
    }
    const answer = opened(await takeCell(taking, ID, frame as Buffer));
    expect(answer.receipts).toHaveLength(most);
  });

  test('a hub with too many stored intervals is refused by limit, and its withdrawal is carried out all the same', async () => {
    const eraseKey = randomBytes(32).toString('hex');
    const stored = await store.transact((transaction) => {
      const full = {
        intervals: () => transaction.intervals(ID, RUN),
        intervalCount: async () => LIMITS.intervalsPerHub,
        withdrawn: (name: string) => transaction.withdrawn(name),
        withdraw: transaction.withdraw.bind(transaction),
        boundOffer: (name: string) => transaction.boundOffer(name),
        hub: (name: string) => transaction.hub(name),
      } as unknown as Transaction;
      const withdrawals = [{ eraseKey, categories: ['power.total' as const] }];
      return storeCell(full, ID, upBody({ run: RUN, withdrawals }), taking.surroundings);
    });
    expect(stored.acceptance.refusal?.reason).toBe('limit');
    expect(stored.withdrawals).toHaveLength(1);
    expect(await store.transact((transaction) => transaction.intervals(ID, RUN))).toEqual([]);
  });

  test('a fault of the store is counted, not answered, and the same cell is taken later', async () => {
    const frame = sealUp({ enrolmentKey: KEY, hub: HUB, body: upBody({ run: RUN }) });
    const faults: unknown[] = [];
    const gate = gateOf((fault) => faults.push(fault));
    const failing = { ...taking, store: { ...store, hub: () => Promise.reject(new Error('disk')) } as never };
    expect(await gate.guard((hub, bytes) => takeCell(failing, hub, bytes))(ID, frame)).toBeUndefined();
    expect(counts.get('storeFault')).toBe(1);
    expect(faults).toHaveLength(1);
    expect(await gate.guard((hub, bytes) => takeCell(taking, hub, bytes))(ID, frame)).toHaveLength(1_024);
  });

  test('more cells than may wait are dropped and counted, and credit is scarce meanwhile', async () => {
    const gate = gateOf();
    let release: () => void = () => {};
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    const take = gate.guard(() => held);
    expect(gate.arrive().allow(NOTHING).credit).toBe(LIMITS.creditPlenty);
    const waiting = Array.from({ length: LIMITS.cellsWaiting }, (_, hub) => take(`hub ${hub}`, Buffer.alloc(0)));
    expect(gate.arrive().allow(NOTHING).credit).toBe(LIMITS.creditScarce);
    expect(await take(ID, Buffer.alloc(0))).toBeUndefined();
    expect(counts.get('overload')).toBe(1);
    release();
    await Promise.all(waiting);
    expect(gate.waiting()).toBe(0);
  });

  test('a hub that sends more than it may is dropped and counted alone; the others are taken', async () => {
    const gate = gateOf();
    let release: () => void = () => {};
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    const take = gate.guard(() => held);
    const waiting = Array.from({ length: LIMITS.cellsWaitingPerHub + 5 }, () => take(ID, Buffer.alloc(0)));
    expect(counts.get('hubOverload')).toBe(5);
    waiting.push(take('another', Buffer.alloc(0)));
    expect(gate.waiting()).toBe(LIMITS.cellsWaitingPerHub + 1);
    release();
    await Promise.all(waiting);
    expect([gate.waiting(), counts.get('overload')]).toEqual([0, 0]);
    expect(await gate.guard(async () => Buffer.alloc(1))(ID, Buffer.alloc(0))).toHaveLength(1);
  });

  test('answers carry pacing to a hub that speaks version 2, and none to one that speaks version 1', async () => {
    expect((await take(upBody({ run: RUN, version: 2 }))).pacing).toEqual(allowed().pacing);
    expect((await take(upBody({ run: RUN, cell: 2 }))).pacing).toBeUndefined();
    const refused = opened(await takeCell(taking, ID, sealedRaw(4, Buffer.from([8, 1]), 3)));
    expect(refused.refusal?.reason).toBe('version');
  });
});
