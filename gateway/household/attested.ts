import type { Attestation, Receipt, Standing } from '../../proto/wire.ts';
import { LIMITS } from '../limits.ts';

/** What of a withdrawal says how far its recipient has come. */
interface Asked {
  readonly state: 'sent' | 'erased' | 'nothingHeld';
  readonly requestedAtMs: number;
  readonly erasures: readonly { readonly pseudonym: string }[];
  readonly receipts: readonly Receipt[];
  /** By pseudonym. */
  readonly attestations: Readonly<Record<string, Attestation>>;
}

/**
 * What is known of the recipient's own copies: not `asked` yet (the broker's receipt comes first), `waiting` for its
 * attestation, `overdue`, `attested`, or `nothingHeld` because no recipient had to be told.
 */
export type RecipientStage = 'unasked' | 'waiting' | 'overdue' | 'attested' | 'nothingHeld';

const DAY_MS = 86_400_000;
const FINAL: readonly (Attestation | undefined)[] = ['attested', 'none'];

/** How far the recipient of a withdrawal has come: the worst of its names counts. */
export function recipientStage({ state, erasures, attestations }: Asked): RecipientStage {
  if (state === 'nothingHeld') return 'nothingHeld';
  const all = erasures.map(({ pseudonym }) => attestations[pseudonym]);
  if (all.includes('overdue')) return 'overdue';
  if (all.includes('waiting')) return 'waiting';
  if (state !== 'erased' || all.includes(undefined)) return 'unasked';
  return all.includes('attested') ? 'attested' : 'nothingHeld';
}

/** The attestations of a withdrawal with these answers in; undefined when they say nothing new of it. */
export function attestedWith(
  { erasures, attestations }: Asked,
  standings: readonly Standing[],
): Asked['attestations'] | undefined {
  const news = standings.filter(
    ({ pseudonym, attestation }) =>
      erasures.some((erasure) => erasure.pseudonym === pseudonym) && attestations[pseudonym] !== attestation,
  );
  if (news.length === 0) return undefined;
  const told = news.map(({ pseudonym, attestation }) => [pseudonym, attestation] as const);
  return { ...attestations, ...Object.fromEntries(told) };
}

/** Asks about each name whose erasure is receipted and not attested: now and then, and never all at once. */
export class Inquiries {
  readonly #askedMs = new Map<string, number>();

  /** At most `most` pseudonyms to ask about now; they count as asked. */
  due(withdrawals: readonly Asked[], nowMs: number, most: number): string[] {
    const due: string[] = [];
    for (const withdrawal of withdrawals) {
      const everyMs = nowMs - withdrawal.requestedAtMs < DAY_MS ? LIMITS.inquiryMs : LIMITS.lateInquiryMs;
      for (const name of openNames(withdrawal)) {
        const askedMs = this.#askedMs.get(name);
        // Home time can come back; then it is asked again at once.
        if (askedMs !== undefined && Math.abs(nowMs - askedMs) < everyMs) continue;
        if (due.length < most && !due.includes(name)) due.push(name);
      }
    }
    for (const name of due) this.#askedMs.set(name, nowMs);
    return due;
  }
}

function openNames({ receipts, attestations }: Asked): string[] {
  return receipts.map(({ pseudonym }) => pseudonym).filter((name) => !FINAL.includes(attestations[name]));
}
