import { type Item, isAnsweredBy } from './hub-item.ts';
import type { Received } from './received.ts';
import type { Range, Receipt, UpBody } from './wire.ts';

/** One cell that is sealed and not answered. */
export interface Flight {
  readonly body: UpBody;
  readonly items: readonly Item[];
  readonly hasBacklog: boolean;
  sentAtMs: number | undefined;
}

/** Whether an item is a record that waited through an outage. */
export function isBacklog(item: Item): boolean {
  return 'record' in item && item.backlog === true;
}

/** The cells under way, by number, and which item is in which. */
export class Flights {
  readonly #flights = new Map<number, Flight>();
  readonly #carriedBy = new Map<number, number>();

  /** Cells under way. */
  get size(): number {
    return this.#flights.size;
  }

  /** Cells under way that carry backlog. */
  get withBacklog(): number {
    let cells = 0;
    for (const { hasBacklog } of this.#flights.values()) if (hasBacklog) cells++;
    return cells;
  }

  get(cell: number): Flight | undefined {
    return this.#flights.get(cell);
  }

  /** Cells under way with their numbers, oldest first. */
  entries(): [number, Flight][] {
    return [...this.#flights];
  }

  /** The cell that carries this item, if any. */
  carrierOf(id: number): number | undefined {
    return this.#carriedBy.get(id);
  }

  /** A new cell is under way with these items. */
  launch(cell: number, body: UpBody, items: readonly Item[]): void {
    this.#flights.set(cell, { body, items, hasBacklog: items.some(isBacklog), sentAtMs: undefined });
    for (const item of items) this.#carriedBy.set(item.id, cell);
  }

  /** Takes a cell out; its items are free. Returns them. */
  end(cell: number): readonly Item[] {
    const items = this.#flights.get(cell)?.items ?? [];
    for (const { id } of items) this.#carriedBy.delete(id);
    this.#flights.delete(cell);
    return items;
  }

  /** Every cell under way is due again. */
  unsend(): void {
    for (const flight of this.#flights.values()) flight.sentAtMs = undefined;
  }

  /** Void ranges that no cell under way declares. */
  undeclared(voids: readonly Range[]): readonly Range[] {
    if (voids.length === 0) return voids;
    const declared = [...this.#flights.values()].flatMap(({ body }) => body.ranges.filter((range) => range.void));
    const isIn = (range: Range, other: Range) =>
      other.run === range.run && other.first <= range.first && other.first + other.count >= range.first + range.count;
    return voids.filter((range) => !declared.some((other) => isIn(range, other)));
  }

  /** The withdrawals under way that this receipt answers. */
  answeredBy(receipt: Receipt): number[] {
    const items = [...this.#flights.values()].flatMap((flight) => flight.items);
    return items.flatMap((item) => ('withdrawal' in item && isAnsweredBy(item.withdrawal, receipt) ? [item.id] : []));
  }

  /** The cells of which something, or all that an empty one declares, was received by another way. */
  overtakenBy(received: Received): [number, Flight][] {
    return [...this.#flights].filter(([, { body, items }]) => {
      const isTouched = body.ranges.some((range) => !range.void && received.overlaps(range));
      return isTouched || (items.length === 0 && body.ranges.every((range) => received.covers(range)));
    });
  }
}
