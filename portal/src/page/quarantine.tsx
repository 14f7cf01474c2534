import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { approve } from './actions.ts';
import { useHousePage } from './house-page.ts';
import { Icon } from './icons.tsx';
import { QuarantineRow, toApprove } from './quarantine-row.tsx';
import { useWords } from './use-words.ts';

/** Devices listed at most at a time; approving these brings the next. */
const LISTED = 12;

/** Devices that were discovered and not yet approved: what each claims to be, where it is, and a button for each and for all. */
export function Quarantine(): JSX.Element | null {
  const page = useHousePage();
  const words = useWords();
  const form = useRef<HTMLFormElement>(null);
  const devices = page.state.value?.devices ?? [];
  const waiting = devices.filter((device) => !device.approved);
  if (waiting.length === 0) return null;
  const listed = waiting.slice(0, LISTED);
  const busy = page.busy.value.has('devices');
  const rooms = [...new Set(devices.flatMap(({ room }) => room ?? []))].sort();
  const approveThese = (these: typeof listed) => {
    const data = new FormData(form.current ?? undefined);
    void approve(
      page,
      these.map((device) => toApprove(device, data)),
    );
  };
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
        <form ref={form} onSubmit={(event) => event.preventDefault()}>
          <datalist id="rooms">
            {rooms.map((room) => (
              <option key={room} value={room} />
            ))}
          </datalist>
          <ul>
            {listed.map((device) => (
              <QuarantineRow key={device.id} device={device} busy={busy} onApprove={() => approveThese([device])} />
            ))}
          </ul>
          {listed.length > 1 && (
            <button type="button" class="button" disabled={busy} onClick={() => approveThese(listed)}>
              {words.text('quarantine.approveAll')}
            </button>
          )}
        </form>
      </details>
    </section>
  );
}
