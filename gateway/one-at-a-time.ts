/** Does one piece of work after another, and tells whether one is under way. */
export class OneAtATime {
  #underWay: Promise<void> | undefined;

  /** Resolves when nothing asked for so far is under way any more, whatever came of it; undefined when nothing is. */
  get underWay(): Promise<void> | undefined {
    return this.#underWay;
  }

  /** Does the work after what was asked for before; settles as the work does. */
  do<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = (this.#underWay ?? Promise.resolve()).then(work);
    const forget = () => {
      if (this.#underWay === mine) this.#underWay = undefined;
    };
    const mine: Promise<void> = done.then(forget, forget);
    this.#underWay = mine;
    return done;
  }
}
