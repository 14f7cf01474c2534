import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { HubConnection } from './connect.ts';
import { useHousePage } from './house-page.ts';
import { Icon } from './icons.tsx';
import { useWords } from './use-words.ts';

const SUMMARY_MS = 60_000;

/** The last message, until it is closed or replaced; read out politely. */
export function ToastPlace(): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const toast = page.toast.value;
  return (
    <div class="toast-place" role="status" aria-live="polite">
      {toast && (
        <div class={`toast toast-${toast.tone}`} key={toast.id}>
          <Icon name={toast.tone === 'done' ? 'check' : 'warn'} />
          <p>{toast.text[words.language]}</p>
          <button
            type="button"
            class="icon-button"
            aria-label={words.text('page.close')}
            onClick={() => {
              page.toast.value = null;
            }}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}

/** Once a minute, and only when something happened, one sentence for those who listen. */
export function SpokenSummary(): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const sentence = useSignal('');
  useEffect(() => {
    let before = page.live.peek().tally;
    const timer = setInterval(() => {
      const { tally } = page.live.peek();
      const seen = tally.seen - before.seen;
      const left = tally.left - before.left;
      const refused = tally.refused - before.refused;
      before = tally;
      if (seen + left + refused > 0) sentence.value = words.text('summary.line', { seen, left, refused });
    }, SUMMARY_MS);
    return () => clearInterval(timer);
  }, [page, words.language]);
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {sentence.value}
    </p>
  );
}

/** Says that the hub is out of reach while the last picture stays. */
export function OfflineNotice({ connection }: { connection: HubConnection }): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  return (
    <div role="status" aria-live="polite">
      {!page.online.value && (
        <div class="offline">
          <Icon name="cut" />
          <div>
            <strong>{words.text('connection.offlineTitle')}</strong>
            <p>{words.text('connection.offline')}</p>
          </div>
          <button type="button" class="button" onClick={() => void connection.refresh()}>
            {words.text('connection.retry')}
          </button>
        </div>
      )}
    </div>
  );
}
