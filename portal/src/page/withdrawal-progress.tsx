import type { JSX } from 'preact';
import type { Offer } from '../api/hub-state.ts';
import type { TextKey } from '../texts/texts.ts';
import { useHousePage } from './house-page.ts';
import { Icon } from './icons.tsx';
import { useWords } from './use-words.ts';

type Withdrawal = NonNullable<Offer['withdrawal']>;

const RECIPIENT: Record<Withdrawal['recipient'], TextKey> = {
  unasked: 'withdrawal.recipients',
  waiting: 'withdrawal.recipientWaiting',
  overdue: 'withdrawal.recipientOverdue',
  attested: 'withdrawal.recipientAttested',
  nothingHeld: 'withdrawal.nothingHeld',
};

/** What the recipient says of its own copies. */
function RecipientStep({ withdrawal }: { withdrawal: Withdrawal }): JSX.Element {
  const words = useWords();
  const { recipient, recipientAtMs } = withdrawal;
  const attested = recipient === 'attested';
  return (
    <li class={attested ? 'step is-done' : 'step'}>
      <Icon name={attested ? 'check' : 'clock'} />
      <span>
        {words.text(RECIPIENT[recipient])}
        {attested && recipientAtMs !== null && <time class="step-time"> {words.clock(recipientAtMs)}</time>}
      </span>
      <span class="visually-hidden">: {words.text(attested ? 'withdrawal.done' : 'withdrawal.waiting')}</span>
    </li>
  );
}

/** How far a withdrawal has come, in words that promise no more than is known. */
export function WithdrawalProgress({ withdrawal }: { withdrawal: Withdrawal }): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const erased = withdrawal.state === 'erased';
  if (withdrawal.state === 'nothingHeld') return <p class="quiet">{words.text('withdrawal.nothingHeld')}</p>;
  const connected = page.state.value?.uplink.connected ?? false;
  const second: TextKey = erased ? 'withdrawal.erased' : connected ? 'withdrawal.sent' : 'withdrawal.sentOffline';
  return (
    <div class="withdrawal">
      <h4>{words.text('withdrawal.title')}</h4>
      <ol>
        <li class="step is-done">
          <Icon name="check" />
          {words.text('withdrawal.stopped')}
          <span class="visually-hidden">: {words.text('withdrawal.done')}</span>
        </li>
        <li class={erased ? 'step is-done' : 'step'}>
          <Icon name={erased ? 'check' : 'clock'} />
          <span>
            {words.text(second)}
            {erased && <time class="step-time"> {words.clock(withdrawal.atMs)}</time>}
          </span>
          <span class="visually-hidden">: {words.text(erased ? 'withdrawal.done' : 'withdrawal.waiting')}</span>
        </li>
        {erased && withdrawal.recipient !== 'nothingHeld' && <RecipientStep withdrawal={withdrawal} />}
      </ol>
    </div>
  );
}
