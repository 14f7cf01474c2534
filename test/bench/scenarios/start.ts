import { rmSync } from 'node:fs';
import { LoadGenerator } from '../load/load.ts';
import { type Machine, makePlace, startCloud } from '../machines/machine.ts';
import { stop } from '../measure/processes.ts';
import type { Bench, Scenario } from './scenario.ts';

const LIMIT_MS = 20_000;

/** From the start of the program to its first acknowledgement, and to the first event at the cloud. */
export const start: Scenario = {
  name: 'start',
  measures: 'start of the program to the first acknowledged publish, and to the first event at the cloud',
  run: async (bench) => {
    // One start more than is measured: what is read or compiled for the first time ever is the disk's affair.
    for (let run = 0; run <= bench.runs; run += 1)
      for (const machine of bench.machines) await once(bench, machine, run > 0);
  },
};

async function once({ root, figures, say }: Bench, machine: Machine, counts: boolean): Promise<void> {
  const place = await makePlace(root);
  const cloud = await startCloud(machine, place);
  const load = new LoadGenerator();
  await load.cloud(place.cloudPort, machine.decode(place));
  const running = await machine.start(place);
  try {
    const account = running.accounts[0];
    if (!account) throw new Error('there is no account');
    const first = await load.first(account, LIMIT_MS);
    const pubackMs = first.pubackAtMs - running.startedAtMs;
    const cloudMs = first.cloudAtMs - running.startedAtMs;
    say(`  ${machine.name}: PUBACK after ${pubackMs.toFixed(0)} ms, at the cloud after ${cloudMs.toFixed(0)} ms`);
    if (!counts) return;
    figures.add({ scenario: 'start', who: machine.name, what: 'to the first PUBACK' }, 'ms', pubackMs);
    figures.add({ scenario: 'start', who: machine.name, what: 'to the first event at the cloud' }, 'ms', cloudMs);
  } finally {
    await load.end();
    for (const child of running.processes) await stop(child);
    await stop(cloud);
    rmSync(place.folder, { recursive: true, force: true });
  }
}
