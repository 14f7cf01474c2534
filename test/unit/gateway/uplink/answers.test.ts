import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Outbox } from '../../../../gateway/outbox/outbox.ts';
import type { Operation, Store } from '../../../../gateway/store/store.ts';
import { Answers, type Settled } from '../../../../gateway/uplink/answers.ts';
import { UplinkCounts } from '../../../../gateway/uplink/counts.ts';
import { sealDown } from '../../../../proto/cell.ts';
import { HubLink } from '../../../../proto/hub-link.ts';
import { ed25519FromSeed, rawFromPublic } from '../../../../proto/keys.ts';
import { signReceipt } from '../../../../proto/receipt.ts';
import type { DownBody } from '../../../../proto/wire.ts';
import { type Home, openHome, release } from '../outbox/home.ts';

const hub = randomBytes(16);
const enrolmentKey = randomBytes(32);
const operator = randomBytes(32);
const service = ed25519FromSeed(randomBytes(32));
let home: Home;
let outbox: Outbox;
let link: HubLink;
let answers: Answers;
let counts: UplinkCounts;
let asked: number[];
let confirm: () => readonly Operation[];
let onReceipt: () => readonly Operation[];

beforeEach(async () => {
  home = await openHome();
  home.agreement(1, 1);
  await start(home.store);
});
afterEach(() => home.close());

async function start(store: Store): Promise<void> {
  outbox = await Outbox.open({ store, operator: 1, randomBytes });
  link = new HubLink({ run: outbox.run, confirmedOrdinal: 1, credit: 4 });
  counts = new UplinkCounts();
  asked = [];
  confirm = () => [];
  onReceipt = () => [];
  answers = new Answers({
    link,
    outbox,
    hub,
    enrolmentKey,
    operator,
    serviceKey: rawFromPublic(service.publicKey),
    onReceipt: () => onReceipt(),
    confirmOrdinals: (kept) => {
      asked.push(kept);
      return confirm();
    },
    counts,
    now: () => 0,
  });
}

function answer(more: Partial<DownBody>): Promise<Settled> | undefined {
  const body = { cell: 1, acknowledged: [], credit: 4, highestOrdinal: 1, receipts: [], ...more };
  return answers.take(sealDown({ enrolmentKey, hub, run: outbox.run, body, randomNonce: randomBytes(12) }));
}

test('an answer that shows runs this hub never had declares nothing void', async () => {
  const stranger = () => randomBytes(8).toString('hex');
  const acknowledged = Array.from({ length: 30 }, () => ({ run: stranger(), intervals: [{ first: 5, last: 9 }] }));
  await answer({ acknowledged, hole: { run: stranger(), first: 1, last: 900 } });
  expect(outbox.exit.voids(10)).toEqual([]);
  expect(counts.toObject()).toEqual({ foreignRun: 30 });
});

test('what an older run of this hub misses is declared void', async () => {
  outbox.enqueue(release({ agreement: 1 }), 0);
  await outbox.commit(outbox.enqueue(release({ agreement: 1 }), 0));
  const older = outbox.run;
  await start(home.store);
  await answer({ acknowledged: [{ run: older, intervals: [{ first: 2, last: 2 }] }] });
  expect(outbox.exit.voids(10)).toEqual([{ run: older, first: 1, count: 1, void: true }]);
});

test.each([2 ** 31, 2 ** 32 - 1])('an answer with the ordinal %d is refused and changes nothing', async (absurd) => {
  await outbox.commit(outbox.enqueue(release({ agreement: 1 }), 0));
  const acknowledged = [{ run: outbox.run, intervals: [{ first: 1, last: 1 }] }];
  expect(answer({ highestOrdinal: absurd, acknowledged })).toBeUndefined();
  expect([asked, link.keptOrdinal, outbox.waiting(), answers.confirming]).toEqual([[], 1, 1, false]);
  expect(counts.toObject()).toEqual({ ordinal: 1 });
  await answer({ highestOrdinal: 2 ** 31 - 1 });
  expect(asked).toEqual([2 ** 31 - 1]);
});

test('the ordinals stay unconfirmed until the commit that carried them succeeded, whatever else is committed', async () => {
  const failures = [new Error('full')];
  const commits: string[][] = [];
  let fail: (error: Error) => void = () => undefined;
  await start({
    close: () => home.store.close(),
    later: (operations) => home.store.later(operations),
    settle: () => home.store.settle(),
    onSettled: (listener) => home.store.onSettled(listener),
    backup: (toFile) => home.store.backup(toFile),
    scrub: () => home.store.scrub(),
    figures: () => home.store.figures(),
    all: (statement, ...args) => home.store.all(statement, ...args),
    get: (statement, ...args) => home.store.get(statement, ...args),
    commit: (batch) => {
      commits.push(batch.map(([statement]) => statement));
      if (failures.length === 0) return home.store.commit(batch);
      failures.pop();
      return new Promise((_, reject) => {
        fail = reject;
      });
    },
  });
  confirm = () => [['meta.put', 'confirmed', Buffer.alloc(1)]];
  const first = answer({});
  await answer({ cell: 2 });
  expect(answers.confirming).toBe(true);
  fail(new Error('full'));
  await expect(first).rejects.toThrow('full');
  expect(answers.confirming).toBe(true);
  await answer({ cell: 3 });
  expect(answers.confirming).toBe(false);
  expect(asked).toEqual([1]);
  expect(commits.map((statements) => statements.length)).toEqual([1, 1]);
});

test('a fault in confirming the ordinals leaves them unconfirmed after later answers too', async () => {
  confirm = () => {
    throw new Error('a bug');
  };
  await expect(answer({})).rejects.toThrow('a bug');
  await answer({ cell: 2 });
  expect(answers.confirming).toBe(true);
  expect(counts.toObject()).toEqual({ fault: 1 });
});

test('a fault elsewhere in the first answer does not lose what confirms the ordinals', async () => {
  confirm = () => [['meta.put', 'confirmed', Buffer.alloc(1)]];
  onReceipt = () => {
    throw new Error('a bug');
  };
  const receipt = { pseudonym: 'ab'.repeat(16), categories: ['lock.state' as const], erasedAtS: 1 };
  await expect(answer({ receipts: [signReceipt(receipt, operator, service.privateKey)] })).rejects.toThrow('a bug');
  expect(answers.confirming).toBe(true);
  await answer({ cell: 2 });
  expect(answers.confirming).toBe(false);
  await home.store.settle();
  expect(home.store.get('meta.get', 'confirmed')).toBeDefined();
});
