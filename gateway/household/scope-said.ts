import type { Scope } from '../consent/grant.ts';
import type { Device } from '../intake/device-table.ts';
import { type Answer, done, refuse } from './answer.ts';
import { noSuchDevice } from './device-refusals.ts';

/** Where and when a yes shall hold, in a resident's words. */
export interface SaidScope {
  readonly rooms?: readonly string[] | undefined;
  /** Devices by number or name. */
  readonly devices?: readonly (string | number)[] | undefined;
  /** `HH:MM-HH:MM` of the home's day; from 22:00 to 06:00 goes over midnight. */
  readonly hours?: string | undefined;
}

const HOURS = /^([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)$/;

/** The scope that words come to, or why they do not. Pure. */
export function scopeOf(said: SaidScope, devices: readonly Device[]): Answer<Scope> {
  const ids: number[] = [];
  for (const word of said.devices ?? []) {
    const found =
      devices.find(({ id }) => String(id) === String(word)) ?? devices.find(({ thing }) => thing === String(word));
    if (!found) return noSuchDevice(String(word));
    ids.push(found.id);
  }
  const unknown = said.rooms?.find((room) => !devices.some((device) => device.room === room));
  if (unknown !== undefined) return noSuchRoom(unknown);
  const hours = said.hours === undefined ? undefined : hoursOf(said.hours);
  if (said.hours !== undefined && !hours) return noHours(said.hours);
  return done({
    ...(said.devices ? { devices: ids } : {}),
    ...(said.rooms ? { rooms: said.rooms } : {}),
    ...(hours ? { hours } : {}),
  });
}

function hoursOf(text: string): Scope['hours'] | undefined {
  const [, fromHour, fromMinutes, toHour, toMinutes] = HOURS.exec(text.trim()) ?? [];
  if (fromHour === undefined) return undefined;
  const fromMinute = Number(fromHour) * 60 + Number(fromMinutes);
  const toMinute = Number(toHour) * 60 + Number(toMinutes);
  return fromMinute === toMinute || toMinute > 24 * 60 ? undefined : { fromMinute, toMinute };
}

function noSuchRoom(room: string): Answer<never> {
  return refuse(
    [`「${room}」という部屋に機器はありません。`, '「engawa hub device list」で部屋の名前を確かめてください。'],
    [`No device is in a room named "${room}".`, 'See the rooms with: engawa hub device list'],
  );
}

function noHours(text: string): Answer<never> {
  return refuse(
    [`「${text}」は時間帯として読み取れません。`, '「08:00-20:00」のように書いてください。'],
    [`"${text}" is not a time of the day.`, 'Write it like this: 08:00-20:00'],
  );
}
