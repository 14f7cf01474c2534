import type { JSX } from 'preact';
import { useHousePage } from './house-page.ts';
import { RecipientCard } from './recipient-card.tsx';
import { useWords } from './use-words.ts';

/** Rows of releases over all cards together. */
const LEFT_ROWS = 6;

/** The garden: one card for each recipient that asked, with what left for it and the switch. */
export function Outside(): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const offers = page.state.value?.offers ?? [];
  const granted = offers.filter((offer) => offer.granted !== null).length;
  const rows = Math.min(4, Math.max(1, Math.floor(LEFT_ROWS / Math.max(1, granted))));
  if (offers.length === 0) {
    return (
      <div class="empty-card">
        <p>{words.text('outside.none')}</p>
        <p class="quiet">{words.text('outside.noneHow')}</p>
      </div>
    );
  }
  return (
    <div class="cards">
      {offers.map((offer) => (
        <RecipientCard offer={offer} rows={rows} key={offer.offer} />
      ))}
    </div>
  );
}
