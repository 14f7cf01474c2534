import { CompactSign } from 'jose';
import type { Category } from '../../proto/lists.ts';
import type { Standing } from '../../proto/wire.ts';
import { isoTime } from '../feeds/lines.ts';
import { LIMITS } from '../limits.ts';
import type { Operator } from '../operator.ts';
import { Refusal } from '../refusal.ts';
import type { BrokerStore, Erasure, Transaction } from '../store/store.ts';

/** The hour from which an erasure asked for in this hour is overdue: at least the whole time has passed then. */
export const attestByHour = (hour: number): number => hour + LIMITS.attestHours + 1;
/** The newest hour of which erasures are overdue now. */
export const overdueHour = (nowHour: number): number => nowHour - LIMITS.attestHours - 1;

/** How an erasure stands in this hour. */
export function stateOf({ hour, attestedHour }: Erasure, nowHour: number): 'waiting' | 'attested' | 'overdue' {
  if (attestedHour !== undefined) return 'attested';
  return hour <= overdueHour(nowHour) ? 'overdue' : 'waiting';
}

/** An erasure as a recipient attests it: as its tombstone named it. */
export interface Attested {
  readonly pseudonym: string;
  readonly categories: readonly Category[];
}

/** What a recipient gets for its attestation. */
export interface Acknowledged {
  /** Erasures noted now, and those that were noted before. */
  readonly attested: number;
  readonly already: number;
  /** The broker's signed word of it: compact JWS of the service key, `typ` engawa-attestation. */
  readonly acknowledgement: string;
}

const sameCategories = (one: readonly Category[], other: readonly Category[]): boolean =>
  one.length === other.length && one.every((category) => other.includes(category));

async function find(transaction: Transaction, slug: string, { pseudonym, categories }: Attested): Promise<Erasure> {
  const told = (await transaction.erasures(pseudonym)).filter((erasure) => erasure.slug === slug);
  const found = told.find((erasure) => sameCategories(erasure.categories, categories));
  if (found) return found;
  const known = told.map((erasure) => erasure.categories.join(', ')).join('; ');
  throw new Refusal(
    404,
    'unknownErasure',
    told.length === 0
      ? `This feed has no tombstone of ${pseudonym}. Nothing was noted.`
      : `The tombstones of ${pseudonym} name other categories: ${known}. Nothing was noted.`,
    'Attest each tombstone with exactly the pseudonym and the categories of its line.',
  );
}

/** Takes a recipient's word that it erased what tombstones of its feed named: all of it or nothing; repeating it changes nothing. */
export async function attest(
  { store, operator }: { readonly store: BrokerStore; readonly operator: Operator },
  { slug, recipient }: { readonly slug: string; readonly recipient: string },
  erasures: readonly Attested[],
  nowHour: number,
): Promise<Acknowledged> {
  const told = await store.transact(async (transaction) => {
    const found: Erasure[] = [];
    for (const one of erasures) found.push(await find(transaction, slug, one));
    for (const erasure of found) await transaction.attest(erasure, nowHour);
    return found;
  });
  const payload = {
    schema: 1,
    operator: operator.id.toString('hex'),
    offer: slug,
    recipient,
    erasures: told.map(({ pseudonym, categories, hour, attestedHour }) => ({
      pseudonym,
      categories,
      withdrawnAt: isoTime(hour * 3_600),
      attestedAt: isoTime((attestedHour ?? nowHour) * 3_600),
    })),
  };
  const acknowledgement = await new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'EdDSA', typ: 'engawa-attestation' })
    .sign(operator.serviceKey);
  const already = told.filter(({ attestedHour }) => attestedHour !== undefined).length;
  return { attested: told.length - already, already, acknowledgement };
}

/** Answers a home's inquiries, each pseudonym as a whole: the worst of its erasures counts. Nothing is kept of who asked. */
export async function standingsOf(
  transaction: Transaction,
  pseudonyms: readonly string[],
  nowHour: number,
): Promise<Standing[]> {
  const standings: Standing[] = [];
  for (const pseudonym of pseudonyms) {
    const states = (await transaction.erasures(pseudonym)).map((erasure) => stateOf(erasure, nowHour));
    const worst = (['overdue', 'waiting', 'attested'] as const).find((state) => states.includes(state));
    standings.push({ pseudonym, attestation: worst ?? 'none' });
  }
  return standings;
}
