import { decision } from './decision.ts';
import { memory } from './memory.ts';
import { mixture } from './mixture.ts';
import { overload } from './overload.ts';
import { rate } from './rate.ts';
import { recipient } from './recipient.ts';
import type { Scenario } from './scenario.ts';
import { simulator } from './simulator.ts';
import { start } from './start.ts';
import { steady } from './steady.ts';
import { week } from './week.ts';
import { withdrawal } from './withdrawal.ts';

/** Every scenario, in the order they run. */
export const SCENARIOS: readonly Scenario[] = [
  start,
  decision,
  steady,
  memory,
  rate,
  overload,
  recipient,
  withdrawal,
  week,
  mixture,
  simulator,
];
