import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { applyFaults } from '../../firmware-sim/faults/apply.ts';
import type { Fault, Incident } from '../../firmware-sim/faults/fault.ts';
import type { TraceMessage } from '../../firmware-sim/message.ts';
import { trace } from '../../firmware-sim/simulate.ts';
import type { TruthLine } from '../../firmware-sim/truth/truth.ts';
import { HandClock, InnerHome } from '../kit/inner-home.ts';

const TIME_ZONE = 'Asia/Tokyo';
const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2027, 0, 20, 22);
const END_MS = START_MS + 5 * HOUR_MS;
const window = { fromMs: START_MS + HOUR_MS, toMs: START_MS + 4 * HOUR_MS };
const PLUG = 'zigbee2mqtt/refrigerator';

/** What the hub made of a stream. */
interface Heard {
  readonly taken: number;
  /** How often it refused or dropped something, by its own closed list of reasons. */
  readonly refused: Readonly<Record<string, number>>;
}

const homes: InnerHome[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.remove();
});

/** Lets the real walk of a hub hear a stream, at the stream's own time. */
async function hear(messages: Iterable<TraceMessage>, startMs = START_MS): Promise<Heard> {
  const machine = new HandClock(startMs);
  const home = await InnerHome.open({ machine, timeZone: TIME_ZONE });
  homes.push(home);
  for (const { atMs, topic, payload, retain } of messages) {
    machine.pass(Math.max(0, atMs - machine.wallMs()));
    const arrived = home.message('', Buffer.from(payload), { topic, retained: retain });
    expect(await home.core.pipeline.take(arrived)).toBe('committed');
  }
  await home.core.writeLazily();
  const rows = await home.query<{ reason: string; count: number }>(
    'SELECT reason, SUM(count) AS count FROM refusal GROUP BY reason',
  );
  return {
    taken: home.core.pipeline.taken,
    refused: Object.fromEntries(rows.map(({ reason, count }) => [reason, count])),
  };
}

const messages = [...trace({ seed: 6, startMs: START_MS, endMs: END_MS, timeZone: TIME_ZONE, lastSeen: 'ISO_8601' })];

async function withFault(fault: Fault): Promise<{ heard: Heard; truth: Incident[] }> {
  const truth: Incident[] = [];
  return { heard: await hear(applyFaults(messages, [fault], 1, (incident) => truth.push(incident))), truth };
}

const KINDS: readonly Fault[] = [
  { kind: 'drop', permille: 300, ...window },
  { kind: 'duplicate', permille: 300, ...window },
  { kind: 'reorder', withinMs: 20_000, ...window },
  { kind: 'delay', leastMs: 1000, mostMs: 30_000, ...window },
  { kind: 'stuck', ...window },
  { kind: 'sentinel', value: 'nan', ...window },
  { kind: 'unitFlip', to: 'kW', ...window },
  { kind: 'dialectChange', rename: { power: 'active_power' }, ...window },
  { kind: 'chatty', everyMs: 30_000, topics: PLUG, ...window },
  { kind: 'clockSkew', byMs: HOUR_MS, ...window },
  { kind: 'clock1970', ...window },
  { kind: 'powerCut', ...window },
  { kind: 'wifiLoss', topics: PLUG, ...window },
  { kind: 'ghosts', ...window },
  { kind: 'oversize', bytes: 400_000, topics: PLUG, ...window },
  { kind: 'malformed', permille: 500, topics: PLUG, ...window },
];

describe('the hub under every fault of the simulator', () => {
  it.each(KINDS.map((fault) => [fault.kind, fault] as const))(
    '%s: it took as many messages as the ground truth says',
    async (_kind, fault) => {
      const { heard, truth } = await withFault(fault);
      const count = (what: Incident['what']): number => truth.filter((each) => each.what === what).length;
      expect(truth.length).toBeGreaterThan(0);
      expect(heard.taken).toBe(messages.length - count('dropped') + count('added'));
    },
  );

  it.each([
    ['nan', 'malformed'],
    [null, 'null'],
  ] as const)(
    'a sentinel of %s is counted once for each value it replaced, and read as nothing',
    async (value, reason) => {
      const clean = await hear(messages);
      const { heard, truth } = await withFault({ kind: 'sentinel', value, topics: PLUG, ...window });
      expect((heard.refused[reason] ?? 0) - (clean.refused[reason] ?? 0)).toBe(truth.length * 4);
    },
  );

  it('a payload that is too long is refused by its length, each of them', async () => {
    const clean = await hear(messages);
    const { heard, truth } = await withFault({ kind: 'oversize', bytes: 400_000, topics: PLUG, ...window });
    expect((heard.refused.oversize ?? 0) - (clean.refused.oversize ?? 0)).toBe(truth.length);
  });

  it('noise and cut JSON are refused, each of them', async () => {
    const clean = await hear(messages);
    const { heard, truth } = await withFault({ kind: 'malformed', permille: 1000, topics: PLUG, ...window });
    // A message whose values are of no type is counted once for each of the six that the hub reads of a plug.
    const wrongTypes = (heard.refused.malformed ?? 0) / 6;
    const noise = (heard.refused.notJson ?? 0) - (clean.refused.notJson ?? 0);
    expect(noise).toBeGreaterThan(0);
    expect(wrongTypes + noise).toBe(truth.length);
  });
});

const EXAMPLES = new URL('../../firmware-sim/scenario/examples/', import.meta.url);

describe('the hub in every scenario', () => {
  it.each(readdirSync(EXAMPLES))('%s: what the hub took and refused is what the ground truth says', async (name) => {
    const scenario = readFileSync(new URL(name, EXAMPLES), 'utf8');
    const startMs = Date.parse(
      `${/^start: (\S+)/m.exec(scenario)?.[1]}+09:00`.replace(/(\d{4}-\d\d-\d\d)\+/, '$1T00:00+'),
    );
    const truth: TruthLine[] = [];
    const said = [...trace({ scenario, days: 1, onTruth: (line) => void truth.push(line) })];
    const of = (is: string, kind?: string): number =>
      truth.filter((line) => line.is === is && (kind === undefined || line.kind === kind)).length;
    const heard = await hear(said, startMs);
    expect(said.length).toBeGreaterThan(500);
    expect(heard.taken).toBe(of('message'));
    expect(heard.refused.oversize ?? 0).toBe(of('incident', 'oversize'));
    const unreadable = (heard.refused.notJson ?? 0) + (heard.refused.malformed ?? 0);
    expect(of('incident') > 0 || unreadable === 0).toBe(true);
  });
});
