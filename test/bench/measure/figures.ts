/** Which figure: the scenario, who was measured, and what. */
export interface Name {
  readonly scenario: string;
  readonly who: string;
  readonly what: string;
}

/** One figure over all runs, in its unit. */
export interface Figure extends Name {
  readonly unit: string;
  readonly values: readonly number[];
}

/** The middle of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Everything that was measured, in the order it was first named. */
export class Figures {
  readonly #figures = new Map<string, { readonly name: Name; readonly unit: string; readonly values: number[] }>();

  /** Adds one run's value. */
  add(name: Name, unit: string, value: number): void {
    const key = keyOf(name);
    const figure = this.#figures.get(key) ?? { name, unit, values: [] };
    figure.values.push(value);
    this.#figures.set(key, figure);
  }

  /** The values of one figure, run by run; empty when it was not measured. */
  values(name: Name): readonly number[] {
    return this.#figures.get(keyOf(name))?.values ?? [];
  }

  /** The median of one figure; undefined when it was not measured. */
  median(name: Name): number | undefined {
    const values = this.values(name);
    return values.length === 0 ? undefined : median(values);
  }

  all(): Figure[] {
    return [...this.#figures.values()].map(({ name, unit, values }) => ({ ...name, unit, values }));
  }
}

const keyOf = ({ scenario, who, what }: Name): string => `${scenario}\n${who}\n${what}`;
