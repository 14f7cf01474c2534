import type { Value } from '../store.ts';
import type { FoldRule } from './fold-rule.ts';

type NamedOperation<Name extends string> = readonly [statement: Name, ...args: Value[]];

/** One operation's place in the outcome; empty once a later one made it needless. */
interface Slot<Name extends string> {
  operation: NamedOperation<Name> | undefined;
}

interface Addition<Name extends string> {
  readonly id: number;
  readonly slot: Slot<Name>;
}

/**
 * Fewer operations with the same outcome: executed in order on the same tables, they leave exactly what all of them would
 * leave. A statement without a rule is kept.
 */
export function fold<Name extends string>(
  operations: readonly NamedOperation<Name>[],
  rules: Readonly<Partial<Record<Name, FoldRule<Name>>>>,
): NamedOperation<Name>[] {
  const folding = new Folding(rules);
  for (const operation of operations) folding.add(operation);
  return folding.outcome();
}

class Folding<Name extends string> {
  readonly #rules: Readonly<Partial<Record<Name, FoldRule<Name>>>>;
  readonly #slots: Slot<Name>[] = [];
  /** By table, then by the arguments that a `clears` of the table names, then by the whole key. */
  readonly #tables = new Map<string, Map<string, Map<string, Slot<Name>>>>();
  readonly #additions = new Map<Name, Addition<Name>[]>();
  readonly #added: ReadonlySet<Name>;
  readonly #clearedBy: ReadonlyMap<string, number>;

  constructor(rules: Readonly<Partial<Record<Name, FoldRule<Name>>>>) {
    this.#rules = rules;
    const all = Object.values(rules) as FoldRule<Name>[];
    this.#added = new Set(all.flatMap((rule) => (typeof rule === 'object' && 'adds' in rule ? [rule.adds] : [])));
    this.#clearedBy = new Map(
      all.flatMap((rule) => (typeof rule === 'object' && 'clears' in rule ? [[rule.table, rule.clears] as const] : [])),
    );
  }

  add(operation: NamedOperation<Name>): void {
    const rule: FoldRule<Name> | undefined = this.#rules[operation[0]];
    if (rule === undefined || rule === 'append') this.#append(operation);
    else if ('adds' in rule) this.#complete(operation, rule);
    else if ('clears' in rule) this.#clear(operation, rule.table, rule.clears);
    else if ('sums' in rule) this.#sum(operation, rule);
    else this.#replace(operation, rule.table, rule.key);
  }

  outcome(): NamedOperation<Name>[] {
    return this.#slots.flatMap(({ operation }) => (operation ? [operation] : []));
  }

  #append(operation: NamedOperation<Name>): Slot<Name> {
    const slot: Slot<Name> = { operation };
    this.#slots.push(slot);
    const id = operation[1];
    if (this.#added.has(operation[0]) && typeof id === 'number') {
      const additions = this.#additions.get(operation[0]);
      if (additions) additions.push({ id, slot });
      else this.#additions.set(operation[0], [{ id, slot }]);
    }
    return slot;
  }

  #replace(operation: NamedOperation<Name>, table: string, key: number): void {
    const group = this.#groupOf(table, operation);
    const whole = keyOf(operation, key);
    const earlier = group.get(whole);
    if (earlier) earlier.operation = undefined;
    group.set(whole, this.#append(operation));
  }

  #sum(operation: NamedOperation<Name>, rule: { table: string; key: number; sums: number }): void {
    const group = this.#groupOf(rule.table, operation);
    const whole = keyOf(operation, rule.key);
    const earlier = group.get(whole);
    if (!earlier?.operation) {
      group.set(whole, this.#append(operation));
      return;
    }
    const [name, ...args] = earlier.operation;
    args[rule.sums] = Number(args[rule.sums]) + Number(operation[rule.sums + 1]);
    earlier.operation = [name, ...args];
  }

  #clear(operation: NamedOperation<Name>, table: string, clears: number): void {
    const groups = this.#tables.get(table);
    const prefix = keyOf(operation, clears);
    for (const slot of groups?.get(prefix)?.values() ?? []) slot.operation = undefined;
    groups?.delete(prefix);
    this.#append(operation);
  }

  #complete(operation: NamedOperation<Name>, { adds, as }: { adds: Name; as: Name }): void {
    const first = Number(operation[1]);
    const last = Number(operation[2]);
    const open = this.#additions.get(adds) ?? [];
    const stillOpen = open.filter(({ id, slot }) => {
      if (id < first || id > last || !slot.operation) return true;
      const [, ...args] = slot.operation;
      slot.operation = [as, ...args];
      return false;
    });
    if (stillOpen.length < open.length) this.#additions.set(adds, stillOpen);
    this.#append(operation);
  }

  #groupOf(table: string, operation: NamedOperation<Name>): Map<string, Slot<Name>> {
    const groups = this.#tables.get(table) ?? new Map<string, Map<string, Slot<Name>>>();
    this.#tables.set(table, groups);
    const prefix = keyOf(operation, this.#clearedBy.get(table) ?? 0);
    const group = groups.get(prefix) ?? new Map<string, Slot<Name>>();
    groups.set(prefix, group);
    return group;
  }
}

/** The first arguments of an operation as one text, different for different arguments. */
function keyOf(operation: readonly Value[], count: number): string {
  if (count === 0) return '';
  return JSON.stringify(operation.slice(1, count + 1));
}
