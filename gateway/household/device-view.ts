import { type MeaningName, meantKinds } from '../../devices/meanings.ts';
import { type Kind, vocabularyOf } from '../../devices/vocabulary.ts';
import type { HomeState } from '../home-state.ts';
import type { Device } from '../intake/device-table.ts';
import type { LastValue } from '../intake/last-values.ts';
import { heardMs, heardOfMs, mayBeSilentMs } from '../intake/silence.ts';
import type { HomeClock } from '../time/home-clock.ts';
import type { Bilingual } from './answer.ts';
import { needsWords } from './approval.ts';
import { valueText } from './texts.ts';

/** The latest value of one kind of a device, with its words. */
interface LastView {
  readonly kind: Kind;
  readonly value: number;
  readonly unit: string;
  readonly text: Bilingual;
  readonly atMs: number;
}

/** A device as pages and command line show it; times in milliseconds of home time, null where nothing is known. */
export interface DeviceView {
  readonly id: number;
  readonly name: string;
  readonly source: string;
  readonly room: string | null;
  /** What it claims to be, in its maker's words. */
  readonly vendor: string | null;
  readonly model: string | null;
  /** What it says, as it is meant. */
  readonly kinds: readonly Kind[];
  readonly approved: boolean;
  /** What a resident said that hangs on its input. */
  /** The person it concerns; null: everybody who lives here. */
  readonly person: number | null;
  readonly meaning: { readonly is: MeaningName; readonly inverted: boolean } | null;
  /** Whether somebody must say that first. */
  readonly needsMeaning: boolean;
  readonly online: boolean | null;
  readonly batteryPercent: number | null;
  readonly batteryLow: boolean | null;
  readonly linkQuality: number | null;
  readonly lastHeardMs: number | null;
  /** Since when an approved device has been silent for longer than its kind may be. */
  readonly silentSinceMs: number | null;
  readonly last: readonly LastView[];
}

/** The moment a device is looked at: home time, and how long this process has listened. */
export interface Look {
  readonly nowMs: number;
  readonly ranMs: number;
}

/** What the views of all devices are made of. */
export interface DeviceViewParts {
  readonly state: () => HomeState;
  readonly clock: HomeClock;
  /** How long this process has listened, in milliseconds. */
  readonly ranMs: () => number;
}

/** Every device of the home. */
export function deviceViews({ state, clock, ranMs }: DeviceViewParts): DeviceView[] {
  const { devices, lastValues } = state();
  const look = { nowMs: clock.now().ms, ranMs: ranMs() };
  return devices.all().map((device) => deviceView(device, lastValues.ofDevice(device.id), look));
}

/** One device with what it last said. */
export function deviceView(device: Device, last: readonly LastValue[], look: Look): DeviceView {
  const { meaning, claim } = device;
  const said = (kind: Kind): number | null => last.find((value) => value.kind === kind)?.value ?? null;
  return {
    id: device.id,
    name: device.thing,
    source: device.source,
    room: device.room ?? null,
    vendor: claim.vendor ?? null,
    model: claim.model ?? null,
    kinds: meantKinds(claim.kinds, meaning),
    approved: device.approvedAtMs !== undefined,
    meaning: meaning ? { is: meaning.is, inverted: meaning.inverted } : null,
    person: device.person ?? null,
    needsMeaning: needsWords(device),
    online: flag(said('device.online')),
    batteryPercent: said('battery.percent'),
    batteryLow: flag(said('battery.low')),
    linkQuality: said('link.quality'),
    lastHeardMs: heardMs(last) ?? null,
    silentSinceMs: device.approvedAtMs === undefined ? null : silentSinceMs(device, last, look),
    last: last.filter((value) => value.kind !== 'device.online').map(lastView),
  };
}

function flag(value: number | null): boolean | null {
  return value === null ? null : value === 1;
}

function silentSinceMs({ claim }: Device, last: readonly LastValue[], { nowMs, ranMs }: Look): number | null {
  const heard = heardMs(last);
  const silentMs = heardOfMs(heard === undefined ? null : nowMs - heard, ranMs);
  return silentMs > mayBeSilentMs(claim, last) ? (heard ?? nowMs - silentMs) : null;
}

function lastView({ kind, value, atMs }: LastValue): LastView {
  return { kind, value, unit: vocabularyOf(kind).unit, text: valueText(kind, value), atMs };
}
