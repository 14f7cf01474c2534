/** Something that happens now and then; tests wait for it instead of sleeping. */
export class Signal {
  #waiting: (() => void)[] = [];

  tell(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves once the condition holds; it is looked at now and whenever something happened. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
