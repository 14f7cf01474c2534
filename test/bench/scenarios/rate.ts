import { type Machine, type Session, withMachine } from '../machines/machine.ts';
import { isDoubtful, isHeld, type Measured, measuredRun, perSecond, sentence } from './one-run.ts';
import type { Bench, Scenario } from './scenario.ts';

/** Rates tried from below, in events per second, until one is not held. */
const LADDER = [1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 40_000, 60_000];
const BISECTIONS = 3;
const STEP_MS = 2_000;
/** Until the machines have compiled what is hot: a hub or a flow that has just started is not what holds a rate. */
const WARM_MS = 3_000;
const HOLD_MS = 10_000;
const HOLD_WARM_MS = 5_000;
/** After a rate that was not held for the whole time: the next lower one. */
const STEP_DOWN = 0.88;
const LEAST = 200;
/** A rate is tried so often when others used the computer meanwhile. */
const attemptsOf = ({ quick }: Bench): number => (quick ? 1 : 2);

/** The highest rate held for ten seconds, machine after machine, and what each uses there. */
export const rate: Scenario = {
  name: 'rate',
  measures: 'highest rate held for 10 s, 99th percentile at most 50 ms to PUBACK and to the cloud',
  run: async (bench) => {
    const found = new Map<string, number>();
    for (const machine of bench.machines) found.set(machine.name, await search(bench, machine));
    for (let run = 0; run < bench.runs; run += 1)
      for (const machine of bench.machines) await hold(bench, machine, found.get(machine.name) ?? LEAST);
  },
};

/**
 * Climbs until a rate is not held, then halves the step between; short runs, so an upper bound for the real one. One
 * machine climbs as long as it holds; after a rate that was too high the next begins afresh.
 */
export async function search(bench: Bench, machine: Machine): Promise<number> {
  let held = 0;
  let broken: number | undefined;
  const ladder = bench.quick ? LADDER.filter((_rate, at) => at % 2 === 1) : LADDER;
  await withMachine(bench.root, machine, async (session) => {
    for (const ratePerS of ladder) {
      const run = await step(bench, machine, session, ratePerS);
      if (isHeld(run)) held = ratePerS;
      else {
        broken = ratePerS;
        return;
      }
    }
  });
  // What broke on a machine that had climbed is tried once more on a fresh one.
  if (broken !== undefined && !bench.quick && (await isHeldAfresh(bench, machine, broken))) held = broken;
  for (let halves = bench.quick ? 1 : 0; broken !== undefined && broken > held && halves < BISECTIONS; halves += 1) {
    const middle = rounded((held + broken) / 2);
    if (await isHeldAfresh(bench, machine, middle)) held = middle;
    else broken = middle;
  }
  return Math.max(held, LEAST);
}

async function step({ say }: Bench, machine: Machine, session: Session, ratePerS: number): Promise<Measured> {
  const run = await measuredRun(session, { ratePerS, spanMs: STEP_MS, drainMs: 1_500 }, WARM_MS);
  say(`  ${isHeld(run) ? 'held    ' : 'not held'} ${sentence(machine.name, ratePerS, run)}`);
  return run;
}

async function isHeldAfresh(bench: Bench, machine: Machine, ratePerS: number): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const run = await withMachine(bench.root, machine, (session) => step(bench, machine, session, ratePerS));
    if (isHeld(run)) return true;
    if (!isDoubtful(run) || attempt >= attemptsOf(bench)) return false;
  }
}

async function hold(bench: Bench, machine: Machine, from: number): Promise<void> {
  const { root, figures, say, quick } = bench;
  let attempt = 1;
  for (let ratePerS = from; ratePerS >= LEAST; ) {
    const run = await withMachine(root, machine, (session: Session) =>
      measuredRun(session, { ratePerS, spanMs: quick ? HOLD_MS / 2 : HOLD_MS }, HOLD_WARM_MS),
    );
    say(`  ${isHeld(run) ? 'HELD    ' : 'not held'} ${sentence(machine.name, ratePerS, run)}`);
    if (isHeld(run)) return note(figures, machine.name, run);
    const again = isDoubtful(run) && attempt < attemptsOf(bench);
    attempt = again ? attempt + 1 : 1;
    if (!again) ratePerS = rounded(ratePerS * STEP_DOWN);
  }
  figures.add({ scenario: 'rate', who: machine.name, what: 'rate held' }, '/s', 0);
}

function note(figures: Bench['figures'], who: string, run: Measured): void {
  const add = (what: string, unit: string, value: number) => figures.add({ scenario: 'rate', who, what }, unit, value);
  add('rate held', '/s', perSecond(run.received, run));
  add('publish to PUBACK, p50', 'ms', run.pubackMs.p50);
  add('publish to PUBACK, p99', 'ms', run.pubackMs.p99);
  add('publish to cloud, p50', 'ms', run.cloudMs.p50);
  add('publish to cloud, p99', 'ms', run.cloudMs.p99);
  add('memory at full load', 'MB', run.used.memoryMB);
  add('disk written per event', 'B', run.used.diskBytes / run.events);
  add('CPU per 100,000 events', 's', (run.used.cpuS / run.events) * 1e5);
  add('CPU of the generator', '%', run.generatorCpu * 100);
  add('acknowledged and lost', 'events', run.missing);
  add('doubled', 'events', run.total.doubled);
}

const rounded = (value: number): number => Math.round(value / 100) * 100;
