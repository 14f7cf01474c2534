import { accept } from '../../proto/broker-link.ts';
import type { Violation } from './checks.ts';
import type { Faults } from './link.ts';

/** Machines broken on purpose, each with what the checkers must then see within some hundred seeds. */
export interface Canary {
  readonly name: string;
  readonly faults: Faults;
  readonly sees: Violation;
}

const NOTHING_RECEIVED = new Map();
const NOTHING_WITHDRAWN = new Map();

/** Every canary. */
export const CANARIES: readonly Canary[] = [
  {
    name: 'a broker without the overlap rule stores a re-cut cell as if all of it were new',
    sees: 'doubled',
    faults: {
      broker: {
        accept: (body, held, names) => {
          const right = accept(body, held, names);
          if (right.refusal?.reason !== 'partialOverlap') return right;
          const blind = accept(body, { ...held, received: NOTHING_RECEIVED }, names);
          return { ...blind, received: right.received };
        },
      },
    },
  },
  {
    name: 'a broker that does not remember intervals stores every repetition',
    sees: 'doubled',
    faults: { broker: { accept: (body, held, names) => accept(body, { ...held, received: NOTHING_RECEIVED }, names) } },
  },
  {
    name: 'a broker that takes a partial overlap for a duplicate acknowledges what it never stored',
    sees: 'lost',
    faults: {
      broker: {
        accept: (body, held, names) => {
          const right = accept(body, held, names);
          if (right.refusal?.reason !== 'partialOverlap') return right;
          const { received } = accept(body, { ...held, received: NOTHING_RECEIVED }, names);
          return { ...right, received };
        },
      },
    },
  },
  {
    name: 'a broker that forgets withdrawn pseudonyms stores what was in flight',
    sees: 'resurrected',
    faults: {
      broker: { accept: (body, held, names) => accept(body, { ...held, withdrawn: NOTHING_WITHDRAWN }, names) },
    },
  },
  {
    name: 'a broker whose workers commit on stale state stores one record twice',
    sees: 'doubled',
    faults: { broker: { isUnserialized: true } },
  },
  {
    name: 'a broker whose workers commit on stale state stores after the receipt',
    sees: 'resurrected',
    faults: { broker: { isUnserialized: true } },
  },
  {
    name: 'a broker that extends a lease whenever its cell comes again',
    sees: 'lease repeated',
    faults: {
      broker: {
        accept: (body, held, names) => {
          const leases = (body.leases ?? []).map(({ writeKey, hours }) => ({
            pseudonym: names.ofWriteKey(writeKey),
            hours,
          }));
          return { ...accept(body, held, names), leases };
        },
      },
    },
  },
  {
    name: 'a broker that answers before it commits loses what it acknowledged',
    sees: 'lost',
    faults: { broker: { answersFirst: true } },
  },
  {
    name: 'a hub that keeps a cell after a purge sends what was withdrawn',
    sees: 'sent after withdrawal',
    faults: { hub: { keepsPurgedCells: true } },
  },
  {
    name: 'a hub that trusts its ordinals after a restore gives two agreements one pseudonym',
    sees: 'ordinal used twice',
    faults: { hub: { trustsItsOrdinals: true } },
  },
  {
    name: 'a hub that declares whole holes void loses what it still holds',
    sees: 'lost',
    faults: { hub: { voidsWholeHoles: true } },
  },
];
