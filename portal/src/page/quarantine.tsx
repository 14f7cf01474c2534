import type { JSX } from 'preact';
import { deviceName } from '../live/localised.ts';
import { kindText } from '../texts/texts.ts';
import { approve } from './actions.ts';
import { useHousePage } from './house-page.ts';
import { Icon } from './icons.tsx';
import { useWords } from './use-words.ts';

/** Devices listed at most at a time; approving these brings the next. */
const LISTED = 12;

/** Devices that were discovered and not yet approved, with a button for each and one for all that are listed. */
export function Quarantine(): JSX.Element | null {
  const page = useHousePage();
  const words = useWords();
  const waiting = (page.state.value?.devices ?? []).filter((device) => !device.approved);
  if (waiting.length === 0) return null;
  const listed = waiting.slice(0, LISTED);
  const busy = page.busy.value.has('devices');
  return (
    <section class="quarantine" aria-labelledby="quarantine-title">
      <div class="quarantine-head">
        <Icon name="device" />
        <div>
          <h2 id="quarantine-title">{words.text('quarantine.title', { count: words.number(waiting.length) })}</h2>
          <p class="quiet">{words.text('quarantine.lead')}</p>
        </div>
      </div>
      <details>
        <summary>{words.text('quarantine.list')}</summary>
        <ul>
          {listed.map((device) => (
            <li key={device.id}>
              <span class="quarantine-device">
                <strong>{deviceName(device.name)}</strong>
                <span class="quiet">
                  {device.kinds
                    .map((kind) => kindText(words.language, kind))
                    .join(words.language === 'ja' ? '、' : ', ')}
                </span>
              </span>
              <button
                type="button"
                class="button"
                disabled={busy}
                aria-label={words.text('quarantine.approveOne', { name: deviceName(device.name) })}
                onClick={() => void approve(page, [device.id])}
              >
                {words.text('quarantine.approve')}
              </button>
            </li>
          ))}
        </ul>
        {listed.length > 1 && (
          <button
            type="button"
            class="button"
            disabled={busy}
            onClick={() =>
              void approve(
                page,
                listed.map((device) => device.id),
              )
            }
          >
            {words.text('quarantine.approveAll')}
          </button>
        )}
      </details>
    </section>
  );
}
