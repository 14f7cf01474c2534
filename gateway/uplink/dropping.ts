import type { HubLink } from '../../proto/hub-link.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { UplinkCounts } from './counts.ts';

/** What dropping rows needs; `onDone` is called when rows are gone, or stay because the store refused. */
export interface DroppingSettings {
  readonly link: HubLink;
  readonly outbox: Outbox;
  readonly counts: UplinkCounts;
  readonly onDone: () => void;
}

/** Rows that are being taken out of the outbox, declared void: until that is on disk they are neither offered nor dropped again. */
export class Dropping {
  readonly #settings: DroppingSettings;
  readonly #ids = new Set<number>();

  constructor(settings: DroppingSettings) {
    this.#settings = settings;
  }

  /** Whether a row is being taken out. */
  has(id: number): boolean {
    return this.#ids.has(id);
  }

  /** Takes rows out: `withheld` because their consent ended, `thinned` because the outbox is full. */
  drop(rows: readonly { readonly id: number }[], outcome: 'withheld' | 'thinned'): void {
    const { link, outbox, counts, onDone } = this.#settings;
    const ids = rows.map(({ id }) => id).filter((id) => !this.#ids.has(id));
    if (ids.length === 0) return;
    link.purged(ids);
    for (const id of ids) this.#ids.add(id);
    const forget = () => {
      for (const id of ids) this.#ids.delete(id);
      onDone();
    };
    // Refused by the store: the rows stay, and are dropped again the next time they are looked at.
    const dropped = () => {
      counts.add(outcome, ids.length);
      forget();
    };
    outbox.commit(outbox.exit.dropped(ids, outcome)).then(dropped, forget);
  }
}
