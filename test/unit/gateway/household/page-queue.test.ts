import { afterEach, expect, test } from 'vitest';
import { QUEUE_SENTENCES, type ViewParts, viewOf } from '../../../../gateway/household/view.ts';
import { InnerHome } from '../../../kit/inner-home.ts';

let home: InnerHome | undefined;
afterEach(async () => {
  await home?.remove();
  home = undefined;
});

test('the page says it when power is thinned and when nothing is taken in, above a lost line', async () => {
  home = await InnerHome.open();
  const { core } = home;
  const said = (queue: { waiting: number; isFull: boolean }) =>
    viewOf({
      mode: 'home',
      clock: core.parts.clock,
      leftToday: () => 0,
      state: () => core.state,
      offers: () => undefined,
      consent: () => undefined,
      people: core.people,
      counts: () => core.live.counts,
      uplink: () => ({ enrolled: true, connected: false, waiting: queue.waiting, lastAcknowledgedMs: null }),
      queue: () => ({ thinnedAbove: 10, limit: 12, thinned: 0, ...queue }),
      card: () => ({ ja: '量', en: 'amount' }),
      ranMs: () => 0,
    } satisfies ViewParts).hub;
  expect(said({ waiting: 9, isFull: false }).health).toBe('waiting');
  expect(said({ waiting: 10, isFull: false })).toEqual({ health: 'attention', sentence: QUEUE_SENTENCES.thinning });
  expect(said({ waiting: 12, isFull: true })).toEqual({ health: 'attention', sentence: QUEUE_SENTENCES.full });
});
