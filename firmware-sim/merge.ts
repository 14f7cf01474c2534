interface Head<Item> {
  item: Item;
  atMs: number;
  readonly order: number;
  readonly rest: Iterator<Item>;
}

/** Whether one head comes before another: earlier, or of two at the same instant that of the source given first. */
function isBefore(left: Head<unknown>, right: Head<unknown>): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}

/** Several sequences, each in the order of time, as one; each is read one item ahead. */
export function* mergeByTime<Item>(
  sources: readonly Iterable<Item>[],
  timeOf: (item: Item) => number,
): Generator<Item> {
  const [only] = sources;
  if (only !== undefined && sources.length === 1) {
    yield* only;
    return;
  }
  const heap: Head<Item>[] = [];
  for (const [order, source] of sources.entries()) {
    const rest = source[Symbol.iterator]();
    const first = rest.next();
    if (first.done !== true) {
      heap.push({ item: first.value, atMs: timeOf(first.value), order, rest });
    }
  }
  heap.sort((left, right) => (isBefore(left, right) ? -1 : 1));
  for (let head = heap[0]; head !== undefined; head = heap[0]) {
    yield head.item;
    const next = head.rest.next();
    if (next.done === true) {
      const last = heap.pop();
      if (last === undefined || last === head) {
        continue;
      }
      heap[0] = last;
    } else {
      head.item = next.value;
      head.atMs = timeOf(next.value);
    }
    sink(heap);
  }
}

/** Lets the first element sink to where it belongs. */
function sink(heap: Head<unknown>[]): void {
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    const here = heap[at];
    const least = left !== undefined && right !== undefined && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1;
    const child = heap[least];
    if (here === undefined || child === undefined || isBefore(here, child)) {
      return;
    }
    heap[at] = child;
    heap[least] = here;
    at = least;
  }
}
