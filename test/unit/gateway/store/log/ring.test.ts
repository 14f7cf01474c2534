import { array, assert, integer, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { type Mark, Ring } from '../../../../../gateway/store/log/ring.ts';

test('a record that does not fit before the end begins at page 0', () => {
  const ring = new Ring(8, { page: 6, sequence: 5 });
  expect(ring.place(2)).toBe(6);
  expect(ring.place(3)).toBe(0);
  ring.take(3);
  expect(ring.next).toEqual({ page: 3, sequence: 6 });
  // The two pages that were left out count: the record after them is older than what could be written there.
  expect(ring.used).toBe(5);
});

test('a full ring has no room, and has it again after a release', () => {
  const ring = new Ring(4, { page: 0, sequence: 1 });
  for (let page = 0; page < 4; page += 1) ring.take(1);
  expect([ring.used, ring.place(1)]).toEqual([4, undefined]);
  ring.release({ page: 2, sequence: 3 });
  expect([ring.used, ring.place(2), ring.place(3)]).toEqual([2, 0, undefined]);
  ring.release(ring.next);
  expect(ring.used).toBe(0);
});

test('no page of an unsettled record is ever given away, whatever is written and settled', () => {
  const step = tuple(integer({ min: 1, max: 5 }), integer({ min: 0, max: 3 }));
  assert(
    property(integer({ min: 10, max: 24 }), array(step, { maxLength: 80 }), (pages, steps) => {
      const ring = new Ring(pages, { page: pages - 1, sequence: 1 });
      const owners = new Map<number, number>();
      const marks: Mark[] = [];
      for (const [size, settled] of steps) {
        const page = ring.place(size);
        if (page !== undefined) {
          const { sequence } = ring.next;
          for (let index = page; index < page + size; index += 1) {
            expect(owners.has(index)).toBe(false);
            expect(index).toBeLessThan(pages);
            owners.set(index, sequence);
          }
          ring.take(size);
          marks.push(ring.next);
        }
        const mark = marks.splice(0, settled).at(-1);
        if (!mark) continue;
        ring.release(mark);
        for (const [index, sequence] of owners) if (sequence < mark.sequence) owners.delete(index);
        expect([...owners.keys()].every((index) => ring.isUsed(index))).toBe(true);
      }
      ring.release(ring.next);
      expect(ring.used).toBe(0);
    }),
  );
});
