import { setTimeout as wait } from 'node:timers/promises';
import { withMachine } from '../machines/machine.ts';
import { usageOf } from '../measure/processes.ts';
import { measuredRun, sentence } from './one-run.ts';
import type { Scenario } from './scenario.ts';

const RATE_PER_S = 1_000;
const SPAN_MS = 6_000;
const WARM_MS = 2_000;
const IDLE_MS = 5_000;

/** Memory after a quiet while and at a thousand events a second; the rate scenario has it at full load. */
export const memory: Scenario = {
  name: 'memory',
  measures: 'memory resident idle and at 1,000 events a second',
  run: async ({ root, machines, figures, runs, say, quick }) => {
    for (let run = 0; run < runs; run += 1) {
      for (const machine of machines) {
        await withMachine(root, machine, async (session) => {
          await wait(quick ? IDLE_MS / 2 : IDLE_MS);
          const add = (what: string, unit: string, value: number) =>
            figures.add({ scenario: 'memory', who: machine.name, what }, unit, value);
          add('idle', 'MB', usageOf(session.pids[0] ?? 0).residentMB);
          const offered = { ratePerS: RATE_PER_S, spanMs: quick ? SPAN_MS / 2 : SPAN_MS };
          const measured = await measuredRun(session, offered, WARM_MS);
          say(`  ${sentence(machine.name, RATE_PER_S, measured)}`);
          add('at 1,000/s', 'MB', measured.used.memoryMB);
          add('publish to PUBACK, p99 at 1,000/s', 'ms', measured.pubackMs.p99);
          add('disk written per event at 1,000/s', 'B', measured.used.diskBytes / measured.events);
        });
      }
    }
  },
};
