/** A seeded generator (sfc32): the same seed gives the same numbers on every machine. */
export class Random {
  #a = 0x9e37_79b9;
  #b = 0x243f_6a88;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#c = seed | 0;
    this.#a ^= Math.floor(seed / 0x1_0000_0000);
    for (let round = 0; round < 12; round++) this.next();
  }

  /** The next 32 random bits, unsigned. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** An integer from 0 to `end` - 1. */
  below(end: number): number {
    return this.next() % end;
  }

  /** True with this probability in percent. */
  percent(chance: number): boolean {
    return this.next() % 100 < chance;
  }

  /** Random bytes as lower-case hexadecimal digits; `words` times 4 bytes. */
  hex(words: number): string {
    let text = '';
    for (let word = 0; word < words; word++) text += this.next().toString(16).padStart(8, '0');
    return text;
  }

  /** Takes one element out of an array that is not empty; the order of the rest changes. */
  take<Element>(list: Element[]): Element {
    const at = this.below(list.length);
    const taken = list[at] as Element;
    list[at] = list.at(-1) as Element;
    list.pop();
    return taken;
  }

  /** One element of an array that is not empty. */
  one<Element>(list: readonly Element[]): Element {
    return list[this.below(list.length)] as Element;
  }
}
