/** Time as the uplink sees it: real time, also where the home's own clock is scaled. */
export interface Clock {
  /** Milliseconds that only ever go forward. */
  now(): number;
  /** Milliseconds since 1970. */
  wall(): number;
  /** Calls once after `waitMs`; the answer cancels it. */
  after(waitMs: number, run: () => void): () => void;
}

/** The clock of the machine. */
export const machineClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after: (waitMs, run) => {
    const timer = setTimeout(run, waitMs);
    return () => clearTimeout(timer);
  },
};
