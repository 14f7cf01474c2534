/** A message that was published, or lost. */
export interface Passed {
  readonly topic: string;
  readonly payload: string;
  readonly outcome: 'sent' | 'lost';
}

/** What a run does at an instant. */
export interface ViewState {
  /** The home's time in milliseconds of UTC, and how many of its seconds pass in a real one. */
  readonly homeMs: number;
  readonly timeZone: string;
  readonly speed: number;
  /** Home time between which the run publishes; undefined before it began, and where it has no end. */
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly clients: { readonly connected: number; readonly total: number };
  readonly sent: number;
  readonly lost: number;
  /** Messages of the last real second or two, for each of them. */
  readonly perSecond: number;
  /** Real milliseconds by which the message that is due is late. */
  readonly lateMs: number;
  /** The faults whose time it is, by the names that scenarios give them. */
  readonly acting: readonly string[];
  /** What each fault did so far, by those names. */
  readonly incidents: readonly (readonly [name: string, count: number])[];
  /** The last messages, the latest at the end. */
  readonly last: readonly Passed[];
}
