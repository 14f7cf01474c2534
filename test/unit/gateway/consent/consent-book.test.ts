import { createHash, createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type BookPage, ConsentBook, type Seal } from '../../../../gateway/consent/consent-book.ts';
import type { ConsentRecord, ConsentState } from '../../../../gateway/consent/consent-record.ts';
import { OWNER_SPEAKS } from '../../../../gateway/household/person.ts';
import { writeRecord } from '../../../../gateway/household/yes.ts';
import type { Category } from '../../../../proto/lists.ts';
import { NOON_MS } from '../../../kit/inner-home.ts';
import { anOffer } from '../../../kit/test-operator.ts';

function sealOf(hub: string): Seal {
  const signed = (bytes: Uint8Array) => createHmac('sha256', hub).update(bytes).digest();
  return {
    sha256: (...parts) => {
      const hash = createHash('sha256');
      for (const part of parts) hash.update(part);
      return hash.digest();
    },
    sign: signed,
    verify: (bytes, signature) => signed(bytes).equals(signature),
    random: (count) => randomBytes(count),
  };
}
const OURS = sealOf('ours');
const WHOSE = { speaker: OWNER_SPEAKS, principalId: 'cd'.repeat(16) };

function record(agreement: number, category: Category = 'power.appliance', state: ConsentState = 'ConsentGiven') {
  const offer = anOffer({
    categories: [
      { category: 'power.appliance', level: 'L5', retentionDays: 30, legalClass: 'personal' },
      { category: 'contact.doorWindow', level: 'L5', retentionDays: 30, legalClass: 'personal' },
    ],
  });
  const hash = Buffer.alloc(32, 3);
  const given = writeRecord({ offer, hash, category, level: 'L5', agreement, nowMs: NOON_MS, ...WHOSE });
  return ConsentBook.ended(given, state, NOON_MS);
}

function written(records: readonly ConsentRecord[], seal = OURS): BookPage[] {
  return new ConsentBook(seal, []).write(records);
}
const grants = (book: ConsentBook) => book.index.all().map(({ agreement, category }) => `${agreement} ${category}`);

describe('the consent book', () => {
  test('permits what its latest records give, and changes nothing before a page is appended', () => {
    const book = new ConsentBook(OURS, []);
    const pages = book.write([record(1), record(2, 'contact.doorWindow')]);
    expect(grants(book)).toEqual([]);
    book.append(pages);
    expect(grants(book)).toEqual(['1 power.appliance', '2 contact.doorWindow']);
    book.append(book.write([record(1, 'power.appliance', 'ConsentWithdrawn')]));
    expect(grants(book)).toEqual(['2 contact.doorWindow']);
    expect(book.standing(1, 'power.appliance').map(({ event }) => event.state)).toEqual(['ConsentWithdrawn']);
    expect(book.standing(3, 'power.appliance')).toEqual([]);
    expect(book.all()).toHaveLength(2);
  });

  test.each([
    ['ConsentGiven', true],
    ['RenewedConsentGiven', true],
    ['ConsentRequested', false],
    ['ConsentRequestDeferred', false],
    ['ConsentRefused', false],
    ['ConsentWithdrawn', false],
    ['ConsentRevoked', false],
    ['ConsentExpired', false],
    ['ConsentInvalidated', false],
  ] as const)('in state %s permits: %s', (state, permits) => {
    expect(grants(new ConsentBook(OURS, written([record(1, 'power.appliance', state)]))).length).toBe(permits ? 1 : 0);
  });

  test('reads its own pages again after a restart', () => {
    const pages = written([record(1), record(2)]);
    const book = new ConsentBook(OURS, pages);
    expect(book.fault).toBeUndefined();
    const more = book.write([record(2, 'power.appliance', 'ConsentWithdrawn')]);
    expect(grants(new ConsentBook(OURS, [...pages, ...more]))).toEqual(['1 power.appliance']);
  });

  test('still verifies when the content of a page was erased, its salt with it', () => {
    const [first, second] = written([record(1), record(2)]) as [BookPage, BookPage];
    for (const salt of [first.salt, null]) {
      const erased = { ...first, content: null, salt };
      const book = new ConsentBook(OURS, [erased, second]);
      expect(book.fault).toBeUndefined();
      expect(grants(book)).toEqual(['2 power.appliance']);
    }
  });

  test('stops an agreement in memory at once, before anything is written', () => {
    const book = new ConsentBook(OURS, written([record(1), record(1, 'contact.doorWindow'), record(2)]));
    book.stop(1, ['power.appliance']);
    expect(grants(book)).toEqual(['1 contact.doorWindow', '2 power.appliance']);
  });

  describe('is unreadable, permits nothing, and says why, when', () => {
    const [first, second] = written([record(1), record(2)]) as [BookPage, BookPage];
    const foreign = written([record(1)], sealOf('another hub'))[0] as BookPage;
    const flipped = (bytes: Uint8Array) => bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte));
    const unknownSchema = written([{ ...record(1), schemaVersion: 'engawa-consent/9' as never }]);
    test.each<[string, readonly BookPage[], RegExp]>([
      ['content was changed', [{ ...first, content: `${first.content} ` }, second], /changed after it was written/],
      ['the salt is gone but the content is not', [{ ...first, salt: null }, second], /changed/],
      ['a page is missing', [second], /does not follow/],
      ['pages changed places', [second, first], /does not follow/],
      ['a commitment was changed', [{ ...first, commitment: flipped(first.commitment) }, second], /does not follow/],
      ['a chain is cut short', [{ ...first, chain: first.chain.slice(0, 16) }, second], /does not follow/],
      ['a signature was changed', [{ ...first, signature: flipped(first.signature) }, second], /not signed/],
      ['a page is of another hub', [foreign, second], /not signed/],
      ['the version is not known', unknownSchema, /version this hub does not know/],
    ])('%s', (_, pages, why) => {
      const book = new ConsentBook(OURS, pages);
      expect(book.fault).toMatch(why);
      expect(book.index.readable).toBe(false);
      expect(book.index.all()).toEqual([]);
      expect(book.index.of(2, 'power.appliance')).toBeUndefined();
      // What is appended later does not make it readable again.
      book.append(book.write([record(3)]));
      expect(book.index.readable).toBe(false);
      expect(book.index.all()).toEqual([]);
    });
  });
});
