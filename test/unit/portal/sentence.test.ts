import { describe, expect, test } from 'vitest';
import type { HubState } from '../../../portal/src/api/hub-state.ts';
import { awaitingErasure, flows, grantedItems } from '../../../portal/src/live/sentence.ts';
import { levelText, reasonText } from '../../../portal/src/texts/texts.ts';
import { fakeOffers } from '../../e2e/portal/fake-home.ts';

function state(granted: readonly string[]): HubState {
  return { offers: fakeOffers(granted) } as unknown as HubState;
}

describe('the sentence at the top', () => {
  test('nothing granted: no flow', () => {
    expect(flows('ja', state([]))).toEqual([]);
  });

  test('one grant: what, how fine and for whom, in both languages', () => {
    expect(flows('ja', state(['energy-advice']))).toEqual([
      {
        offer: 'energy-advice',
        items: [{ what: '家電の電気の使用量', how: '15分ごとの平均' }],
        recipient: 'みなとエナジー',
      },
    ]);
    expect(flows('en', state(['energy-advice']))[0]?.items).toEqual([
      { what: 'power use of appliances', how: '15-minute averages' },
    ]);
  });

  test('a category granted at L0 stays home and is not said to leave', () => {
    const [offer] = fakeOffers(['energy-advice']);
    if (!offer?.granted) throw new Error('the fake offer is granted');
    const home = {
      ...offer,
      granted: { ...offer.granted, categories: [{ category: 'power.appliance', level: 'L0' }] },
    };
    expect(grantedItems('en', home as typeof offer)).toEqual([]);
  });

  test('the level said is the granted one, not the offer’s finest', () => {
    const [offer] = fakeOffers(['energy-advice']);
    if (!offer?.granted) throw new Error('the fake offer is granted');
    const coarser = {
      ...offer,
      granted: { ...offer.granted, categories: [{ category: 'power.appliance', level: 'L2' }] },
    };
    expect(grantedItems('en', coarser as typeof offer)[0]?.how).toBe('daily total');
  });

  test('an erasure without its receipt is awaited', () => {
    const offers = fakeOffers([]).map((offer) => ({ ...offer, withdrawal: { state: 'sent' as const, atMs: 0 } }));
    expect(awaitingErasure({ offers } as unknown as HubState)).toBe(true);
    expect(awaitingErasure(state([]))).toBe(false);
  });
});

describe('words for what is not known', () => {
  test('an unknown reason falls back to the hub’s own sentence', () => {
    expect(reasonText('en', 'somethingNew', { ja: '新しい', en: 'new' })).toBe('new');
  });

  test('windows of other lengths say their minutes', () => {
    expect(levelText('ja', 'power.total', 'L4', 30)).toBe('30分ごとの平均');
    expect(levelText('en', 'presence.person', 'L4', 60)).toBe('state every 60 minutes');
  });
});
