import type { Lane } from '../../proto/lists.ts';
import type { WireRecord } from '../../proto/wire.ts';
import type { Minimized } from '../minimize/minimized.ts';

/** What a release says: the record as it goes on the wire, and under which agreement, epoch and subject it was named. */
export interface ReleaseFields extends Readonly<WireRecord> {
  readonly agreement: number;
  readonly epoch: number;
  readonly subject: number;
  readonly lane: Lane;
}

/**
 * Permitted, minimized and nameless: the one thing that may be put into the outbox. Its fields are private and its
 * constructor refuses everybody but `Release.of`, so that a cast or a look-alike throws where it is used.
 */
export class Release {
  readonly #fields: ReleaseFields;
  static readonly #door = Symbol('Release.of');

  static {
    // What a release says must not depend on a method somebody replaced.
    Object.freeze(Release.prototype);
  }

  private constructor(door: symbol, fields: ReleaseFields) {
    if (door !== Release.#door) throw new TypeError('A Release is made by Release.of and nowhere else.');
    this.#fields = fields;
    Object.freeze(this);
  }

  /** Names a minimized record. `writeKey` is 32 hex digits made for this agreement, epoch and subject. */
  static of(minimized: Minimized, name: { writeKey: string; epoch: number }): Release {
    const { agreement, lane, offerKey } = minimized.grant;
    const fields: ReleaseFields = {
      writeKey: name.writeKey,
      offer: offerKey,
      category: minimized.category,
      property: minimized.property,
      quantity: minimized.quantity,
      timeS: minimized.timeS,
      windowS: minimized.windowS,
      value: minimized.value,
      observedPermille: minimized.observedPermille,
      estimatedTime: minimized.estimatedTime,
      agreement,
      epoch: name.epoch,
      subject: minimized.subject,
      lane,
    };
    return new Release(Release.#door, Object.freeze(fields));
  }

  /** Whether something really is a Release. */
  static isGenuine(candidate: unknown): candidate is Release {
    return typeof candidate === 'object' && candidate !== null && #fields in candidate;
  }

  /** The frozen contents. */
  fields(): ReleaseFields {
    return this.#fields;
  }
}
