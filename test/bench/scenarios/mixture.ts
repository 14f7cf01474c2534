import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ENGAWA } from '../machines/machine-set.ts';
import { runChild } from '../measure/child.ts';
import type { Scenario } from './scenario.ts';

const MODULE = new URL('./mixture-child.ts', import.meta.url);
const HOURS = 24;
const QUICK_HOURS = 6;
const MB = 1024 * 1024;

/** What is granted in the home whose day is measured: the offers that come with Engawa. */
const OFFERS = ['watch-service', 'energy-advice', 'family-care'];

/** A card to compare with: its size, how often each cell can be written, and what its controller writes for each byte. */
export const CARD = { gigabytes: 32, cycles: 500, amplification: 10 } as const;

/** Years until a card of this kind is worn out by so many bytes a day, if nothing else wrote to it. */
export function cardYears(bytesPerDay: number): number {
  const bytes = (CARD.gigabytes * 1e9 * CARD.cycles) / CARD.amplification;
  return bytes / bytesPerDay / 365;
}

/** What a usual home makes the card write in a day. */
export const mixture: Scenario = {
  name: 'mixture',
  measures: "a home's mixture: bytes written in a day, and how long a card lasts under stated assumptions",
  run: async ({ root, figures, say, quick }) => {
    const folder = mkdtempSync(join(root, 'mixture-'));
    const hours = quick ? QUICK_HOURS : HOURS;
    const words = [folder, String(hours), OFFERS.join(',')];
    const day = await runChild<{ bytes: number; messages: number; released: number }>(MODULE, words);
    const { bytes, messages, released } = day;
    rmSync(folder, { recursive: true, force: true });
    const perDay = (bytes * 24) / hours;
    say(
      `  ${messages} messages in ${hours} hours, ${released} records released, ${(bytes / MB).toFixed(1)} MB written`,
    );
    const add = (what: string, unit: string, value: number) =>
      figures.add({ scenario: 'mixture', who: ENGAWA, what }, unit, value);
    add('messages in a day', 'messages', (messages * 24) / hours);
    add('released in a day', 'records', (released * 24) / hours);
    add('written in a day', 'MB', perDay / MB);
    add(cardWords(), 'years', cardYears(perDay));
  },
};

const cardWords = (): string =>
  `life of a ${CARD.gigabytes} GB card (${CARD.cycles} writes per cell, ${CARD.amplification} bytes written inside for one)`;
