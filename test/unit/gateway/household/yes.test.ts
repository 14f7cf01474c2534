import { describe, expect, test } from 'vitest';
import { grantOf } from '../../../../gateway/consent/consent-record.ts';
import { OWNER_SPEAKS } from '../../../../gateway/household/person.ts';
import { choose, writeRecord } from '../../../../gateway/household/yes.ts';
import type { Category, Level } from '../../../../proto/lists.ts';
import { anOffer } from '../../../kit/test-operator.ts';

const offer = anOffer({
  validityMonths: 1,
  categories: [
    { category: 'power.appliance', level: 'L4', windowMinutes: 30, retentionDays: 30, legalClass: 'personal' },
    { category: 'home.mesh', level: 'L5', retentionDays: 30, legalClass: 'personal' },
  ],
});
const hash = Buffer.alloc(32, 3);
const whose = { speaker: OWNER_SPEAKS, principalId: 'cd'.repeat(16) };
const record = (level: Level, nowMs = Date.UTC(2027, 0, 20)) =>
  writeRecord({ offer, hash, category: 'power.appliance', level, agreement: 5, nowMs, ...whose });

describe('the record of a yes', () => {
  test.each([
    [Date.UTC(2027, 0, 20, 9), 1, Date.UTC(2027, 1, 20, 9)],
    [Date.UTC(2027, 0, 31, 9), 1, Date.UTC(2027, 1, 28, 9)],
    [Date.UTC(2028, 0, 31, 9), 1, Date.UTC(2028, 1, 29, 9)],
    [Date.UTC(2028, 1, 29, 9), 12, Date.UTC(2029, 1, 28, 9)],
    [Date.UTC(2027, 7, 31, 9), 6, Date.UTC(2028, 1, 29, 9)],
    [Date.UTC(2027, 11, 15), 12, Date.UTC(2028, 11, 15)],
  ])('given at %d for %d months ends at %d and never later', (nowMs, validityMonths, expiresMs) => {
    const given = writeRecord({
      offer: { ...offer, validityMonths },
      hash,
      category: 'power.appliance',
      level: 'L4',
      agreement: 1,
      nowMs,
      ...whose,
    });
    expect(given.event.expiresMs).toBe(expiresMs);
  });

  test('says what the grant enforces', () => {
    expect(grantOf(record('L4'))).toMatchObject({
      agreement: 5,
      level: 'L4',
      windowMinutes: 30,
      offerKey: '03'.repeat(16),
      category: 'power.appliance',
      fromMs: Date.UTC(2027, 0, 20),
    });
    expect(grantOf(record('L2'))?.windowMinutes).toBeUndefined();
  });

  test('of a category the offer does not ask for is a bug', () => {
    expect(() =>
      writeRecord({ offer, hash, category: 'lock.state', level: 'L2', agreement: 1, nowMs: 0, ...whose }),
    ).toThrow(RangeError);
  });
});

describe('choosing', () => {
  test.each<[string, { categories?: Category[]; level?: Level }, string]>([
    ['everything, of which one cannot leave at all', {}, 'Levels that exist: none.'],
    ['what can leave', { categories: ['power.appliance'] }, 'L4'],
    ['coarser', { categories: ['power.appliance'], level: 'L3' }, 'L3'],
    ['finer', { categories: ['power.appliance'], level: 'L5' }, 'Choose L4 or a coarser level.'],
    ['something else', { categories: ['presence.person'] }, 'It asks for: power.appliance, home.mesh.'],
  ])('%s', (_, choice, expected) => {
    const chosen = choose(offer, choice);
    expect(chosen.ok ? chosen.value.get('power.appliance') : chosen.problem.remedy.en).toBe(expected);
  });
});
