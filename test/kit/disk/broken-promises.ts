import type { BrokerHolds, HubHolds } from './after-cut.ts';
import { KEPT, type Ledger, WITHDRAWN } from './ledger.ts';

/** One promise; `promised` is false where nothing was said about it before the cut. */
interface Promised {
  readonly sentence: string;
  readonly promised: boolean;
  readonly holds: boolean;
}

const brokenOf = (all: readonly Promised[]): string[] =>
  all.filter(({ promised, holds }) => promised && !holds).map(({ sentence }) => sentence);

/** The values that should be somewhere once each, against those that are; `permitted` are all that may be there. */
function brokenValues(
  offer: string,
  values: readonly number[],
  { promised, permitted }: { promised: readonly number[]; permitted: ReadonlySet<number> },
): string[] {
  const times = new Map<number, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  const found = [...times].flatMap(([value, count]) => [
    ...(count > 1 ? [`${offer}: value ${value} is there ${count} times`] : []),
    ...(permitted.has(value) ? [] : [`${offer}: value ${value} was never permitted`]),
  ]);
  const lost = promised.filter((value) => !times.has(value));
  if (lost.length > 0)
    found.push(`${offer}: lost are ${lost.length} of ${promised.length} values, ${lost[0]} the first`);
  return found;
}

const upTo = (cut: number, when: ReadonlyMap<number, number>): number[] =>
  [...when].filter(([, at]) => at <= cut).map(([value]) => value);

/** The promises of the ledger that what a hub holds after a cut breaks, each as a sentence; empty when none. */
export function brokenByHub(holds: HubHolds | undefined, ledger: Ledger, cut: number): string[] {
  if (!holds) return cut >= ledger.enrolled ? ['the hub has no data any more'] : [];
  const { asked, reported } = ledger.withdrawal;
  const entriesOf = (offer: string) => holds.entries.filter((entry) => entry.offer === offer);
  const isWaiting = entriesOf(WITHDRAWN).some(({ outcome }) => outcome === 'waiting');
  const acknowledged = upTo(cut, ledger.acknowledged);
  // While somebody takes the yes back, a message may fall on either side.
  const before = upTo(Math.min(cut, asked), ledger.acknowledged);
  const values = (offer: string, promised: readonly number[]): string[] =>
    brokenValues(
      offer,
      entriesOf(offer).map(({ value }) => value),
      { promised, permitted: ledger.permitted[offer] ?? new Set() },
    );
  const given = (offer: string): boolean => holds.granted.includes(offer);
  return [
    ...holds.said.map((sentence) => `the hub says: ${sentence}`),
    ...brokenOf([
      { sentence: 'the enrolment is lost', promised: cut >= ledger.enrolled, holds: holds.enrolled },
      { sentence: 'the first yes is lost', promised: cut >= ledger.granted, holds: given(KEPT) },
      { sentence: 'the second yes is lost', promised: cut >= ledger.granted && cut < asked, holds: given(WITHDRAWN) },
      { sentence: 'a withdrawal is lost', promised: cut >= reported, holds: !given(WITHDRAWN) },
      { sentence: 'something withdrawn is waiting', promised: cut >= reported, holds: !isWaiting },
    ]),
    ...values(KEPT, acknowledged),
    ...values(WITHDRAWN, before),
  ];
}

/** The same for what the data broker holds; `delivered` overrides what the ledger says of when a value had arrived. */
export function brokenByBroker(
  holds: BrokerHolds | undefined,
  ledger: Ledger,
  cut: number,
  delivered: ReadonlyMap<number, number> = ledger.delivered,
): string[] {
  if (!holds) return cut >= ledger.enrolled ? ['the data broker has no data any more'] : [];
  const { asked, receipted } = ledger.withdrawal;
  const valuesOf = (offer: string): readonly number[] => holds.values.get(offer) ?? [];
  const arrived = upTo(cut, delivered);
  const values = (offer: string, promised: readonly number[]): string[] =>
    brokenValues(offer, valuesOf(offer), { promised, permitted: ledger.permitted[offer] ?? new Set() });
  const isOurs = holds.operator === ledger.operator;
  return [
    ...brokenOf([
      { sentence: 'the operator has other keys now', promised: cut >= ledger.enrolled, holds: isOurs },
      { sentence: 'the data broker knows no hub any more', promised: cut >= ledger.enrolled, holds: holds.hubs > 0 },
      { sentence: 'something erased is there', promised: cut >= receipted, holds: valuesOf(WITHDRAWN).length === 0 },
    ]),
    ...values(KEPT, arrived),
    ...values(WITHDRAWN, cut < asked ? arrived : []),
  ];
}
