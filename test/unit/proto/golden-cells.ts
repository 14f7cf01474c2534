import { sealDown, sealUp } from '../../../proto/cell.ts';
import { encodeDown, encodeUp } from '../../../proto/codec.ts';
import type { Category, Property, Quantity } from '../../../proto/lists.ts';
import type { DownBody, UpBody, WireRecord } from '../../../proto/wire.ts';
import { OLD_RUN, RUN, range, record } from './link-kit.ts';

/** The bodies of the golden cells, and what they become. A released cell never changes: a new one is added beside it. */

const enrolmentKey = Buffer.alloc(32, 0x5a);
const hub = Buffer.alloc(16, 0x7e);
const randomNonce = Buffer.alloc(12, 0x33);
const OTHER_KEY = 'fe'.repeat(16);

const UP: Readonly<Record<string, UpBody>> = {
  'up: empty': { run: RUN, cell: 1, highestOrdinal: 0, ranges: [], records: [], withdrawals: [] },
  'up: eight quarter-hours of power, one half observed': {
    run: RUN,
    cell: 2,
    highestOrdinal: 1,
    ranges: [range(1, 8)],
    records: Array.from({ length: 8 }, (_, at) =>
      record(at, {
        category: 'power.appliance',
        quantity: 'mean_power_w',
        timeS: 1_800_000_000 + at * 900,
        windowS: 900,
        value: [40, 41, 38, 1200, 1210, 0, -3, 52][at] as number,
        observedPermille: at === 5 ? 500 : 1000,
      }),
    ),
    withdrawals: [],
  },
  'up: events of two agreements, an old backlog, void ranges': {
    run: RUN,
    cell: 0x1_0000_0001,
    highestOrdinal: 300,
    ranges: [
      range(5, 2),
      range(9, 1),
      range(1, 4, { void: true }),
      range(70, 1, { run: OLD_RUN }),
      range(71, 9, { run: OLD_RUN, void: true }),
    ],
    records: [
      record(1, { category: 'lock.state', property: 'lock.state', quantity: 'state' }),
      record(0, { category: 'lock.state', property: 'lock.state', quantity: 'state', estimatedTime: true }),
      record(1, { writeKey: OTHER_KEY, category: 'contact.doorWindow', property: 'contact.state', quantity: 'state' }),
      record(2 ** 50, {
        writeKey: OTHER_KEY,
        category: 'power.total',
        property: 'energy.import',
        quantity: 'energy_wh',
        timeS: 1_800_000_000,
      }),
    ],
    withdrawals: [],
  },
  'up: two withdrawals, one without a range': {
    run: RUN,
    cell: 4,
    highestOrdinal: 2,
    ranges: [range(10, 1)],
    records: [],
    withdrawals: [
      { eraseKey: '22'.repeat(32), categories: ['power.total', 'lock.state'] },
      { eraseKey: '11'.repeat(32), categories: ['presence.person'] },
    ],
  },
};

const DOWN: Readonly<Record<string, DownBody>> = {
  'down: two runs acknowledged': {
    cell: 3,
    acknowledged: [
      {
        run: RUN,
        intervals: [
          { first: 1, last: 9 },
          { first: 12, last: 12 },
        ],
      },
      { run: OLD_RUN, intervals: [{ first: 1, last: 70_000 }] },
    ],
    credit: 4,
    highestOrdinal: 300,
    receipts: [],
  },
  'down: refusal, hole and receipt': {
    cell: 4,
    acknowledged: [],
    credit: 0,
    highestOrdinal: 2,
    refusal: { reason: 'partialOverlap', count: 17 },
    hole: { run: OLD_RUN, first: 4, last: 6 },
    receipts: [
      {
        pseudonym: '0c'.repeat(16),
        categories: ['lock.state', 'power.total'],
        erasedAtS: 1_800_003_600,
        signature: '0d'.repeat(64),
      },
    ],
  },
};

const UP_2: Readonly<Record<string, UpBody>> = {
  'up, version 2: live and backlog of one pseudonym': {
    version: 2,
    run: RUN,
    cell: 5,
    highestOrdinal: 1,
    ranges: [range(20, 2), range(71, 1, { run: OLD_RUN })],
    records: [record(1), record(2), record(3, { backlog: true })],
    withdrawals: [],
  },
};

/** Every property and quantity that came after the first cells, in the version they came in. */
const UP_LISTS: Readonly<Record<string, UpBody>> = {
  'up, version 2: bands, differences of a counter, and the state of devices': {
    version: 2,
    run: RUN,
    cell: 6,
    highestOrdinal: 4,
    ranges: [range(22, 9)],
    records: [
      banded('contact.doorWindow', 'contact.state', 'count_band', 4),
      banded('power.total', 'power.active', 'mean_power_band_w', 0),
      banded('power.total', 'power.active', 'mean_power_band_w', -1600),
      banded('power.appliance', 'energy.import', 'energy_band_wh', 51_200),
      banded('device.health', 'battery.percent', 'percent_band', 75),
      banded('device.health', 'tamper.state', 'count_band', 0),
      record(1, { category: 'device.health', property: 'battery.low', quantity: 'state' }),
      record(0, { category: 'device.health', property: 'device.online', quantity: 'state' }),
      record(100, { category: 'device.health', property: 'battery.percent', quantity: 'percent' }),
    ],
    withdrawals: [],
  },
};

function banded(category: Category, property: Property, quantity: Quantity, value: number): WireRecord {
  return record(value, { category, property, quantity, timeS: 1_800_000_000, windowS: 14_400 });
}

const DOWN_2: Readonly<Record<string, DownBody>> = {
  'down, version 2: pacing': {
    cell: 5,
    acknowledged: [{ run: RUN, intervals: [{ first: 20, last: 21 }] }],
    credit: 1,
    highestOrdinal: 1,
    receipts: [],
    pacing: { backlogWaitMs: 12_345, reconnectSpreadMs: 250_000 },
  },
};

const UP_3: Readonly<Record<string, UpBody>> = {
  'up, version 3: a lease, a record and two inquiries': {
    version: 3,
    run: RUN,
    cell: 6,
    highestOrdinal: 1,
    ranges: [range(30, 2)],
    records: [record(4)],
    withdrawals: [],
    leases: [{ writeKey: OTHER_KEY, hours: 24 }],
    inquiries: ['0a'.repeat(16), '0b'.repeat(16)],
  },
};

const DOWN_3: Readonly<Record<string, DownBody>> = {
  'down, version 3: a lapsed lease and what was attested': {
    cell: 6,
    acknowledged: [{ run: RUN, intervals: [{ first: 30, last: 31 }] }],
    credit: 8,
    highestOrdinal: 1,
    receipts: [],
    lapsed: ['0e'.repeat(16)],
    pacing: { backlogWaitMs: 0, reconnectSpreadMs: 0 },
    standings: [
      { pseudonym: '0a'.repeat(16), attestation: 'overdue' },
      { pseudonym: '0b'.repeat(16), attestation: 'none' },
    ],
  },
};

/** One golden cell: its body as JSON, its encoded bytes and its sealed frame in hexadecimal. */
export interface GoldenCell {
  readonly name: string;
  readonly body: unknown;
  readonly bytes: string;
  readonly frame: string;
}

/** The keys every golden cell is sealed with, in hexadecimal; answers are sealed for the run of the up cells. */
export const GOLDEN_KEYS = {
  enrolmentKey: enrolmentKey.toString('hex'),
  hub: hub.toString('hex'),
  run: RUN,
  randomNonce: randomNonce.toString('hex'),
};

function upCells(bodies: Readonly<Record<string, UpBody>>): GoldenCell[] {
  return Object.entries(bodies).map(([name, body]) => {
    const bytes = encodeUp(body).toString('hex');
    return { name, body, bytes, frame: sealUp({ enrolmentKey, hub, body }).toString('hex') };
  });
}

function downCells(bodies: Readonly<Record<string, DownBody>>, version: number): GoldenCell[] {
  return Object.entries(bodies).map(([name, body]) => {
    const frame = sealDown({ enrolmentKey, hub, run: RUN, version, body, randomNonce }).toString('hex');
    return { name, body, bytes: encodeDown(body).toString('hex'), frame };
  });
}

/** The golden cells as this code makes them today. */
export function makeGoldenCells(): GoldenCell[] {
  return [
    ...upCells(UP),
    ...downCells(DOWN, 1),
    ...upCells(UP_2),
    ...downCells(DOWN_2, 2),
    ...upCells(UP_LISTS),
    ...upCells(UP_3),
    ...downCells(DOWN_3, 3),
  ];
}
