import type { JSX } from 'preact';
import { useHousePage } from './house-page.ts';
import { useWords } from './use-words.ts';

/** How the hub itself is: what waits, what had to be left out, and how long its memory card bears what it writes. */
export function Upkeep(): JSX.Element | null {
  const page = useHousePage();
  const words = useWords();
  const state = page.state.value;
  if (!state) return null;
  const { waiting, limit, thinned } = state.queue;
  return (
    <section class="upkeep" aria-labelledby="upkeep-title">
      <h2 id="upkeep-title">{words.text('upkeep.title')}</h2>
      <p>{words.text('upkeep.queue', { waiting: words.number(waiting), limit: words.number(limit) })}</p>
      {thinned > 0 && <p class="upkeep-lost">{words.text('upkeep.thinned', { count: words.number(thinned) })}</p>}
      <p>{words.of(state.card)}</p>
    </section>
  );
}
