import { BY_DESIGN, IN_NEITHER } from './differences.ts';

/** How one test ended on one server. */
export interface Ending {
  readonly passed: boolean;
  /** Everything the test wrote. */
  readonly said: string;
  /** Topics that the server took in meanwhile. */
  readonly taken: readonly string[];
}

/** What the endings of one test on both servers mean. */
export interface Verdict {
  readonly kind: 'both' | 'ours only' | 'by design' | 'neither' | 'failure';
  readonly why: string;
}

const FRAME = /^ +File "[^"]*(?:client_test|own_statements)\.py", line \d+, in \w+\n +(.*)$/gm;

/** The line of a test at which it failed first, without spaces around it. */
export function failedAt(said: string): string {
  return FRAME[Symbol.matchAll](said).next().value?.[1]?.trim() ?? '';
}

/** Judges a test; `aedes` is undefined for one that is about our rules only. */
export function judge(name: string, aedes: Ending | undefined, engawa: Ending): Verdict {
  const design = BY_DESIGN[name];
  const neither = IN_NEITHER[name];
  const failure = (why: string): Verdict => ({ kind: 'failure', why });
  if (engawa.passed) {
    if (design || neither !== undefined) return failure('it passes now: take it out of differences.ts');
    return { kind: aedes?.passed ? 'both' : 'ours only', why: '' };
  }
  if (aedes === undefined) return failure('one of our own rules does not hold');
  if (!aedes.passed) {
    if (neither === undefined) return failure('it passes on neither, and differences.ts does not know');
    return { kind: 'neither', why: neither };
  }
  if (!design) return failure('plain aedes passes it, and differences.ts knows no reason');
  const at = failedAt(engawa.said);
  if (!at.includes(design.failsAt)) return failure(`it failed in another way than differences.ts says: ${at}`);
  const taken = engawa.taken.join(', ');
  if (taken !== design.takes.join(', ')) return failure(`other topics were taken in than it published: ${taken}`);
  return { kind: 'by design', why: `${design.statement} — ${design.rule}` };
}

/** Entries of the tables that name no test. */
export function staleEntries(names: readonly string[]): string[] {
  return [...Object.keys(BY_DESIGN), ...Object.keys(IN_NEITHER)].filter((name) => !names.includes(name));
}
