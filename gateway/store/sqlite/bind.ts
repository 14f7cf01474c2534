import type { Value } from '../store.ts';

const NUMBERED = /\?\d/;

/** Arguments as the driver wants them: in order for `?`, as one object by number for `?1`, `?2`, …. */
export function bind(sql: string, args: readonly Value[]): readonly unknown[] {
  if (!NUMBERED.test(sql)) return args;
  return [Object.fromEntries(args.map((value, index) => [index + 1, value]))];
}
