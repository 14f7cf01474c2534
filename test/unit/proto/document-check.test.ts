import { describe, expect, test } from 'vitest';
import { breaches, type Rule } from '../../../proto/document-check.ts';

const TEXT: Rule = { is: 'text', longest: 3 };
const SLUG: Rule = { is: 'text', longest: 8, pattern: /^[a-z]+$/ };
const NUMBER: Rule = { is: 'integer', least: 1, most: 9 };
const CHOICE: Rule = { is: 'one of', values: ['a', 1] };
const LIST: Rule = { is: 'list', of: NUMBER, least: 1, most: 2 };
const OBJECT: Rule = { is: 'object', fields: { name: SLUG, numbers: LIST, note: TEXT }, optional: ['note'] };

const isKept = (rule: Rule, value: unknown) => breaches(rule, value).length === 0;

// Guards each bound on both sides, and values of a kind that JavaScript would convert.
describe('a value that keeps or breaks its rule', () => {
  test.each<[string, Rule, unknown[], unknown[]]>([
    ['a text', TEXT, ['a', 'abc', '日本語'], ['', 'abcd', 1, null, undefined, ['a'], {}]],
    ['a text of characters of two code units', TEXT, ['🏠🏠🏠'], ['🏠🏠🏠🏠']],
    ['a text with a pattern', SLUG, ['abc'], ['aBc', 'a1', 'abcdefghi', 'abc d']],
    ['a whole number', NUMBER, [1, 9], [0, 10, 1.5, '1', Number.NaN, Number.POSITIVE_INFINITY, true, null]],
    ['one of some', CHOICE, ['a', 1], ['b', '1', 2, null, undefined, ['a']]],
    ['a list', LIST, [[1], [1, 2]], [[], [1, 2, 3], [0], { length: 1, 0: 1 }, 'a', null]],
    [
      'an object',
      OBJECT,
      [
        { name: 'a', numbers: [1] },
        { name: 'a', numbers: [1], note: 'x' },
      ],
      [null, [], 'a', {}],
    ],
  ])('%s', (_, rule, kept, broken) => {
    expect(kept.filter((value) => !isKept(rule, value))).toEqual([]);
    expect(broken.filter((value) => isKept(rule, value))).toEqual([]);
  });
});

test('every breach is named by its place and its rule', () => {
  const found = breaches(OBJECT, { numbers: [1, 10], note: '', more: 1 });
  expect(found).toEqual([
    { field: '', rule: 'must not have additional fields (more)' },
    { field: 'name', rule: 'must be there' },
    { field: 'numbers/1', rule: 'must be a whole number from 1 to 9' },
    { field: 'note', rule: 'must be a text of 1 to 3 characters' },
  ]);
});

test('a rule of each kind says what must be', () => {
  const rules = [SLUG, CHOICE, LIST, OBJECT].map((rule) => breaches(rule, undefined, 'x')[0]?.rule);
  expect(rules).toEqual([
    'must be a text of 1 to 8 characters that matches ^[a-z]+$',
    'must be one of a, 1',
    'must be a list of 1 to 2 entries',
    'must be an object',
  ]);
});

// Guards that names every object inherits are neither fields that were given nor rules.
test('what every object inherits is neither a field that is there nor one that may be', () => {
  const rule: Rule = { is: 'object', fields: { constructor: TEXT } };
  expect(breaches(rule, {})).toEqual([{ field: 'constructor', rule: 'must be there' }]);
  expect(isKept({ is: 'object', fields: {} }, JSON.parse('{"__proto__": {}}'))).toBe(false);
  expect(isKept({ is: 'object', fields: {} }, { toString: 1 })).toBe(false);
});

// Guards what a log may show: the value came from outside and may be anybody's.
test('no breach repeats the value, and a long name is cut', () => {
  const secret = 'a value that is nobody else’s business';
  const rules = breaches(OBJECT, { name: secret, numbers: secret, note: secret, [secret.repeat(9)]: 1 });
  expect(rules).toHaveLength(4);
  expect(JSON.stringify(rules.slice(1))).not.toContain(secret);
  expect(Math.max(...rules.map(({ rule }) => rule.length))).toBeLessThan(100);
});
