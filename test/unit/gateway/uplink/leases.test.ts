import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Outbox } from '../../../../gateway/outbox/outbox.ts';
import type { LeaseRow } from '../../../../gateway/outbox/row.ts';
import { type LeasedName, Leases } from '../../../../gateway/uplink/leases.ts';
import { HubLink } from '../../../../proto/hub-link.ts';
import { pseudonym } from '../../../../proto/keys.ts';
import { answerTo } from '../../proto/link-kit.ts';
import { type Home, openHome } from '../outbox/home.ts';

const HOUR_MS = 3_600_000;
const NAME: LeasedName = { agreement: 1, ordinal: 1, writeKey: '1a'.repeat(16), hours: 24 };
const OTHER: LeasedName = { ...NAME, writeKey: '2b'.repeat(16), hours: 3 };

let home: Home;
let link: HubLink;
let leases: Leases;
let nowMs: number;
let names: LeasedName[];
let dropped: LeaseRow[];

beforeEach(async () => {
  home = await openHome();
  home.agreement(1, 1);
  const outbox = await Outbox.open({ store: home.store, operator: 1, randomBytes });
  link = new HubLink({ run: outbox.run, confirmedOrdinal: 1, credit: 4 });
  [nowMs, names, dropped] = [5_000, [NAME, OTHER], []];
  leases = new Leases({
    link,
    outbox,
    leased: { names: () => names, isLive: () => names.length > 0 },
    drop: (rows) => dropped.push(...rows),
    now: () => nowMs,
    random: () => 0.5,
  });
});
afterEach(() => home.close());

const due = (): string[] => {
  leases.look();
  return leases.items().map(({ lease }) => lease.writeKey);
};
/** Sends what is due and has it acknowledged. */
const send = () => {
  const composed = link.compose({ items: leases.items(), voids: [], highestOrdinal: 1, evenEmpty: true });
  const [range] = composed?.body.ranges ?? [];
  const received = range ? [{ first: range.first, last: range.first + range.count - 1 }] : [];
  link.onAnswer({
    ...answerTo(composed?.cell ?? 0, []),
    acknowledged: [{ run: range?.run ?? '00', intervals: received }],
  });
  return composed?.body.leases;
};

test('each name is extended at its own phase, three times in the length of its lease', () => {
  expect(due()).toEqual([]);
  const extended: Record<string, number> = {};
  for (let hour = 0; hour < 48; hour += 0.5) {
    nowMs += HOUR_MS / 2;
    due();
    for (const { writeKey } of send() ?? []) extended[writeKey] = (extended[writeKey] ?? 0) + 1;
  }
  expect(extended).toEqual({ [NAME.writeKey]: 6, [OTHER.writeKey]: 48 });
});

test('waits for the answer before the next, and is not drawn twice', () => {
  due();
  nowMs += 20 * HOUR_MS;
  expect(due()).toHaveLength(2);
  const drawn = leases.items();
  nowMs += 20 * HOUR_MS;
  due();
  expect(leases.items()).toEqual(drawn);
  expect(send()).toHaveLength(2);
  expect(leases.items()).toEqual([]);
});

test('nothing is extended of what is no longer named: what is on its way is taken out', () => {
  due();
  nowMs += 20 * HOUR_MS;
  expect(due()).toHaveLength(2);
  names = [];
  expect(due()).toEqual([]);
  expect(dropped.map(({ lease }) => lease.writeKey)).toEqual([NAME.writeKey, OTHER.writeKey]);
});

test('what the data broker calls lapsed is extended with the next tick', () => {
  due();
  leases.lapsed([pseudonym(Buffer.from(NAME.writeKey, 'hex')).toString('hex')]);
  expect(due()).toEqual([NAME.writeKey]);
});

test('a data broker that knows no leases gets none, and what was drawn is taken out', () => {
  due();
  nowMs += 20 * HOUR_MS;
  expect(due()).toHaveLength(2);
  link.onAnswer(answerTo(1, [], { refusal: { reason: 'version', count: 1 } }));
  expect(due()).toEqual([]);
  expect(dropped).toHaveLength(2);
});
