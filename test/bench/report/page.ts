import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Figures } from '../measure/figures.ts';
import { barsOf } from './bars.ts';
import { tables } from './tables.ts';

const PAGE = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));
const BEGIN = '<!-- bench: begin -->';
const END = '<!-- bench: end -->';
const GB = 1024 ** 3;

/** Each bar as a row: what, what is asked, what was measured, whether it was reached. */
export function barTable(figures: Figures): string {
  const word = (reached: boolean | undefined) =>
    reached === undefined ? 'not measured' : reached ? 'reached' : '**not reached**';
  const rows = barsOf(figures).map((one) => `| ${one.what} | ${one.bar} | ${one.measured} | ${word(one.reached)} |`);
  return ['| what | bar | measured | |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Where and how it was measured, in one sentence. */
export function circumstances(runs: number, quick: boolean): string {
  const [core] = cpus();
  const machine = `${cpus().length} × ${core?.model ?? 'unknown'}, ${Math.round(totalmem() / GB)} GB, ${process.platform} ${process.arch}`;
  const how = `${runs} ${runs === 1 ? 'run' : 'runs'} each, in turn${quick ? ', the quick bench' : ''}`;
  return `${new Date().toISOString().slice(0, 10)}, ${machine}, Node ${process.versions.node}; ${how}.`;
}

/** Puts the figures between the markers of docs/performance.md; throws when the markers are missing. */
export function writePage(figures: Figures, runs: number, quick: boolean): void {
  const page = readFileSync(PAGE, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error('docs/performance.md has lost the markers between which figures go.');
  const made = [circumstances(runs, quick), barTable(figures), tables(figures)].join('\n\n');
  writeFileSync(PAGE, `${page.slice(0, begin + BEGIN.length)}\n${made}\n${page.slice(end)}`);
}
