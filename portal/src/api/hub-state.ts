/** A text in the two languages of the page. */
export interface Both {
  readonly ja: string;
  readonly en: string;
}

export type Level = 'L0' | 'L1' | 'L2' | 'L3' | 'L4' | 'L5';

/** One device of the home with its latest values; times in milliseconds of home time. */
export interface Device {
  readonly id: number;
  readonly name: string;
  readonly room: string | null;
  /** What it claims to be, in its maker's words. */
  readonly vendor: string | null;
  readonly model: string | null;
  readonly kinds: readonly string[];
  readonly approved: boolean;
  /** Whether somebody must say what hangs on its input before it can be approved. */
  readonly needsMeaning: boolean;
  readonly online: boolean | null;
  readonly batteryLow: boolean | null;
  /** Since when it has been silent for longer than its kind may be. */
  readonly silentSinceMs: number | null;
  readonly last: readonly {
    readonly kind: string;
    readonly value: number;
    readonly unit: string;
    readonly text: Both;
    readonly atMs: number;
  }[];
}

/** One category an offer asks for, with the finest level and, for L4, the window's length. */
export interface OfferCategory {
  readonly category: string;
  readonly level: Level;
  readonly windowMinutes?: number;
  readonly retentionDays: number;
}

/** One offer with what the household decided about it. */
export interface Offer {
  readonly offer: string;
  readonly version: number;
  readonly recipient: { readonly name: Both; readonly class: string };
  readonly purpose: string;
  readonly card: Both;
  readonly notice: {
    readonly [language in 'ja' | 'en']: {
      readonly information: string;
      readonly purpose: string;
      readonly recipients: string;
    };
  };
  readonly benefit: Both;
  readonly lane: string;
  readonly validityMonths?: number;
  readonly categories: readonly OfferCategory[];
  readonly granted: null | {
    readonly sinceMs: number;
    readonly expiresMs: number;
    readonly categories: readonly {
      readonly category: string;
      readonly level: Level;
      readonly windowMinutes?: number;
    }[];
  };
  readonly leftToday: number;
  readonly withdrawal: null | {
    readonly state: 'sent' | 'erased' | 'nothingHeld';
    readonly atMs: number;
    /** What is known of the recipient's own copies. */
    readonly recipient: 'unasked' | 'waiting' | 'overdue' | 'attested' | 'nothingHeld';
    readonly recipientAtMs: number | null;
  };
}

/** What `GET /api/state` answers: the whole picture at one moment. */
export interface HubState {
  readonly mode: 'demo' | 'home';
  readonly speed: number;
  readonly homeTimeMs: number;
  readonly timeZone: string;
  readonly hub: { readonly health: string; readonly sentence: Both };
  readonly uplink: {
    readonly connected: boolean;
    readonly waiting: number;
    readonly lastAcknowledgedMs: number | null;
  };
  readonly devices: readonly Device[];
  readonly offers: readonly Offer[];
  readonly counts: { readonly seen: number; readonly left: number; readonly refused: number; readonly held: number };
  /** What waits for the data broker: rows, the most there can be, and how much power was left out to make room. */
  readonly queue: {
    readonly waiting: number;
    readonly limit: number;
    readonly isFull: boolean;
    readonly thinned: number;
  };
  /** How much the hub writes a day and how long a memory card bears it. */
  readonly card: Both;
}

/** One event of `GET /api/live`, named by `event`; `id` grows, times are milliseconds of home time. */
export type LiveEvent =
  | {
      readonly event: 'seen';
      readonly id: number;
      readonly atMs: number;
      readonly device: { readonly id: number; readonly name: string; readonly room: string | null };
      readonly kind: string;
      readonly value: number;
      readonly unit: string;
      readonly text: Both;
      readonly origin: string;
    }
  | {
      readonly event: 'left';
      readonly id: number;
      readonly atMs: number;
      readonly offer: string;
      readonly recipient: Both;
      readonly category: string;
      readonly quantity: string;
      readonly value: number;
      readonly unit: string;
      readonly timeMs: number;
      readonly windowS: number;
      readonly text: Both;
      readonly fromDevice?: number;
    }
  | {
      readonly event: 'held';
      readonly id: number;
      readonly atMs: number;
      readonly seenId: number;
      readonly offer: string;
      readonly untilMs: number;
      readonly category: string;
    }
  | {
      readonly event: 'refused';
      readonly id: number;
      readonly atMs: number;
      readonly seenId: number | null;
      readonly device: { readonly id: number; readonly name: string; readonly room: string | null } | number | null;
      readonly kind: string | null;
      readonly reason: string;
      readonly text: Both;
    }
  | { readonly event: 'provided'; readonly upToId: number };
