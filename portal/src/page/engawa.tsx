import type { JSX } from 'preact';
import type { Offer } from '../api/hub-state.ts';
import type { HeldWindow, RefusedRow } from '../live/live-model.ts';
import { deviceName } from '../live/localised.ts';
import { categoryText, reasonText } from '../texts/texts.ts';
import { useHousePage } from './house-page.ts';
import { Icon, kindIcon } from './icons.tsx';
import { useWords } from './use-words.ts';

const DAY_MS = 86_400_000;
const BAND_MS = 4 * 3_600_000;

/** The window's length in milliseconds, by the level granted. */
function windowMs(offer: Offer | undefined, category: string): number {
  const granted = offer?.granted?.categories.find((each) => each.category === category);
  if (granted?.level === 'L2') return DAY_MS;
  if (granted?.level === 'L3') return BAND_MS;
  const minutes =
    granted?.windowMinutes ?? offer?.categories.find((each) => each.category === category)?.windowMinutes ?? 15;
  return minutes * 60_000;
}

function Held({ window }: { window: HeldWindow }): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const offer = page.state.value?.offers.find((each) => each.offer === window.offer);
  const name = offer ? words.of(offer.recipient.name) : window.offer;
  const time = words.clock(window.untilMs);
  const leftMs = window.untilMs - page.homeMs.value;
  const part = Math.min(100, Math.max(0, Math.round(100 - (100 * leftMs) / windowMs(offer, window.category))));
  return (
    <li class="held" data-held={window.key}>
      <span class="held-icon">
        <Icon name={kindIcon(window.category)} />
      </span>
      <div class="held-words">
        <p class="held-what">
          {categoryText(words.language, window.category)}
          <Icon name="out" class="held-arrow" />
          {name}
        </p>
        <progress max={100} value={part} aria-label={words.text('engawa.progress', { time })} />
        <p class="held-when">
          <span>
            <Icon name="hold" />
            {words.text(leftMs > 0 ? 'engawa.heldUntil' : 'engawa.heldPast', { time })}
          </span>
          <span>{words.text('engawa.gathered', { count: words.number(window.gathered) })}</span>
        </p>
      </div>
    </li>
  );
}

function Refused({ row }: { row: RefusedRow }): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const known = page.state.value?.devices.find((each) => each.id === row.deviceId);
  const unnamed = words.text(row.kind === 'upkeep' ? 'kind.upkeep' : 'engawa.unknownDevice');
  const name = row.deviceName ?? known?.name ?? unnamed;
  return (
    <li class="refused" data-refused={row.key}>
      <span class="refused-icon" key={row.lastId}>
        <Icon name="stay" />
      </span>
      <div class="refused-words">
        <p class="refused-who">
          <Icon name={kindIcon(row.kind)} />
          <span>{deviceName(name)}</span>
        </p>
        <p class="refused-why">{reasonText(words.language, row.reason, row.text)}</p>
      </div>
      <p class="refused-count">
        <time>{words.clock(row.lastMs)}</time>
        <span>{words.text('engawa.times', { count: words.number(row.times) })}</span>
      </p>
    </li>
  );
}

/** The veranda: windows that are still filling, and what was not let out, each with its reason in words. */
export function Engawa(): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const { held, refused, tally } = page.live.value;
  return (
    <>
      <h3 class="part-title">{words.text('engawa.held')}</h3>
      {held.length === 0 ? (
        <p class="quiet">{words.text('engawa.heldNone')}</p>
      ) : (
        <ul class="helds">
          {held.map((window) => (
            <Held window={window} key={window.key} />
          ))}
        </ul>
      )}
      <h3 class="part-title">{words.text('engawa.refused')}</h3>
      {refused.length === 0 ? (
        <p class="quiet">{words.text('engawa.refusedNone')}</p>
      ) : (
        <ul class="refuseds">
          {refused.map((row) => (
            <Refused row={row} key={row.key} />
          ))}
        </ul>
      )}
      {tally.repeats > 0 && <p class="quiet">{words.text('engawa.repeats', { count: words.number(tally.repeats) })}</p>}
    </>
  );
}
