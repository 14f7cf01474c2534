import { ENGAWA, NODE_RED } from '../machines/machine-set.ts';
import type { Figures, Name } from '../measure/figures.ts';
import { shown } from './tables.ts';

/** What a bar asks for, and what was measured for it. */
export interface BarResult {
  readonly what: string;
  readonly bar: string;
  readonly measured: string;
  /** Undefined when this run of the bench did not measure it. */
  readonly reached: boolean | undefined;
}

interface Bar {
  readonly what: string;
  readonly bar: string;
  readonly unit: string;
  /** The figure: the median of a measured one, or a ratio of two; undefined when it is missing. */
  readonly figure: (figures: Figures) => number | undefined;
  readonly isReached: (value: number) => boolean;
}

const of = (scenario: string, what: string, who: string = ENGAWA): Name => ({ scenario, who, what });
const measured = (name: Name) => (figures: Figures) => figures.median(name);
const worst = (name: Name) => (figures: Figures) =>
  figures.values(name).length === 0 ? undefined : Math.max(...figures.values(name));
const ratio = (upper: Name, lower: Name) => (figures: Figures) => {
  const [above, below] = [figures.median(upper), figures.median(lower)];
  return above === undefined || below === undefined || below === 0 ? undefined : above / below;
};
/** What was acknowledged under overload, beside the most that was ever acknowledged in this run of the bench. */
const ofTheBest = (factor: number) => (figures: Figures) => {
  const acknowledged = (each: number) => figures.median(of('overload', `acknowledged at ${each} ×`));
  const all = [...[1, 1.5, 3].map(acknowledged), figures.median(of('rate', 'rate held'))];
  const value = acknowledged(factor);
  return value === undefined ? undefined : value / Math.max(...all.filter((each) => each !== undefined));
};
const atMost = (limit: number) => (value: number) => value <= limit;
const atLeast = (limit: number) => (value: number) => value >= limit;

const gathering = (ms: number): string => `${ENGAWA}, gather ${ms} ms`;
const slow = (ms: number): string => `${gathering(ms)}, syncs of 20 ms`;
const OWN_BROKER = 'Engawa with its own data broker';
const PUBACK = 'publish to PUBACK, p99';

function under(what: string, limit: number, unit: string, name: Name): Bar {
  return { what, bar: `≤ ${shown(limit)} ${unit}`, unit, figure: measured(name), isReached: atMost(limit) };
}

function none(what: string, name: Name): Bar {
  return { what, bar: '0', unit: 'events', figure: worst(name), isReached: atMost(0) };
}

function over(what: string, bar: string, unit: string, limit: number, figure: Bar['figure']): Bar {
  return { what, bar, unit, figure, isReached: atLeast(limit) };
}

/** What the project asks of itself; a bar is one line of `docs/performance.md`. */
const BARS: readonly Bar[] = [
  over(
    'rate held for 10 s, p99 ≤ 50 ms to PUBACK and to the cloud',
    '≥ 20,000/s',
    '/s',
    20_000,
    measured(of('rate', 'rate held')),
  ),
  over('the same beside Node-RED', '≥ 3 ×', '×', 3, ratio(of('rate', 'rate held'), of('rate', 'rate held', NODE_RED))),
  ...[1.5, 3].flatMap((factor) => [
    over(`acknowledged at ${factor} × that rate, of the best`, '≥ 0.9', '×', 0.9, ofTheBest(factor)),
    none(`acknowledged and lost at ${factor} ×`, of('overload', `acknowledged and lost at ${factor} ×`)),
  ]),
  under('200/s, at once: p99 to PUBACK', 5, 'ms', of('steady', PUBACK, gathering(0))),
  under('200/s, at once: disk', 7_000, 'B/event', of('steady', 'disk written per event', gathering(0))),
  under('200/s, gathered for 15 ms: p99 to PUBACK', 25, 'ms', of('steady', PUBACK, gathering(15))),
  under('200/s, gathered for 15 ms: disk', 2_000, 'B/event', of('steady', 'disk written per event', gathering(15))),
  ...[0, 15].flatMap((ms) => [
    under(`200/s, gathered for ${ms} ms, every sync 20 ms: p99 to PUBACK`, 60, 'ms', of('steady', PUBACK, slow(ms))),
    under(
      `200/s, gathered for ${ms} ms, every sync 20 ms: longest stall of the main thread`,
      25,
      'ms',
      of('steady', 'longest stall of the main thread', slow(ms)),
    ),
  ]),
  under('memory idle', 110, 'MB', of('memory', 'idle')),
  under('memory at 1,000/s', 130, 'MB', of('memory', 'at 1,000/s')),
  under('memory at full load', 180, 'MB', of('rate', 'memory at full load')),
  {
    what: "memory at full load beside Node-RED's at its own",
    bar: '≤ 0.6 ×',
    unit: '×',
    figure: ratio(of('rate', 'memory at full load'), of('rate', 'memory at full load', NODE_RED)),
    isReached: atMost(0.6),
  },
  under('start to the first acknowledged publish', 300, 'ms', of('start', 'to the first PUBACK')),
  under('CPU per 100,000 events at 200/s', 60, 's', of('steady', 'CPU per 100,000 events', gathering(0))),
  under('decision with 10,000 grants: p99', 5_000, 'ns', of('decision', 'decide with 10000 grant(s), p99')),
  under('withdrawal: the hub stops', 1_000, 'ms', of('withdrawal', 'hub stops', OWN_BROKER)),
  under(
    'withdrawal: erased after the cell came',
    5_000,
    'ms',
    of('withdrawal', 'erased after the cell came', OWN_BROKER),
  ),
  under('withdrawal: end to end, shaped', 15_000, 'ms', of('withdrawal', 'end to end, shaped', OWN_BROKER)),
  none('withdrawal: records after', of('withdrawal', 'records after', OWN_BROKER)),
  under('wire: used bytes of full cells', 10, 'B/event', of('wire', 'used bytes of full cells')),
  under(
    "seven days without a cloud: on disk, without the home's history",
    64,
    'MB',
    of('week', "on disk, without the home's history"),
  ),
  none('seven days without a cloud: not drained', of('week', 'backlog not drained')),
  under(
    'live events while it drains: p99 to the cloud',
    1_000,
    'ms',
    of('week', 'live meanwhile, publish to cloud, p99'),
  ),
];

/** Every bar with its figure: reached, not reached, or not measured this time. */
export function barsOf(figures: Figures): BarResult[] {
  return BARS.map(({ what, bar, unit, figure, isReached }) => {
    const value = figure(figures);
    if (value === undefined) return { what, bar, measured: '-', reached: undefined };
    return { what, bar, measured: `${shown(value)} ${unit}`, reached: isReached(value) };
  });
}
