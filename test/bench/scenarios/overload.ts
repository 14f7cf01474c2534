import { type Machine, withMachine } from '../machines/machine.ts';
import { ENGAWA } from '../machines/machine-set.ts';
import { measuredRun, perSecond, sentence } from './one-run.ts';
import { search } from './rate.ts';
import type { Bench, Scenario } from './scenario.ts';

const FACTORS = [1, 1.5, 3];
const SPAN_MS = 8_000;
const WARM_MS = 1_500;
/** What is under way when the offer ends is given this long to arrive, before it counts as lost. */
const DRAIN_MS = 20_000;

/** More is offered than can be held: what comes through, in how much memory, and what was acknowledged and lost. */
export const overload: Scenario = {
  name: 'overload',
  measures: '1.5 and 3 times the rate held: throughput against the best, memory, acknowledged and lost',
  run: async (bench) => {
    const machines = bench.machines.filter(({ name }) => name === ENGAWA);
    for (const machine of machines) {
      const best = await bestOf(bench, machine);
      for (let run = 0; run < bench.runs; run += 1)
        for (const factor of FACTORS) await push(bench, machine, best, factor);
    }
  },
};

/** The rate held as the rate scenario found it, or a search of its own. */
async function bestOf(bench: Bench, machine: Machine): Promise<number> {
  const held = bench.figures.median({ scenario: 'rate', who: machine.name, what: 'rate held' });
  return Math.round(held || (await search(bench, machine)));
}

async function push(bench: Bench, machine: Machine, best: number, factor: number): Promise<void> {
  const { root, figures, say, quick } = bench;
  const ratePerS = Math.round(best * factor);
  const offered = { ratePerS, spanMs: quick ? SPAN_MS / 2 : SPAN_MS, drainMs: DRAIN_MS };
  const run = await withMachine(root, machine, (session) => measuredRun(session, offered, WARM_MS));
  say(`  ${factor} ×  ${sentence(machine.name, ratePerS, run)}`);
  const add = (what: string, unit: string, value: number) =>
    figures.add({ scenario: 'overload', who: machine.name, what: `${what} at ${factor} ×` }, unit, value);
  add('acknowledged', '/s', perSecond(run.acknowledged, run));
  add('received', '/s', perSecond(run.received, run));
  add('memory', 'MB', run.used.memoryMB);
  add('acknowledged and lost', 'events', run.missing);
  add('doubled', 'events', run.total.doubled);
  if (run.wire && run.wire.fullRecords > 0)
    add('wire, full cells', 'B/event', run.wire.fullBytes / run.wire.fullRecords);
}
