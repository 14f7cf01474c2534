/** How many connections may wait, as in the table of limits. */
export interface WaitingLimits {
  readonly waitingPerAddress: number;
  readonly waitingConnections: number;
}

/** Connections that have not shown a right password yet, by remote address and oldest first; bounded. */
export class WaitingRoom<Connection> {
  readonly #limits: WaitingLimits;
  readonly #byAddress = new Map<string, Set<Connection>>();
  #size = 0;

  constructor(limits: WaitingLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a connection in, and returns the one that must go for it, if one must: the oldest of the same address, or,
   * when only the room is full, of the address with the most, so that nobody is put out by others' connections alone.
   */
  enter(connection: Connection, address: string): Connection | undefined {
    const { waitingPerAddress, waitingConnections } = this.#limits;
    const own = this.#byAddress.get(address) ?? new Set();
    this.#byAddress.set(address, own.add(connection));
    this.#size += 1;
    if (own.size > waitingPerAddress) return this.#putOut(address);
    if (this.#size > waitingConnections) return this.#putOut(this.#mostCrowded(address));
    return undefined;
  }

  /** Lets a connection out, admitted or closed; one that is out already changes nothing. */
  leave(connection: Connection, address: string): void {
    const own = this.#byAddress.get(address);
    if (!own?.delete(connection)) return;
    this.#size -= 1;
    if (own.size === 0) this.#byAddress.delete(address);
  }

  #putOut(address: string): Connection | undefined {
    const oldest = this.#byAddress.get(address)?.values().next();
    if (oldest === undefined || oldest.done) return undefined;
    this.leave(oldest.value, address);
    return oldest.value;
  }

  #mostCrowded(newest: string): string {
    let [found, most] = [newest, 0];
    for (const [address, { size }] of this.#byAddress) {
      if (size > most) [found, most] = [address, size];
    }
    return found;
  }
}
