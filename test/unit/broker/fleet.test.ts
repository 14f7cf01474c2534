import { expect, test } from 'vitest';
import { Fleet } from '../../../broker/ingest/fleet.ts';
import { LIMITS } from '../../../broker/limits.ts';
import type { BrokerStore } from '../../../broker/store/store.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('the spread follows the enrolled hubs, counted once a minute and not at every answer', async () => {
  let hubs = 1_000_000;
  let counted = 0;
  let nowMs = 0;
  const size = async () => {
    counted += 1;
    return { hubs, entries: 0 };
  };
  const fleet = new Fleet({ size } as unknown as BrokerStore, () => nowMs);
  await fleet.count();
  expect(fleet.spreadMs()).toBe(250_000);
  hubs = 4_000;
  nowMs = LIMITS.countHubsEveryMs - 1;
  fleet.spreadMs();
  await turn();
  expect([fleet.spreadMs(), counted]).toEqual([250_000, 2]);
  nowMs += 1;
  hubs = 8_000;
  fleet.spreadMs();
  await turn();
  expect([fleet.spreadMs(), counted]).toEqual([2_000, 3]);
});

test('a store that cannot count leaves the last number', async () => {
  const size = () => Promise.reject(new Error('busy'));
  const fleet = new Fleet({ size } as unknown as BrokerStore, () => 0);
  expect(fleet.spreadMs()).toBe(0);
  await turn();
  expect(fleet.spreadMs()).toBe(0);
});
