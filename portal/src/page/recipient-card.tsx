import type { JSX } from 'preact';
import type { Offer } from '../api/hub-state.ts';
import { grantedItems } from '../live/sentence.ts';
import { purposeText, recipientClassText } from '../texts/texts.ts';
import { withdrawOffer } from './actions.ts';
import { useHousePage } from './house-page.ts';
import { Icon, kindIcon } from './icons.tsx';
import { useWords } from './use-words.ts';
import { WithdrawalProgress } from './withdrawal-progress.tsx';

function Switch({ offer, labelledBy }: { offer: Offer; labelledBy: string }): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const on = offer.granted !== null;
  const busy = page.busy.value.has(offer.offer);
  const act = () => {
    if (busy) return;
    if (on) void withdrawOffer(page, offer);
    else page.dialog.value = offer.offer;
  };
  return (
    <span class="switch-place">
      <span class={`switch-state ${on ? 'is-on' : ''}`} aria-hidden="true">
        {words.text(busy ? 'card.busy' : on ? 'card.on' : 'card.off')}
      </span>
      <button
        type="button"
        class="switch"
        role="switch"
        aria-checked={on}
        aria-busy={busy}
        aria-labelledby={labelledBy}
        onClick={act}
      >
        <span class="switch-track">
          <span class="switch-knob">
            <Icon name={on ? 'check' : 'close'} />
          </span>
        </span>
      </button>
    </span>
  );
}

function Releases({ offer, rows }: { offer: Offer; rows: number }): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const left = page.live.value.left.filter((row) => row.offer === offer.offer).slice(0, rows);
  if (left.length === 0) {
    return <p class="quiet">{offer.leftToday === 0 ? words.text('card.nothingYet') : ''}</p>;
  }
  return (
    <ol class="releases" aria-label={words.text('card.left')}>
      {left.map((row) => (
        <li class="release" key={row.id}>
          <Icon name={kindIcon(row.category)} class="row-icon" />
          <span class="release-words">
            <span class="release-value">{words.of(row.text)}</span>{' '}
            <span class="release-when">
              {row.windowS > 0 && row.windowS < 86_400
                ? words.text('card.window', {
                    from: words.clock(row.timeMs),
                    to: words.clock(row.timeMs + row.windowS * 1000),
                  })
                : row.windowS > 0
                  ? words.day(row.timeMs)
                  : words.clock(row.timeMs)}
            </span>
          </span>
          <span class={row.provided ? 'receipt is-provided' : 'receipt'}>
            <Icon name={row.provided ? 'check' : 'clock'} />
            <span class="receipt-words">{words.text(row.provided ? 'card.provided' : 'card.sent')}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}

function Granted({ offer, rows }: { offer: Offer; rows: number }): JSX.Element {
  const words = useWords();
  const since = offer.granted?.sinceMs ?? 0;
  return (
    <>
      <ul class="items">
        {grantedItems(words.language, offer).map((item) => (
          <li key={item.what}>
            <strong>{item.what}</strong> <span class="item-how">{item.how}</span>
          </li>
        ))}
      </ul>
      <p class="card-meta">
        <span>{words.text('card.since', { date: words.day(since) })}</span>
        <span>{words.text('card.today', { count: words.number(offer.leftToday) })}</span>
        {offer.lane === 'prompt' && (
          <span class="badge">
            <Icon name="bolt" />
            {words.text('card.prompt')}
          </span>
        )}
      </p>
      <Releases offer={offer} rows={rows} />
    </>
  );
}

/** One recipient: who it is, what it gets, and a switch; off stops it in one tap, on first shows the whole notice. */
export function RecipientCard({ offer, rows }: { offer: Offer; rows: number }): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const on = offer.granted !== null;
  const name = words.of(offer.recipient.name);
  const title = `recipient-${offer.offer}`;
  const label = `switch-${offer.offer}`;
  return (
    <article class={on ? 'card card-on' : 'card'} data-offer={offer.offer} aria-labelledby={title}>
      <div class="card-head">
        <span class="seal" aria-hidden="true">
          {[...name][0]}
        </span>
        <div class="card-who">
          <h3 id={title}>{name}</h3>
          <p class="card-kind">
            {recipientClassText(words.language, offer.recipient.class)}
            <span aria-hidden="true"> · </span>
            {purposeText(words.language, offer.purpose)}
          </p>
        </div>
        <Switch offer={offer} labelledBy={label} />
        <span id={label} hidden>
          {words.text('card.switch', { name })}
        </span>
      </div>
      {on ? <Granted offer={offer} rows={rows} /> : <p class="card-text">{words.of(offer.card)}</p>}
      {!on && offer.withdrawal && <WithdrawalProgress withdrawal={offer.withdrawal} />}
      <button
        type="button"
        class="link-button"
        onClick={() => {
          page.dialog.value = offer.offer;
        }}
      >
        {words.text(on ? 'card.details' : 'card.offer')}
        <span class="visually-hidden"> {name}</span>
      </button>
    </article>
  );
}
