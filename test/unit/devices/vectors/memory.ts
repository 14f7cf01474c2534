import type { Claim, Decode, DialectResult, Known } from '../../../../devices/dialects/dialect.ts';

/** A source with what was announced so far, as the device table would keep it. */
export class Memory {
  readonly #claims = new Map<string, Claim>();
  readonly #decode: Decode;
  readonly #base: string;

  constructor(decode: Decode, base: string) {
    this.#decode = decode;
    this.#base = base;
  }

  readonly known: Known = {
    claim: (thing) => this.#claims.get(thing),
    hardware: (hardware) => this.#all().find(({ claim }) => claim.hardware === hardware),
    at: (topic) =>
      this.#all().filter(({ claim }) => claim.traits.routes?.some((each) => each.topic === topic || each.by === topic)),
  };

  /** Reads a message and keeps what it announces; hardware that has another name now loses the old one. */
  hear(topic: string, payload: string | Buffer, retained = false): DialectResult {
    const result = this.#decode({ topic, payload: Buffer.from(payload), retained, base: this.#base }, this.known);
    if ('refused' in result) return result;
    for (const { thing, ...claim } of result.things ?? []) {
      const held = claim.hardware === undefined ? undefined : this.known.hardware(claim.hardware);
      if (held !== undefined) this.#claims.delete(held.thing);
      this.#claims.set(thing, claim);
    }
    return result;
  }

  #all(): { thing: string; claim: Claim }[] {
    return [...this.#claims].map(([thing, claim]) => ({ thing, claim }));
  }
}

/** Readings as `thing kind value`, sorted. */
export function written(result: DialectResult): string[] {
  if ('refused' in result) return [`refused ${result.refused}`];
  return result.readings.map(({ thing, kind, value }) => `${thing} ${kind} ${value}`).sort();
}
