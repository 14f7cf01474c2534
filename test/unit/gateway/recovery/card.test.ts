import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { operatorIdOf, operatorOf, rangeOf } from '../../../../bin/card-range.ts';
import { readCard } from '../../../../gateway/recovery/card-text.ts';
import { countOf, everyName, LEFT } from '../../../../gateway/recovery/every-name.ts';
import { Progress } from '../../../../gateway/recovery/progress.ts';
import { readWithdrawals, writeWithdrawals } from '../../../../gateway/recovery/withdrawal-file.ts';
import { cardFromSecret, epochAt, eraseKey, operatorId } from '../../../../proto/keys.ts';

const SECRET = Buffer.alloc(32, 7);
const CARD = cardFromSecret(SECRET);
const groups = (): string[] => CARD.split('-');

/** What is said of a card. */
function said(text: string): string {
  const read = readCard(text);
  return read.ok ? 'good' : read.problem.error.en;
}

describe('a copied card', () => {
  test.each([CARD, CARD.toLowerCase(), CARD.replaceAll('-', ' '), CARD.replaceAll('-', ''), `\n ${CARD}\n`])(
    'is read however it is written down (%#)',
    (text) => {
      const read = readCard(text);
      expect(read.ok && read.value.equals(SECRET)).toBe(true);
    },
  );

  test('with one wrong character in any place names that group', () => {
    const text = CARD.replaceAll('-', '');
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === '3' ? '4' : '3';
      expect(said(text.slice(0, at) + other + text.slice(at + 1)), `character ${at}`).toMatch(
        new RegExp(`^Group ${Math.floor(at / 4) + 1} .*one wrong character`),
      );
    }
  });

  test('with two neighbours exchanged names their group', () => {
    const secret = Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 37 + 11) & 0xff));
    const text = cardFromSecret(secret).replaceAll('-', '');
    for (let at = 0; at < text.length - 1; at += 4) {
      const [one = '', other = ''] = text.slice(at, at + 2);
      if (one === other) continue;
      expect(said(text.slice(0, at) + other + one + text.slice(at + 2))).toMatch(`Group ${at / 4 + 1} `);
    }
  });

  test('with a group too short, a strange character, or a group left out says which', () => {
    const short = groups();
    short[3] = short[3]?.slice(1) ?? '';
    expect(said(short.join('-'))).toMatch(/^Group 4 .*does not have four/);
    const strange = groups();
    strange[8] = `U${strange[8]?.slice(1)}`;
    expect(said(strange.join(' '))).toMatch(/^Group 9 .*no card has/);
    expect(said(groups().slice(1).join('-'))).toMatch(/14 groups, 56 characters; 52/);
  });

  test('with many mistakes names no group', () => {
    const wrong = groups().reverse().join('-');
    expect(said(wrong)).toMatch(/more than one character/);
  });
});

describe('every name a home may have used', () => {
  const operator = randomBytes(32);
  const counting = {
    secret: SECRET,
    operator,
    highestOrdinal: 3,
    epochDays: [28, 7],
    sinceMs: Date.UTC(2026, 0, 1),
    untilMs: Date.UTC(2026, 3, 1),
    highestDevice: 2,
  };

  test('is counted once, in batches, and includes what a hub derives', () => {
    const batches = [...everyName(counting, 50)];
    const names = batches.flat();
    expect(names).toHaveLength(countOf(counting));
    expect(new Set(names).size).toBe(names.length);
    expect(batches.slice(0, -1).every((batch) => batch.length === 50)).toBe(true);
    for (const [ordinal, days, subject] of [
      [1, 28, 0],
      [2, 7, 2],
      [3, 28, 1],
    ] as const) {
      const epoch = epochAt(Date.UTC(2026, 1, 10), days);
      expect(names).toContain(eraseKey(SECRET, operator, ordinal, epoch, subject).toString('hex'));
    }
  });

  test('leaves out what never leaves a home', () => {
    expect(LEFT).not.toContain('lock.keyHolder');
    expect(LEFT).toContain('power.total');
  });
});

describe('files of a card', () => {
  let place: string;
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'engawa-card-'));
  });
  afterEach(() => rmSync(place, { recursive: true, force: true }));

  test('progress goes on where it stopped, asks again for a torn line, and is of one work only', () => {
    const file = join(place, 'receipts');
    const first = Progress.open(file, ['a', 1]);
    first?.add(1, [{ pseudonym: 'aa', categories: ['power.total'], erasedAtS: 1, signature: 'bb' }], 9);
    first?.add(2, [], 10);
    appendFileSync(file, '{"batch":3,"rec');
    const again = Progress.open(file, ['a', 1]);
    expect([1, 2, 3].map((batch) => again?.has(batch))).toEqual([true, true, false]);
    expect(again?.sums()).toEqual({ erased: 1, unknown: 19 });
    expect(Progress.open(file, ['a', 2])).toBeUndefined();
    expect(Progress.open(join(place, 'no', 'folder'), ['a'])).toBeUndefined();
  });

  test('withdrawals can be carried away and read again', async () => {
    const file = join(place, 'withdrawals');
    const head = { engawa: 'withdrawals/1', operator: 'ab', categories: LEFT, names: 3 } as const;
    writeWithdrawals(file, head, [['1', '2'], ['3']]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const read = await readWithdrawals(file);
    expect(read?.head).toEqual(head);
    const batches: string[][] = [];
    for await (const batch of read?.batches ?? []) batches.push(batch);
    expect(batches).toEqual([['1', '2'], ['3']]);
    expect(() => writeWithdrawals(file, head, [])).toThrow();
    expect(readFileSync(file, 'utf8')).not.toContain(CARD);
    expect(await readWithdrawals(join(place, 'nothing'))).toBeUndefined();
  });
});

describe('the command line of a card', () => {
  test('takes an operator as key, fingerprint, or the beginning of one', () => {
    const key = randomBytes(32);
    const fingerprint = operatorId(key).toString('hex');
    expect(operatorOf(key.toString('base64url'))?.equals(key)).toBe(true);
    expect(operatorOf(fingerprint.slice(0, 20))).toHaveLength(10);
    expect(operatorIdOf(key.toString('base64url'))?.toString('hex')).toBe(fingerprint);
    expect(operatorIdOf(fingerprint)?.toString('hex')).toBe(fingerprint);
    for (const wrong of ['', 'abc', fingerprint.slice(0, 20), 'https://x']) expect(operatorIdOf(wrong)).toBeUndefined();
  });

  test('takes numbers, lists and dates, and nothing else for them', () => {
    const usual = { devices: '64', 'epoch-days': '28' };
    expect(rangeOf({ ...usual, 'epoch-days': '7, 28', since: '2026-05-01', ordinals: '9' })).toEqual({
      ordinals: 9,
      devices: 64,
      epochDays: [7, 28],
      sinceMs: Date.UTC(2026, 4, 1),
    });
    const wrong = [{ ordinals: '-1' }, { devices: 'x' }, { since: 'yesterday' }, { 'epoch-days': '7,0' }];
    for (const one of wrong) expect(rangeOf({ ...usual, ...one })).toBeUndefined();
  });
});
