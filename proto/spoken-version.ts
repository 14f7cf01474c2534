import { WIRE_VERSION, type WireVersion } from './wire.ts';

/** The version a hub speaks in one run: the newest first, and the one before whenever the broker refuses a cell for it. */
export class SpokenVersion {
  #version: WireVersion;
  /** The first cell sealed in it: what is said of older cells is about the version before. */
  #fromCell = 1;

  constructor(newest: WireVersion = WIRE_VERSION) {
    this.#version = newest;
  }

  /** The version to seal the next cell in. */
  get now(): WireVersion {
    return this.#version;
  }

  /** The broker refused this cell for its version; `nextCell` is the number of the next one. */
  refused(cell: number, nextCell: number): void {
    if (cell < this.#fromCell || this.#version === 1) return;
    this.#version = this.#version === 3 ? 2 : 1;
    this.#fromCell = nextCell;
  }
}
