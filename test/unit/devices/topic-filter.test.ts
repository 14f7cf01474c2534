import { expect, test } from 'vitest';
import { anyOf } from '../../../devices/topic-filter.ts';

test.each([
  ['a/#', ['a/b', 'a/b/c', 'a/'], ['a', 'ab/c', 'b/a', '', '$a/b']],
  ['a/b/#', ['a/b/c'], ['a/b', 'a/c/b', 'a']],
  [
    '+/status/#',
    ['plug/status/switch:0', 'a/status/x/y'],
    ['status/x', 'plug/status', 'a/b/status/x', '$SYS/status/x'],
  ],
  ['a/+/dog', ['a/garden/dog', 'a//dog'], ['a/dog', 'a/b/c/dog', 'a/b/cat', 'a/b/dog/snapshot']],
  ['a/available', ['a/available'], ['a/available/x', 'a', 'a/availabl']],
  ['#', ['a', 'a/b'], ['$SYS/x']],
  ['+', ['a'], ['a/b', '$SYS']],
])('%s', (filter, inside, outside) => {
  const matches = anyOf(['never/this', filter]);
  for (const topic of inside) expect([topic, matches(topic)]).toEqual([topic, true]);
  for (const topic of outside) expect([topic, matches(topic)]).toEqual([topic, false]);
});

test('no filter matches nothing', () => {
  expect(anyOf([])('a')).toBe(false);
});
