import { beforeEach, expect, test } from 'vitest';
import { LIMITS } from '../../../../gateway/limits.ts';
import { PromptPace } from '../../../../gateway/uplink/prompt-pace.ts';

let pace: PromptPace;
let planned: { readonly waitMs: number; readonly run: () => void }[];
let flushes: number;

beforeEach(() => {
  planned = [];
  flushes = 0;
  pace = new PromptPace({
    after: (waitMs, run) => planned.push({ waitMs, run }),
    flush: () => {
      flushes += 1;
    },
  });
});

const quiet = { awaited: 0, newest: 1, hasBacklog: false };
function pass(waitMs: number): void {
  const due = planned.filter((one) => one.waitMs === waitMs);
  planned = planned.filter((one) => one.waitMs !== waitMs);
  for (const { run } of due) run();
}

test('what comes alone goes at once; what follows it closely waits a moment and is looked at then', () => {
  expect(pace.isDue(quiet)).toBe(true);
  pace.sent();
  expect(pace.isDue(quiet)).toBe(false);
  pass(0);
  expect(pace.isDue(quiet)).toBe(false);
  pass(LIMITS.promptRestMs);
  expect(flushes).toBe(2);
  expect(pace.isDue(quiet)).toBe(true);
});

test('a full cell, or one of what waited through an outage, does not wait', () => {
  pace.taken([1, 10]);
  pace.sent();
  expect(pace.isDue({ ...quiet, newest: 10 + LIMITS.promptItems - 1 })).toBe(false);
  expect(pace.isDue({ ...quiet, newest: 10 + LIMITS.promptItems })).toBe(true);
  expect(pace.isDue({ ...quiet, hasBacklog: true })).toBe(true);
});

test('with as many under way as may be, only full cells go', () => {
  pace.taken([5]);
  const awaited = LIMITS.promptCells;
  expect(pace.isDue({ ...quiet, newest: 6, awaited })).toBe(false);
  expect(pace.isDue({ ...quiet, newest: 5 + LIMITS.promptItems, awaited })).toBe(true);
});

test('cells that follow each other plan one turn and one rest at a time', () => {
  pace.sent();
  pace.sent();
  expect(planned.map(({ waitMs }) => waitMs)).toEqual([0, LIMITS.promptRestMs]);
});
