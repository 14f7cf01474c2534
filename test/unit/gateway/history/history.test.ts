import { expect, test } from 'vitest';
import type { Origin } from '../../../../devices/change.ts';
import { observe } from '../../../../devices/observation.ts';
import type { Kind } from '../../../../devices/vocabulary.ts';
import { History } from '../../../../gateway/history/history.ts';
import { LIMITS } from '../../../../gateway/limits.ts';

const seen = (kind: Kind, origin: Origin = 'change', device = 1) =>
  observe(
    { thing: 't', kind, value: kind === 'battery.voltage' ? 3000 : 1, quality: 'good' },
    { device, atMs: 5, estimatedTime: false, origin },
  );
const kept = (history: History) =>
  history.drain(0).flatMap(([statement, device, kind]) => (statement === 'history.add' ? [`${device} ${kind}`] : []));

test('the history remembers states and power, and no repetitions nor upkeep', () => {
  const history = new History();
  for (const kind of ['contact.state', 'power.active', 'battery.voltage', 'link.quality', 'voltage'] as const)
    history.remember(seen(kind));
  history.remember(seen('contact.state', 'repeat'));
  expect(kept(history)).toEqual(['1 contact.state', '1 power.active']);
  expect(history.drain(LIMITS.historyMs + 9)).toEqual([
    ['history.forget', 9],
    ['history.trim', LIMITS.historyRows],
  ]);
});

test('what could not be written comes first the next time; a removed device is forgotten', () => {
  const history = new History();
  history.remember(seen('contact.state'));
  const lost = history.drain(0);
  history.remember(seen('power.active', 'sample', 2));
  history.putBack(lost);
  history.remember(seen('contact.state', 'change', 3));
  history.forget(3);
  expect(kept(history)).toEqual(['1 contact.state', '2 power.active']);
});

test('beyond its limit observations are dropped and counted', () => {
  const history = new History();
  for (let count = 0; count < LIMITS.historyUnwritten + 2; count += 1) history.remember(seen('contact.state'));
  expect(history.dropped).toBe(2);
  const lost = history.drain(0);
  history.remember(seen('contact.state'));
  history.putBack(lost);
  expect(history.dropped).toBe(3);
});
