/** Connections read in one turn: a socket gives at most 64 KiB. */
const AT_ONCE = 64;

/**
 * How many messages may be under way at once over all connections. Above the limit no socket is read: TCP then slows the
 * publishers down, and what is under way gets the whole machine, so that throughput does not fall when too much is offered.
 */
export class Admission {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  #letting: NodeJS.Immediate | undefined;

  /** `most` messages under way close the door; it opens again at half of them. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether more may be read. */
  get isOpen(): boolean {
    return this.#underWay < this.#most && this.#waiting.length === 0;
  }

  /** A message is under way. */
  enter(): void {
    this.#underWay += 1;
  }

  /** A message has its answer. */
  leave(): void {
    this.#underWay -= 1;
    if (this.#waiting.length > 0 && this.#underWay * 2 <= this.#most) this.#letSome();
  }

  /** Calls back once more may be read, in the order of the calls. */
  whenOpen(read: () => void): void {
    this.#waiting.push(read);
    if (this.#underWay * 2 <= this.#most) this.#letSome();
  }

  /** Some connections a turn: what they bring is counted before the next are read. */
  #letSome(): void {
    this.#letting ??= setImmediate(() => {
      this.#letting = undefined;
      if (this.#underWay * 2 > this.#most) return;
      for (const read of this.#waiting.splice(0, AT_ONCE)) read();
      if (this.#waiting.length > 0) this.#letSome();
    });
  }
}
