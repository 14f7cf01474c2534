/** Everything the broker counts since its start, by a closed list of reasons with a sentence for the operator. */
export const COUNTED = {
  cells: 'cells answered',
  duplicates: 'cells that had been received before',
  records: 'records stored',
  withdrawals: 'withdrawals carried out',
  refused: 'cells refused in part or whole, with an answer',
  droppedWithdrawn: 'records dropped because their category was withdrawn',
  droppedOffer: 'records dropped because of their offer (unknown, category not in it, or a pseudonym of another)',
  notOpened: 'cells that did not open: another key, or changed on the way',
  notEnrolled: 'cells of a hub that is not enrolled',
  wrongSize: 'messages that are not the size of a cell',
  wrongVersion: 'cells of a version this broker does not speak',
  overload: 'cells dropped because too many were waiting; hubs send them again',
  hubOverload: 'cells dropped because too many of the same hub were waiting; it sends them again',
  storeFault: 'cells the store failed to take; hubs send them again',
  wrongPassword: 'MQTT connections with a wrong user name or password',
  foreignTopic: 'MQTT messages to a topic that is not the sender’s own',
  foreignSubscription: 'MQTT subscriptions to a topic that is not the subscriber’s own',
  oversizePacket: 'MQTT connections closed because of a packet too large',
  takenOver: 'MQTT connections replaced by a newer one of the same hub',
  tooManyConnections: 'MQTT connections refused because too many were open',
  feedRefused: 'feed requests refused: token, purpose, offer or cursor',
  enrolmentRefused: 'enrolments refused',
} as const;

/** One reason to count. */
export type Counted = keyof typeof COUNTED;

/** Counters since the start of the process. */
export class Counts {
  readonly #counts = new Map<Counted, number>();

  add(reason: Counted, by = 1): void {
    if (by > 0) this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + by);
  }

  get(reason: Counted): number {
    return this.#counts.get(reason) ?? 0;
  }

  /** All counters above zero. */
  all(): Partial<Record<Counted, number>> {
    return Object.fromEntries(this.#counts);
  }
}
