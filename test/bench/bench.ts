import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../kit/free-port.ts';
import { type BenchArguments, HELP, readArguments } from './arguments.ts';
import { engawa } from './machines/engawa.ts';
import { prepareHome } from './machines/hub.ts';
import { DEVICES, withMachine } from './machines/machine.ts';
import { machineSet } from './machines/machine-set.ts';
import { installNodeRed } from './machines/node-red.ts';
import { Figures } from './measure/figures.ts';
import { raisePriority } from './measure/priority.ts';
import { barTable, circumstances, writePage } from './report/page.ts';
import { tables } from './report/tables.ts';
import type { Bench } from './scenarios/scenario.ts';
import { SCENARIOS } from './scenarios/scenarios.ts';

const say = (line: string): void => console.log(line);

/** Measures what was asked for, prints it, and leaves nothing behind but what was asked for. */
async function main(given: BenchArguments): Promise<void> {
  const { only, runs, quick, peers, jsonFile, write } = given;
  const program = peers ? installNodeRed(say) : undefined;
  if (!raisePriority()) say('Without priority over other programs: their work shows in the figures.');
  const root = mkdtempSync(join(tmpdir(), 'engawa-bench-'));
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  const place = { folder: join(root, 'home'), port: await freePort(), portalPort: await freePort(), uplinkPort: 9 };
  const prepared = await prepareHome(place, DEVICES);
  const names = await withMachine(root, engawa('learning names', prepared), ({ load }) => load.names());
  const home = { ...prepared, names };
  const machines = machineSet(home, program, quick).filter((_machine, at) => peers || at === 0);
  const figures = new Figures();
  const bench: Bench = { root, home, machines, figures, runs, quick, say };
  for (const scenario of SCENARIOS.filter(({ name }) => only === undefined || only.includes(name))) {
    const fromMs = performance.now();
    say(`${scenario.name}: ${scenario.measures}`);
    await scenario.run(bench);
    say(`  (${((performance.now() - fromMs) / 1_000).toFixed(0)} s)`);
  }
  say(['', circumstances(runs, quick), tables(figures), '', barTable(figures)].join('\n'));
  if (jsonFile !== undefined) writeFileSync(jsonFile, JSON.stringify(figures.all(), undefined, 2));
  if (write) writePage(figures, runs, quick);
}

const given = readArguments(process.argv.slice(2), SCENARIOS);
if (typeof given === 'string') {
  console.error(given);
  process.exit(2);
}
if (given.help) say(HELP(SCENARIOS));
else await main(given);
process.exit(0);
