import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { REFUSALS } from '../../../gateway/consent/refusal.ts';
import { en } from '../../../portal/src/texts/en.ts';
import { ja } from '../../../portal/src/texts/ja.ts';
import { CATEGORIES, LEVELS, PURPOSES, RECIPIENT_CLASSES } from '../../../proto/lists.ts';

const WORDS = readFileSync(new URL('../../../docs/words.md', import.meta.url), 'utf8');

/** Each row of the page's tables: English, Japanese, code. */
const rows = WORDS.split('\n')
  .filter((line) => line.startsWith('|') && !line.startsWith('| ---') && !line.startsWith('| English'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, english = '', japanese = '', code = '']) => ({ english, japanese, code: code.replaceAll('`', '') }));

/** The hub's refusals, and what the devices' side drops at the door. */
const REASONS: readonly string[] = [
  ...REFUSALS,
  'unknownDevice',
  'unknownProperty',
  'secret',
  'outOfRange',
  'malformed',
  'foreignTopic',
];

const LISTS: readonly (readonly [group: string, names: readonly string[]])[] = [
  ['category', Object.keys(CATEGORIES)],
  ['purpose', Object.keys(PURPOSES)],
  ['class', RECIPIENT_CLASSES],
  ['level', LEVELS],
  ['reason', REASONS],
];

const TEXTS: Readonly<Record<'ja' | 'en', Readonly<Record<string, string>>>> = { ja, en };

/** Words no page for people may use, each with the reason. */
const BANNED: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/匿名|anonym/i, 'nothing here is anonymous'],
  [/仮名加工/, 'our pseudonyms are not 仮名加工情報'],
  [/(?<!データ)ブローカー/, 'broker always means the data broker'],
  [/(?<!data )broker/i, 'broker always means the data broker'],
  [/完全に|絶対に|guarantee|completely|100\s?%/i, 'no promise beyond what is shown'],
  [/個人情報ではありません|not personal data/i, 'what leaves is personal data under consent'],
];

describe('texts of the page', () => {
  test('both languages have the same keys and no empty text', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(ja).sort());
    for (const [key, text] of [...Object.entries(ja), ...Object.entries(en)]) expect(text.trim(), key).not.toBe('');
  });

  test('both languages name the same values', () => {
    const values = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
    for (const key of Object.keys(ja)) expect(values(TEXTS.en[key] ?? ''), key).toEqual(values(TEXTS.ja[key] ?? ''));
  });

  test('no banned word', () => {
    for (const texts of Object.values(TEXTS)) {
      for (const [key, text] of Object.entries(texts)) {
        for (const [pattern, reason] of BANNED) expect(pattern.test(text), `${key}: ${reason}`).toBe(false);
      }
    }
  });

  test('Japanese texts use Japanese punctuation', () => {
    for (const [key, text] of Object.entries(ja)) expect(/[\u3040-\u9fff][(),.:;!?]/.test(text), key).toBe(false);
  });
});

describe('docs/words.md', () => {
  test.each(LISTS)('every %s of the closed list has a row, and the page says exactly that', (group, names) => {
    for (const name of names) {
      const row = rows.find((each) => each.code === `${group}.${name}`);
      expect(row, `${group}.${name} in docs/words.md`).toBeDefined();
      expect(TEXTS.ja[`${group}.${name}`], name).toBe(row?.japanese);
      expect(TEXTS.en[`${group}.${name}`], name).toBe(row?.english);
    }
  });

  test('the page has no category, purpose, class, level or reason that the lists do not have', () => {
    const known = new Set(LISTS.flatMap(([group, names]) => [...names, 'other'].map((name) => `${group}.${name}`)));
    const used = Object.keys(ja).filter((key) => /^(category|purpose|class|reason|level)\./.test(key));
    expect(used.filter((key) => !known.has(key) && !/^level\.(power|health)\./.test(key))).toEqual([]);
  });

  test('every term of the product that the table marks as said on the page is said there', () => {
    const all = Object.values(ja).join('\n');
    for (const term of [
      'データ提供のお願い',
      '同意',
      '同意の撤回',
      '提供先',
      '提供データ',
      '利用目的',
      '保存期間',
      '消去',
    ]) {
      expect(
        rows.some((row) => row.japanese === term),
        `${term} in docs/words.md`,
      ).toBe(true);
      expect(all, term).toContain(term);
    }
  });
});
