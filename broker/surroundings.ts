/** What the broker takes from the world besides disk and network, passed in so that tests can hold it. */
export interface Surroundings {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Unpredictable bytes. */
  readonly random: (bytes: number) => Buffer;
}

/** Whole hours since 1970: the only time that is stored beside what came from a home. */
export const hourAt = (atMs: number): number => Math.floor(atMs / 3_600_000);
