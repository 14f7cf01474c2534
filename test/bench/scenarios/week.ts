import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskEnvironment } from '../../kit/disk/build-shim.ts';
import { engawa } from '../machines/engawa.ts';
import { withMachine } from '../machines/machine.ts';
import { ENGAWA } from '../machines/machine-set.ts';
import { runChild } from '../measure/child.ts';
import { folderMB, tablesMB } from '../measure/sizes.ts';
import { measuredRun, sentence } from './one-run.ts';
import type { Bench, Scenario } from './scenario.ts';

const WEEK_S = 7 * 86_400;
/** A quick bench lets two days pass, and says so. */
const QUICK_S = 2 * 86_400;
const LIVE_PER_S = 50;
const DRAIN_LIMIT_MS = 180_000;
const MODULE = new URL('./week-child.ts', import.meta.url);
const SHOWN_TABLES = 4;

/** Seven days without a cloud at one released event a second; then the cloud comes back while live events go on. */
export const week: Scenario = {
  name: 'week',
  measures: 'seven days without a cloud at one released event a second: size, time to drain, live events meanwhile',
  run: async (bench) => {
    const { home, root, say, quick } = bench;
    const seconds = quick ? QUICK_S : WEEK_S;
    const startMs = Date.now();
    const machine = engawa(ENGAWA, home, {
      weigh: true,
      restMs: 0,
      isKnown: true,
      before: (data) => pass(bench, join(data, 'home'), seconds, startMs),
      // The week has not passed for this computer: its time of day is moved for the hub alone.
      env: (data) => {
        const clockFile = join(data, 'clock');
        writeFileSync(clockFile, String(seconds * 1_000));
        return diskEnvironment({ folder: data, clockFile });
      },
    });
    await withMachine(root, machine, async (session) => {
      const offered = { ratePerS: LIVE_PER_S, spanMs: DRAIN_LIMIT_MS, untilStrangers: seconds };
      const run = await measuredRun(session, offered, 0);
      say(`  ${sentence(machine.name, LIVE_PER_S, run)}`);
      say(`  ${run.strangers} of ${seconds} drained in ${(run.strangersMs / 1_000).toFixed(1)} s`);
      const add = adder(bench, quick);
      add('backlog not drained', 'events', seconds - run.strangers);
      add('time to drain', 's', run.strangersMs / 1_000);
      add('devices connected after', 'ms', session.connectedMs);
      add('live meanwhile, publish to PUBACK, p99', 'ms', run.pubackMs.p99);
      add('live meanwhile, publish to cloud, p50', 'ms', run.cloudMs.p50);
      add('live meanwhile, publish to cloud, p99', 'ms', run.cloudMs.p99);
      add('live, acknowledged and lost', 'events', run.missing);
      add('memory while draining', 'MB', run.used.memoryMB);
      const { wire } = run;
      if (!wire || wire.fullRecords === 0) return;
      const bytes = wire.fullBytes / wire.fullRecords;
      bench.figures.add({ scenario: 'wire', who: ENGAWA, what: 'used bytes of full cells' }, 'B/event', bytes);
      bench.figures.add({ scenario: 'wire', who: ENGAWA, what: 'full cells seen' }, 'cells', wire.fullCells);
    });
  },
};

function adder({ figures }: Bench, quick: boolean) {
  const scenario = quick ? 'week (two days only)' : 'week';
  return (what: string, unit: string, value: number) => figures.add({ scenario, who: ENGAWA, what }, unit, value);
}

/** Lets the days pass on a home, and looks at what it holds then. */
async function pass(bench: Bench, folder: string, seconds: number, startMs: number): Promise<void> {
  const { say, quick } = bench;
  const add = adder(bench, quick);
  const words = [folder, String(seconds), String(startMs)];
  const { failed, spanMs } = await runChild<{ failed: number; spanMs: number }>(MODULE, words);
  const tables = tablesMB(join(folder, 'hub.db'));
  const largest = [...tables].slice(0, SHOWN_TABLES).map(([name, size]) => `${name} ${size.toFixed(1)} MB`);
  say(`  ${seconds} events taken in ${(spanMs / 1_000).toFixed(1)} s, ${failed} refused; ${largest.join(', ')}`);
  const history = tables.get('history') ?? 0;
  add('refused meanwhile', 'events', failed);
  add('on disk, all files', 'MB', folderMB(folder));
  add("on disk, without the home's history", 'MB', folderMB(folder) - history);
}
