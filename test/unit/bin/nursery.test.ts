import { setFlagsFromString } from 'node:v8';
import { afterEach, expect, test, vi } from 'vitest';
import { nurseryKeeper } from '../../../bin/nursery.ts';

vi.mock('node:v8', () => ({ setFlagsFromString: vi.fn() }));
const told = vi.mocked(setFlagsFromString);
const GROWS = '--semi-space-growth-factor=2';
const STAYS = '--semi-space-growth-factor=1';

afterEach(() => told.mockClear());

// Guards that V8 is told only of a change: the keeper is called once a second for as long as the hub runs.
test('a hub is small until it is busy, and V8 is told once of each change', () => {
  const keep = nurseryKeeper();
  for (const messagesPerS of [0, 1, 499]) keep(messagesPerS);
  expect(told.mock.calls).toEqual([]);
  for (const messagesPerS of [500, 5_000, 500]) keep(messagesPerS);
  expect(told.mock.calls).toEqual([[GROWS]]);
  for (const messagesPerS of [499, 0, 0]) keep(messagesPerS);
  expect(told.mock.calls).toEqual([[GROWS], [STAYS]]);
  keep(2_000);
  expect(told.mock.calls).toEqual([[GROWS], [STAYS], [GROWS]]);
});
