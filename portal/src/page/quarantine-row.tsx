import type { JSX } from 'preact';
import type { Approval } from '../api/hub-client.ts';
import type { Device } from '../api/hub-state.ts';
import { deviceName } from '../live/localised.ts';
import { kindText, meaningText } from '../texts/texts.ts';
import { useWords } from './use-words.ts';

/** What can hang on an input, in the order it is offered. */
const MEANINGS = ['door', 'window', 'motion', 'animal', 'lock', 'switch'] as const;
/** Characters of a room's name, as the hub takes them. */
const ROOM_CHARACTERS = 100;

/** What a resident said about a device in the form around its row. */
export function toApprove(device: Device, data: FormData): Approval {
  const room = String(data.get(`room-${device.id}`) ?? '').trim();
  const is = String(data.get(`is-${device.id}`) ?? '');
  return {
    id: device.id,
    ...(room === '' ? {} : { room }),
    ...(is === '' ? {} : { is, inverted: data.has(`inverted-${device.id}`) }),
  };
}

/** One device that waits: its name, what it claims to be, and what a resident says about it. */
export function QuarantineRow({
  device,
  busy,
  onApprove,
}: {
  device: Device;
  busy: boolean;
  onApprove: () => void;
}): JSX.Element {
  const words = useWords();
  const { id, vendor, model, kinds } = device;
  const name = deviceName(device.name);
  const maker = [vendor, model].filter(Boolean).join(' ');
  const kindNames = kinds.map((kind) => kindText(words.language, kind)).join(words.language === 'ja' ? '、' : ', ');
  return (
    <li>
      <span class="quarantine-device">
        <strong>{name}</strong>
        <span class="quiet">{kindNames}</span>
        {maker !== '' && <span class="quiet">{words.text('quarantine.claims', { maker })}</span>}
      </span>
      <label class="field">
        <span class="quiet">{words.text('quarantine.room')}</span>
        <input
          name={`room-${id}`}
          list="rooms"
          maxLength={ROOM_CHARACTERS}
          autocomplete="off"
          defaultValue={device.room ?? ''}
          aria-label={words.text('quarantine.roomOf', { name })}
        />
      </label>
      {device.needsMeaning && (
        <>
          <label class="field">
            <span class="quiet">{words.text('quarantine.is')}</span>
            <select name={`is-${id}`} aria-label={words.text('quarantine.isOf', { name })}>
              <option value="">{words.text('quarantine.isChoose')}</option>
              {MEANINGS.map((meaning) => (
                <option key={meaning} value={meaning}>
                  {meaningText(words.language, meaning)}
                </option>
              ))}
            </select>
          </label>
          <label class="check">
            <input type="checkbox" name={`inverted-${id}`} />
            <span>{words.text('quarantine.inverted')}</span>
          </label>
        </>
      )}
      <button
        type="button"
        class="button"
        disabled={busy}
        aria-label={words.text('quarantine.approveOne', { name })}
        onClick={onApprove}
      >
        {words.text('quarantine.approve')}
      </button>
    </li>
  );
}
