/** A place between two records: the page and the sequence of the next one. */
export interface Mark {
  readonly page: number;
  readonly sequence: number;
}

/**
 * Which pages of the log hold records that are not in the tables yet. Pure arithmetic: a record lies in one piece, so one
 * that does not fit before the end begins at page 0.
 */
export class Ring {
  readonly #pages: number;
  /** Where the oldest unsettled record begins, and where the next one goes. */
  #first: Mark;
  #next: Mark;
  #used = 0;

  /** A ring of so many pages that holds nothing, the next record going to `next`. */
  constructor(pages: number, next: Mark) {
    this.#pages = pages;
    this.#first = next;
    this.#next = next;
  }

  /** Where the next record goes, unless it must begin at page 0. */
  get next(): Mark {
    return this.#next;
  }

  /** The oldest record that is not settled. */
  get first(): Mark {
    return this.#first;
  }

  /** Pages that may not be written now. */
  get used(): number {
    return this.#used;
  }

  /** Pages in all. */
  get pages(): number {
    return this.#pages;
  }

  /** The page where a record of so many pages goes now, or undefined while there is no room. */
  place(pages: number): number | undefined {
    const page = this.#pageFor(pages);
    return this.#used + this.#skipped(page) + pages <= this.#pages ? page : undefined;
  }

  /** Takes the place of a record of so many pages, as `place` gave it. */
  take(pages: number): void {
    const page = this.#pageFor(pages);
    this.#used += this.#skipped(page) + pages;
    this.#next = { page: (page + pages) % this.#pages, sequence: this.#next.sequence + 1 };
  }

  /** Whether a page may not be written now. */
  isUsed(page: number): boolean {
    return (page - this.#first.page + this.#pages) % this.#pages < this.#used;
  }

  /** Frees everything before a mark that `next` once gave. */
  release(mark: Mark): void {
    if (mark.sequence <= this.#first.sequence) return;
    this.#first = mark;
    const span = (this.#next.page - mark.page + this.#pages) % this.#pages;
    const isFull = span === 0 && mark.sequence !== this.#next.sequence;
    this.#used = isFull ? this.#pages : span;
  }

  #pageFor(pages: number): number {
    return this.#next.page + pages <= this.#pages ? this.#next.page : 0;
  }

  #skipped(page: number): number {
    return page === this.#next.page ? 0 : this.#pages - this.#next.page;
  }
}
