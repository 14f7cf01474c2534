/** Something that waits for its instant. */
interface Waiting<Item> {
  readonly dueMs: number;
  readonly arrival: number;
  readonly item: Item;
}

/** What waits for its instant, the earliest first; of two at the same instant the one that came first (a binary heap). */
export class Held<Item> {
  readonly #heap: Waiting<Item>[] = [];
  #arrivals = 0;

  get size(): number {
    return this.#heap.length;
  }

  add(dueMs: number, item: Item): void {
    this.#heap.push({ dueMs, arrival: this.#arrivals, item });
    this.#arrivals += 1;
    this.#rise(this.#heap.length - 1);
  }

  /** Takes the earliest out if it is due by that instant. */
  takeBy(uptoMs: number): { readonly dueMs: number; readonly item: Item } | undefined {
    const [first] = this.#heap;
    if (first === undefined || first.dueMs > uptoMs) {
      return undefined;
    }
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0 && this.#swapIfEarlier(index, (index - 1) >> 1)) {
      index = (index - 1) >> 1;
    }
  }

  #sink(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#isEarlier(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfEarlier(child, index)) {
        return;
      }
      index = child;
    }
  }

  #isEarlier(left: number, right: number): boolean {
    const one = this.#heap[left];
    const other = this.#heap[right];
    if (one === undefined || other === undefined) {
      return false;
    }
    return one.dueMs === other.dueMs ? one.arrival < other.arrival : one.dueMs < other.dueMs;
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    const lower = this.#heap[child];
    const upper = this.#heap[parent];
    if (lower === undefined || upper === undefined || !this.#isEarlier(child, parent)) {
      return false;
    }
    this.#heap[parent] = lower;
    this.#heap[child] = upper;
    return true;
  }
}
