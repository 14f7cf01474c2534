import { expect, test } from 'vitest';
import { attestedWith, Inquiries, recipientStage } from '../../../../gateway/household/attested.ts';
import type { Attestation } from '../../../../proto/wire.ts';

const [ONE, OTHER] = ['1a'.repeat(16), '2b'.repeat(16)];
const MINUTE_MS = 60_000;
const receipt = (pseudonym: string) => ({
  ...{ pseudonym, categories: ['power.appliance' as const], erasedAtS: 1, signature: '' },
});
const asked = (attestations: Record<string, Attestation> = {}, receipts = [ONE, OTHER]) => ({
  state: receipts.length === 2 ? ('erased' as const) : ('sent' as const),
  requestedAtMs: 0,
  erasures: [{ pseudonym: ONE }, { pseudonym: OTHER }],
  receipts: receipts.map(receipt),
  attestations,
});

test('the worst of the names counts, and nothing is called attested before all are', () => {
  expect(recipientStage(asked())).toBe('unasked');
  expect(recipientStage(asked({ [ONE]: 'attested' }))).toBe('unasked');
  expect(recipientStage(asked({ [ONE]: 'attested', [OTHER]: 'waiting' }))).toBe('waiting');
  expect(recipientStage(asked({ [ONE]: 'overdue', [OTHER]: 'attested' }))).toBe('overdue');
  expect(recipientStage(asked({ [ONE]: 'none', [OTHER]: 'attested' }))).toBe('attested');
  expect(recipientStage(asked({ [ONE]: 'none', [OTHER]: 'none' }))).toBe('nothingHeld');
  expect(recipientStage(asked({ [ONE]: 'attested', [OTHER]: 'none' }, [ONE]))).toBe('unasked');
});

test('an answer about another withdrawal, or one that is known, changes nothing', () => {
  expect(attestedWith(asked(), [{ pseudonym: '3c'.repeat(16), attestation: 'attested' }])).toBeUndefined();
  expect(attestedWith(asked({ [ONE]: 'waiting' }), [{ pseudonym: ONE, attestation: 'waiting' }])).toBeUndefined();
  expect(attestedWith(asked({ [ONE]: 'waiting' }), [{ pseudonym: ONE, attestation: 'overdue' }])).toEqual({
    [ONE]: 'overdue',
  });
});

test('asks only what has its receipt and is open, a few at a time, and again after minutes; after a day hourly', () => {
  const inquiries = new Inquiries();
  expect(inquiries.due([asked({}, [ONE])], 0, 4)).toEqual([ONE]);
  expect(inquiries.due([asked()], MINUTE_MS, 4)).toEqual([OTHER]);
  expect(inquiries.due([asked()], 2 * MINUTE_MS, 4)).toEqual([]);
  expect(inquiries.due([asked()], 7 * MINUTE_MS, 1)).toEqual([ONE]);
  expect(inquiries.due([asked({ [OTHER]: 'attested' })], 9 * MINUTE_MS, 4)).toEqual([]);
  const late = 25 * 60 * MINUTE_MS;
  expect(inquiries.due([asked({ [ONE]: 'none' })], late, 4)).toEqual([OTHER]);
  expect(inquiries.due([asked({ [ONE]: 'none' })], late + 50 * MINUTE_MS, 4)).toEqual([]);
  expect(inquiries.due([asked({ [ONE]: 'none' })], late + 61 * MINUTE_MS, 4)).toEqual([OTHER]);
});
