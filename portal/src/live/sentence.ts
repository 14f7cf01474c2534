import type { HubState, Offer } from '../api/hub-state.ts';
import { categoryText, levelText } from '../texts/texts.ts';
import type { Language } from './localised.ts';

/** What one recipient gets now: readable items and the recipient's name. */
export interface Flow {
  readonly offer: string;
  readonly items: readonly { readonly what: string; readonly how: string }[];
  readonly recipient: string;
}

/** The items an offer's live grant covers, in words; those of a category at L0 stay home and are left out. */
export function grantedItems(language: Language, offer: Offer): Flow['items'] {
  const granted = offer.granted?.categories ?? [];
  return granted
    .filter((each) => each.level !== 'L0')
    .map((each) => {
      const terms = offer.categories.find((category) => category.category === each.category);
      return {
        what: categoryText(language, each.category),
        how: levelText(language, each.category, each.level, each.windowMinutes ?? terms?.windowMinutes),
      };
    });
}

/** Everything that may leave the home now, one flow a recipient; empty when nothing may. */
export function flows(language: Language, state: HubState): readonly Flow[] {
  return state.offers
    .map((offer) => ({
      offer: offer.offer,
      items: grantedItems(language, offer),
      recipient: offer.recipient.name[language],
    }))
    .filter((flow) => flow.items.length > 0);
}

/** True while the receipt of an erasure is still awaited. */
export function awaitingErasure(state: HubState): boolean {
  return state.offers.some((offer) => offer.withdrawal?.state === 'sent');
}
