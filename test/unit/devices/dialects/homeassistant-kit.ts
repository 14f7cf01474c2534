import type { Known, KnownThing } from '../../../../devices/dialects/dialect.ts';
import { decodeHomeassistant } from '../../../../devices/dialects/homeassistant.ts';

/** A source's things as the hub remembers them: a claim replaces the one of its name or its hardware. */
export class Home {
  #things: KnownThing[] = [];
  readonly known: Known = {
    claim: (thing) => this.#things.find((each) => each.thing === thing)?.claim,
    hardware: (hardware) => this.#things.find(({ claim }) => claim.hardware === hardware),
    at: (topic) =>
      this.#things.filter(({ claim }) =>
        claim.traits.routes?.some((route) => route.topic === topic || route.by === topic),
      ),
  };

  /** Takes in one message. */
  say(topic: string, payload: unknown, base = 'home') {
    const bytes = Buffer.isBuffer(payload)
      ? payload
      : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
    const result = decodeHomeassistant({ topic, payload: bytes, retained: true, base }, this.known);
    for (const { thing, ...claim } of 'refused' in result ? [] : (result.things ?? [])) {
      this.#things = this.#things.filter(
        (each) => each.thing !== thing && (claim.hardware === undefined || each.claim.hardware !== claim.hardware),
      );
      this.#things.push({ thing, claim });
    }
    return result;
  }

  /** What a message says, as `thing kind value`, then what was dropped as `-reason count`. */
  hear(topic: string, payload: unknown): string[] {
    const result = this.say(topic, payload);
    if ('refused' in result) return [result.refused];
    return [
      ...result.readings.map(({ thing, kind, value }) => `${thing} ${kind} ${value}`),
      ...Object.entries(result.dropped).map(([reason, count]) => `-${reason} ${count}`),
    ];
  }

  /** Every thing with its kinds. */
  get names(): string[] {
    return this.#things.map(({ thing, claim }) => `${thing}: ${claim.kinds.join(' ')}`);
  }
}

/** The topic of an announcement. */
export const config = (component: string, object = 'x') => `homeassistant/${component}/${object}/config`;
