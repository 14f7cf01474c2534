import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFaults } from '../../../../firmware-sim/faults/apply.ts';
import type { Fault, Incident } from '../../../../firmware-sim/faults/fault.ts';
import type { TraceMessage } from '../../../../firmware-sim/message.ts';
import { trace } from '../../../../firmware-sim/simulate.ts';

const START_MS = Date.UTC(2026, 10, 23, 8);
const HOUR_MS = 3_600_000;
const messages = [
  ...trace({
    seed: 5,
    startMs: START_MS,
    endMs: START_MS + 12 * HOUR_MS,
    timeZone: 'Asia/Tokyo',
    lastSeen: 'ISO_8601',
  }),
];
const window = { fromMs: START_MS + 2 * HOUR_MS, toMs: START_MS + 5 * HOUR_MS };
const TOPICS = 'zigbee2mqtt/refrigerator';

function run(...faults: Fault[]): { out: TraceMessage[]; incidents: Incident[] } {
  const incidents: Incident[] = [];
  const start = (atMs: number): TraceMessage[] => [
    { atMs, topic: 'zigbee2mqtt/bridge/state', payload: '{"state":"online"}', retain: true, qos: 1 },
  ];
  return { out: [...applyFaults(messages, faults, 3, (incident) => incidents.push(incident), start)], incidents };
}

const inWindow = ({ atMs }: { atMs: number }): boolean => atMs >= window.fromMs && atMs < window.toMs;
const of =
  (topic: string) =>
  (message: TraceMessage): boolean =>
    message.topic === topic;
const field =
  (name: string) =>
  ({ payload }: TraceMessage): unknown =>
    JSON.parse(payload)[name];

const EACH: readonly Fault[] = [
  { kind: 'drop', permille: 300, ...window },
  { kind: 'duplicate', permille: 300, ...window },
  { kind: 'reorder', withinMs: 20_000, ...window },
  { kind: 'delay', leastMs: 1000, mostMs: 30_000, ...window },
  { kind: 'stuck', ...window },
  { kind: 'sentinel', value: -1, ...window },
  { kind: 'unitFlip', to: 'kW', ...window },
  { kind: 'dialectChange', rename: { power: 'active_power' }, ...window },
  { kind: 'chatty', everyMs: 30_000, topics: TOPICS, ...window },
  { kind: 'clockSkew', byMs: HOUR_MS, ...window },
  { kind: 'clock1970', ...window },
  { kind: 'powerCut', ...window },
  { kind: 'wifiLoss', topics: TOPICS, ...window },
  { kind: 'ghosts', ...window },
  { kind: 'oversize', bytes: 5000, ...window },
  { kind: 'malformed', permille: 500, ...window },
];

describe('a stream with a fault in it', () => {
  it('without faults is the same stream', () => {
    expect(run().out).toEqual(messages);
    expect(run({ kind: 'brokerCut', ...window }).out).toEqual(messages);
  });

  it.each(EACH.map((fault) => [fault.kind, fault] as const))(
    '%s does something, only in its window, counted, in the order of time, and the same each time',
    (_kind, fault) => {
      const { out, incidents } = run(fault);
      const count = (what: Incident['what']): number => incidents.filter((each) => each.what === what).length;
      expect(incidents.length).toBeGreaterThan(0);
      expect(out.length).toBe(messages.length - count('dropped') + count('added'));
      expect(out.every(({ atMs }, index) => atMs >= (out[index - 1]?.atMs ?? 0))).toBe(true);
      expect(incidents.every((incident) => incident.atMs >= window.fromMs && incident.atMs <= window.toMs)).toBe(true);
      const earlier = (all: readonly TraceMessage[]): TraceMessage[] => all.filter(({ atMs }) => atMs < window.fromMs);
      const later = (all: readonly TraceMessage[]): TraceMessage[] =>
        all.filter(({ atMs }) => atMs > window.toMs + 60_000);
      expect(earlier(out)).toEqual(earlier(messages));
      expect(later(out)).toEqual(later(messages));
      expect(run(fault)).toEqual({ out, incidents });
    },
  );

  it('keeps to its topics', () => {
    const others = (all: readonly TraceMessage[]): TraceMessage[] => all.filter(({ topic }) => topic !== TOPICS);
    for (const fault of EACH.filter(({ kind }) => !['ghosts', 'powerCut'].includes(kind))) {
      expect(others(run({ ...fault, topics: TOPICS }).out), fault.kind).toEqual(others(messages));
    }
  });

  it('stuck: the value that was last said goes on, its time does too', () => {
    const { out } = run({ kind: 'stuck', ...window });
    const said = out.filter(of(TOPICS)).filter(inWindow);
    const last = messages.filter(of(TOPICS)).findLast(({ atMs }) => atMs < window.fromMs);
    expect(new Set(said.map(field('power')))).toEqual(new Set(last === undefined ? [] : [field('power')(last)]));
    expect(new Set(said.map(field('last_seen'))).size).toBe(said.length);
  });

  it.each([
    ['sentinel', { kind: 'sentinel', value: 'nan' }, (): unknown => 'nan'],
    ['kW', { kind: 'unitFlip', to: 'kW' }, (power: number): unknown => power / 1000],
    ['mW', { kind: 'unitFlip', to: 'mW' }, (power: number): unknown => power * 1000],
  ] as const)('%s: power is said so', (_name, fault, expected) => {
    const power = (all: readonly TraceMessage[]): unknown[] =>
      all.filter(of(TOPICS)).filter(inWindow).map(field('power'));
    expect(power(run({ ...fault, ...window } as Fault).out)).toEqual((power(messages) as number[]).map(expected));
  });

  it('clocks: an hour wrong, and from 1970 on', () => {
    const seen = (all: readonly TraceMessage[]): number[] =>
      all
        .filter(of(TOPICS))
        .filter(inWindow)
        .map((message) => Date.parse(field('last_seen')(message) as string));
    expect(seen(run({ kind: 'clockSkew', byMs: HOUR_MS, ...window }).out)).toEqual(
      seen(messages).map((ms) => ms + HOUR_MS),
    );
    expect(seen(run({ kind: 'clock1970', ...window }).out)).toEqual(seen(messages).map((ms) => ms - window.fromMs));
  });

  it('power cut: silence, and the start messages when it is over', () => {
    const { out, incidents } = run({ kind: 'powerCut', ...window });
    expect(out.filter(inWindow)).toEqual([]);
    expect(out.find(({ atMs }) => atMs >= window.toMs)).toMatchObject({
      atMs: window.toMs,
      topic: 'zigbee2mqtt/bridge/state',
    });
    expect(incidents.filter(({ what }) => what === 'dropped')).toHaveLength(messages.filter(inWindow).length);
  });

  it('chatty: the last message again and again', () => {
    const added = run({ kind: 'chatty', everyMs: 30_000, topics: TOPICS, ...window }).incidents;
    expect(added).toHaveLength((3 * HOUR_MS) / 30_000);
    expect(new Set(added.map(({ topic }) => topic))).toEqual(new Set([TOPICS]));
  });

  it('malformed: none of it is JSON of a device any more, or its values are of no type', () => {
    const { incidents, out } = run({ kind: 'malformed', permille: 1000, topics: TOPICS, ...window });
    expect(incidents.length).toBe(messages.filter(of(TOPICS)).filter(inWindow).length);
    for (const { payload } of out.filter(of(TOPICS)).filter(inWindow)) {
      const power = ((): unknown => {
        try {
          return JSON.parse(payload).power;
        } catch {
          return undefined;
        }
      })();
      expect(typeof power).not.toBe('number');
    }
  });

  it('oversize: at least so long, and still what it was', () => {
    const { out } = run({ kind: 'oversize', bytes: 5000, topics: TOPICS, ...window });
    const long = out.filter(of(TOPICS)).filter(inWindow);
    expect(long.every(({ payload }) => Buffer.byteLength(payload) >= 5000)).toBe(true);
    expect(long.map(field('power'))).toEqual(messages.filter(of(TOPICS)).filter(inWindow).map(field('power')));
  });

  it('several together: nothing is lost that was not counted', () => {
    fc.assert(
      fc.property(fc.subarray([...EACH], { minLength: 2, maxLength: 5 }), fc.nat(), (faults, seed) => {
        const incidents: Incident[] = [];
        const out = [...applyFaults(messages, faults, seed, (incident) => incidents.push(incident))];
        const count = (what: Incident['what']): number => incidents.filter((each) => each.what === what).length;
        expect(out.length).toBe(messages.length - count('dropped') + count('added'));
        expect(out.every(({ atMs }, index) => atMs >= (out[index - 1]?.atMs ?? 0))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    [{ kind: 'drop', permille: 1001, ...window }, 'drop takes a permille from 0 to 1000'],
    [{ kind: 'drop', permille: 1, fromMs: 5, toMs: 5 }, 'drop ends after it begins'],
    [
      { kind: 'delay', leastMs: 5, mostMs: 4, ...window },
      'delay takes leastMs up to mostMs, and mostMs up to 86400000',
    ],
    [{ kind: 'reorder', withinMs: -1, ...window }, 'reorder takes withinMs from 0 to 86400000'],
    [{ kind: 'chatty', everyMs: 0, ...window }, 'chatty takes everyMs of 1 or more'],
    [{ kind: 'oversize', bytes: 4_000_001, ...window }, 'oversize takes bytes from 1 to 4000000'],
  ] as const)('%j cannot be', (fault, sentence) => {
    expect(() => run(fault as Fault)).toThrow(new RangeError(sentence));
  });
});

/** What a fault makes of single payloads, each a second after the other inside its window. */
function payloads(fault: object, topic: string, ...said: string[]): { out: string[]; incidents: number } {
  const window = { fromMs: START_MS, toMs: START_MS + HOUR_MS };
  const stream = said.map((payload, index) => ({
    atMs: START_MS + index * 1000,
    topic,
    payload,
    retain: false,
    qos: 0 as const,
  }));
  let incidents = 0;
  const out = applyFaults(stream, [{ ...window, ...fault } as Fault], 7, () => {
    incidents += 1;
  });
  return { out: [...out].map(({ payload }) => payload), incidents };
}

describe('payloads that are not as expected', () => {
  it('cut JSON is never whole, whatever stands behind it', () => {
    const { out } = payloads(
      { kind: 'malformed', permille: 1000 },
      't',
      ...Array<string>(200).fill('{"power":5}\n\n\n'),
    );
    expect(out.filter((payload) => payload.trim() === '{"power":5}')).toEqual([]);
  });

  it('a date that is none stays, and no clock shows a time before 1970', () => {
    const strange = '{"Time":"2026-13-45T00:00:00"}';
    expect(payloads({ kind: 'clockSkew', byMs: 1000 }, 't', strange).out).toEqual([strange]);
    expect(payloads({ kind: 'clock1970' }, 't', '{"start_time":5}', '{"events":[{"ts":1795500000.5}]}').out).toEqual([
      '{"start_time":0}',
      JSON.stringify({ events: [{ ts: 1795500000.5 - START_MS / 1000 }] }),
    ]);
  });

  it('what says the same keeps its bytes and is no incident', () => {
    for (const fault of [
      { kind: 'sentinel', value: -1 },
      { kind: 'clockSkew', byMs: 5 },
      { kind: 'stuck' },
      { kind: 'dialectChange' },
    ]) {
      expect(payloads(fault, 't', '{"a": 1.0}'), fault.kind).toEqual({ out: ['{"a": 1.0}'], incidents: 0 });
    }
  });

  it('availability without a state stays, and a name that is there keeps its value', () => {
    expect(payloads({ kind: 'dialectChange' }, 'z/a/availability', '{}').out).toEqual(['{}']);
    expect(payloads({ kind: 'dialectChange', rename: { a: 'b' } }, 't', '{"a":1,"b":2}').out).toEqual([
      '{"a":1,"b":2}',
    ]);
  });

  it('stuck holds each value of a Shelly where it stands, and its time goes on', () => {
    const said = (ts: number, component: string, apower: number): string =>
      JSON.stringify({ params: { ts, [component]: { apower } } });
    expect(
      payloads({ kind: 'stuck' }, 't', said(1, 'switch:0', 5), said(2, 'switch:1', 6), said(3, 'switch:0', 7)).out,
    ).toEqual([said(1, 'switch:0', 5), said(2, 'switch:1', 6), said(3, 'switch:0', 5)]);
  });

  it('a power cut that was over before the first message says nothing', () => {
    const over = { kind: 'powerCut', fromMs: START_MS - 10, toMs: START_MS - 5 } as const;
    expect(run(over)).toEqual({ out: messages, incidents: [] });
  });

  it.each([
    [{ kind: 'clockSkew', byMs: 9e15 }, 'clockSkew takes byMs of at most 3155760000000, either way'],
    [
      { kind: 'dialectChange', rename: { occupancy: 'contact' } },
      'dialectChange cannot rename something to contact: it would say what nobody saw',
    ],
    [{ kind: 'toString' }, 'toString is no fault'],
  ])('%j cannot be', (fault, sentence) => {
    expect(() => payloads(fault, 't', 'x')).toThrow(new RangeError(sentence));
  });
});
