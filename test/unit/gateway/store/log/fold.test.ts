import Database from 'better-sqlite3';
import { type Arbitrary, array, assert, constantFrom, integer, oneof, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../../../../../gateway/store/log/fold.ts';
import { MIGRATIONS } from '../../../../../gateway/store/schema.ts';
import { bind } from '../../../../../gateway/store/sqlite/bind.ts';
import { FOLD, LOGGED, STATEMENTS, type Statement } from '../../../../../gateway/store/statements.ts';
import type { Operation, Value } from '../../../../../gateway/store/store.ts';

const small = integer({ min: 1, max: 3 });
const word = constantFrom('a', 'b');
const bytes = constantFrom(Buffer.from('1'), Buffer.from('2'));

/** Arguments of each statement from few values, so that operations meet. Ids of additions are given in order afterwards. */
const ARGUMENTS: Partial<Record<Statement, Arbitrary<Value[]>>> = {
  'meta.put': tuple(word, bytes),
  'lastValue.put': tuple(small, word, small, small),
  'lastValue.drop': tuple(small, word),
  'intakeMark.put': tuple(word, word, small, bytes),
  'intakeMark.forgetPacket': tuple(word, word, small),
  'intakeMark.forget': tuple(word, word),
  'window.put': tuple(small, word, word, small, word),
  'window.forget': tuple(small, word, word, small),
  'usedSubject.add': tuple(small, small, small),
  'refusal.add': tuple(small, small, word, integer({ min: 1, max: 1_000 })),
  'history.add': tuple(small, word, small, small, word),
  'history.forget': tuple(small),
  'history.trim': tuple(integer({ min: 0, max: 6 })),
};

const general = oneof(
  ...Object.entries(ARGUMENTS).map(([name, args]) => args.map((values) => [name, ...values] as unknown as Operation)),
);
const span = tuple(integer({ min: 1, max: 30 }), integer({ min: 0, max: 15 }));
const journal = oneof(
  tuple(small, small).map(([name, value]): [string, ...Value[]] => ['journal.add', name, value]),
  tuple(constantFrom('journal.acknowledged', 'journal.sent'), span).map(
    ([name, [first, more]]): [string, ...Value[]] => [name, first, first + more],
  ),
);

/** The journal's operations, their ids growing as the hub gives them. */
function withIds(operations: readonly (readonly [string, ...Value[]])[]): Operation[] {
  let id = 0;
  return operations.map((operation) => {
    if (operation[0] !== 'journal.add') return operation as unknown as Operation;
    id += 1;
    const [, name = 1, value = 1] = operation;
    return ['journal.add', id, 1_000 + id, name, 1, 1, 1, 5, 0, value, 1_000, 0, id % 2] as Operation;
  });
}

/** Everything the tables hold after operations, on a database that held something before. */
function outcome(before: readonly Operation[], operations: readonly (readonly [Statement, ...Value[]])[]): unknown {
  const database = new Database(':memory:');
  for (const migration of MIGRATIONS) database.exec(migration);
  const insert = (list: readonly (readonly [Statement, ...Value[]])[]) => {
    for (const [name, ...args] of list) database.prepare(STATEMENTS[name]).run(...bind(STATEMENTS[name], args));
  };
  insert(before);
  insert(operations);
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  const all = tables.map((table) => [table, database.prepare(`SELECT * FROM ${table}`).all()]);
  database.close();
  return all;
}

test('after folded operations the tables are exactly those after all operations in order', () => {
  assert(
    property(array(general, { maxLength: 10 }), array(general, { maxLength: 60 }), (before, operations) => {
      const folded = fold<Statement>(operations, FOLD);
      expect(folded.length).toBeLessThanOrEqual(operations.length);
      expect(outcome(before, folded)).toEqual(outcome(before, operations));
    }),
    { numRuns: 150 },
  );
});

test('the same for what is added, sent and acknowledged, with rows that were there before', () => {
  assert(
    property(array(journal, { maxLength: 40 }), integer({ min: 0, max: 40 }), (list, cut) => {
      const all = withIds(list);
      const before = all.slice(0, cut);
      const operations = all.slice(cut);
      expect(outcome(before, fold<Statement>(operations, FOLD))).toEqual(outcome(before, operations));
    }),
    { numRuns: 150 },
  );
});

test('every logged statement is among those that are tried here, or is known to be kept', () => {
  const tried = new Set([...Object.keys(ARGUMENTS), 'journal.add', 'journal.acknowledged', 'journal.sent']);
  const untried = Object.keys(LOGGED).filter((name) => !tried.has(name));
  expect(untried.filter((name) => FOLD[name as keyof typeof FOLD] !== 'append')).toEqual([]);
});

test('what was added and acknowledged is written once, acknowledged', () => {
  const operations = withIds([
    ['journal.add', 1, 1],
    ['journal.add', 1, 1],
    ['journal.acknowledged', 1, 1],
  ]);
  expect(fold<Statement>(operations, FOLD).map(([name, id]) => [name, id])).toEqual([
    ['journal.addProvided', 1],
    ['journal.add', 2],
    ['journal.acknowledged', 1],
  ]);
});

test('values put again and again are written once, sums once, and a forgotten one not at all', () => {
  const operations: Operation[] = [
    ...Array.from({ length: 100 }, (_, index): Operation => ['lastValue.put', 1, 'a', index, index]),
    ...Array.from({ length: 100 }, (): Operation => ['refusal.add', 1, 1, 'a', 2]),
    ['intakeMark.put', 'a', 'b', 1, Buffer.from('1')],
    ['intakeMark.forget', 'a', 'b'],
  ];
  expect(fold<Statement>(operations, FOLD)).toEqual([
    ['lastValue.put', 1, 'a', 99, 99],
    ['refusal.add', 1, 1, 'a', 200],
    ['intakeMark.forget', 'a', 'b'],
  ]);
});
