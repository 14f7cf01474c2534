import type { JSX } from 'preact';
import type { Device } from '../api/hub-state.ts';
import { isUpkeep, latestKey, type Outcome, type SeenRow } from '../live/live-model.ts';
import { deviceName } from '../live/localised.ts';
import { useHousePage } from './house-page.ts';
import { Icon, kindIcon } from './icons.tsx';
import { useWords, type Words } from './use-words.ts';

/** Devices drawn at most; the others are counted in words. */
const TILES = 8;

const OUTCOME_ICON: Record<Outcome, string> = { none: 'inside', stayed: 'stay', held: 'hold', left: 'out' };

/** The kind that stands for a device: the first that says something about the home, a power before a meter's total. */
function mainKind(device: Device): string | undefined {
  const kinds = [...device.kinds, ...device.last.map((each) => each.kind)];
  const telling = kinds.filter((kind) => !isUpkeep(kind) && kind !== 'switch.state');
  return telling.find((kind) => kind !== 'energy.import') ?? telling[0] ?? kinds[0];
}

function Tile({ device }: { device: Device }): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const kind = mainKind(device) ?? null;
  const latest = kind === null ? undefined : page.live.value.latest.get(latestKey(device.id, kind));
  const reading = latest ?? device.last.find((each) => each.kind === kind);
  const note = noteOf(device, words, latest?.atMs ?? 0);
  return (
    <li class={`tile ${note ? 'tile-quiet' : ''}`} data-device={device.id}>
      <span class="tile-icon" key={latest?.id ?? 0}>
        <Icon name={kindIcon(kind)} />
      </span>
      <span class="tile-words">
        <span class="tile-name">{deviceName(device.name)}</span>
        {(reading || !note) && (
          <span class="tile-value">{reading ? words.of(reading.text) : words.text('inside.noValue')}</span>
        )}
        {note && <span class="tile-note">{note}</span>}
      </span>
    </li>
  );
}

/** What a person should know of a device before its value. */
function noteOf(device: Device, words: Words, heardMs: number): string | undefined {
  if (!device.approved) return words.text('inside.unapproved');
  if (device.online === false) return words.text('inside.offline');
  const { silentSinceMs } = device;
  if (silentSinceMs !== null && heardMs <= silentSinceMs)
    return words.text('inside.silent', { day: words.day(silentSinceMs), time: words.clock(silentSinceMs) });
  return device.batteryLow ? words.text('inside.batteryLow') : undefined;
}

function Row({ row }: { row: SeenRow }): JSX.Element {
  const words = useWords();
  return (
    <li class="seen-row">
      <time class="row-time">{words.clock(row.atMs)}</time>
      <Icon name={kindIcon(row.kind)} class="row-icon" />
      <span class="row-words">
        <span class="row-name">{deviceName(row.device.name)}</span> <span class="row-value">{words.of(row.text)}</span>
      </span>
      <span class={`outcome outcome-${row.outcome}`}>
        <Icon name={OUTCOME_ICON[row.outcome]} />
        {words.text(`outcome.${row.outcome}`)}
      </span>
    </li>
  );
}

function Tiles(): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const devices = page.state.value?.devices ?? [];
  const latest = page.live.value.latest;
  const heard = (device: Device) => {
    const live = device.kinds.map((kind) => latest.get(latestKey(device.id, kind))?.atMs ?? 0);
    return Math.max(0, ...device.last.map((each) => each.atMs), ...live);
  };
  const chosen =
    devices.length <= TILES
      ? devices
      : new Set(devices.toSorted((one, other) => heard(other) - heard(one)).slice(0, TILES));
  const shown = devices.filter((device) => (chosen instanceof Set ? chosen.has(device) : true));
  return (
    <>
      <h3 class="part-title">{words.text('inside.now')}</h3>
      <ul class="tiles">
        {shown.map((device) => (
          <Tile device={device} key={device.id} />
        ))}
      </ul>
      {devices.length > shown.length && (
        <p class="more">{words.text('inside.more', { count: words.number(devices.length - shown.length) })}</p>
      )}
    </>
  );
}

/** The house itself: its devices with their latest word, and the stream of what it just saw with where each ended up. */
export function Inside(): JSX.Element {
  const page = useHousePage();
  const words = useWords();
  const rows = page.live.value.seen;
  return (
    <>
      <Tiles />
      <h3 class="part-title">{words.text('inside.stream')}</h3>
      {rows.length === 0 ? (
        <p class="quiet">{words.text('inside.waiting')}</p>
      ) : (
        <ol class="stream">
          {rows.map((row) => (
            <Row row={row} key={row.id} />
          ))}
        </ol>
      )}
    </>
  );
}
