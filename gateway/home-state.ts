import { type Kind, vocabularyOf } from '../devices/vocabulary.ts';
import type { Category } from '../proto/lists.ts';
import type { Batch } from './batch.ts';
import { type Device, type DeviceRow, DeviceTable } from './intake/device-table.ts';
import { IntakeMarks, type MarkRow } from './intake/intake-marks.ts';
import { type LastValue, LastValues } from './intake/last-values.ts';
import { type OpenWindow, resume, windowKey } from './minimize/open-window.ts';
import type { Operation, Store } from './store/store.ts';

/** A window that is filling, with the agreement it belongs to. */
export interface KeptWindow {
  readonly agreement: number;
  readonly window: OpenWindow;
}

/** Everything the walk remembers between messages. It is what the store holds: loaded at start, and again after a failed commit. */
export interface HomeState {
  readonly devices: DeviceTable;
  readonly lastValues: LastValues;
  readonly marks: IntakeMarks;
  readonly windows: Map<string, KeptWindow>;
  /** `agreement|epoch|subject` already noted as used. */
  readonly usedSubjects: Set<string>;
}

interface WindowRow {
  readonly agreement: number;
  readonly category: Category;
  readonly property: string;
  readonly subject: number;
  readonly state: string;
}

/** Loads the state from the store; windows count nothing between the last look and now. */
export function loadHomeState(store: Store, nowMs: number): HomeState {
  const highest = store.get<{ seq: number }>('device.highest')?.seq ?? 0;
  const windows = new Map<string, KeptWindow>();
  for (const row of store.all<WindowRow>('window.all')) {
    const window = resume(JSON.parse(row.state) as OpenWindow, nowMs);
    windows.set(windowKey(row.agreement, row.category, row.property, row.subject), {
      agreement: row.agreement,
      window,
    });
  }
  const used = store.all<{ agreement: number; epoch: number; subject: number }>('usedSubject.all');
  const lastValues = store.all<{ device: number; kind: Kind; value: number; at_ms: number }>('lastValue.all');
  return {
    devices: new DeviceTable(store.all<DeviceRow>('device.all'), highest),
    lastValues: new LastValues(
      lastValues.map(({ at_ms, ...rest }) => ({ ...rest, atMs: at_ms })),
      nowMs,
    ),
    marks: new IntakeMarks(store.all<MarkRow>('intakeMark.all')),
    windows,
    usedSubjects: new Set(used.map(({ agreement, epoch, subject }) => `${agreement}|${epoch}|${subject}`)),
  };
}

/** Puts a device into the memory; returns how that is taken back. */
export function putDevice({ devices }: HomeState, device: Device): () => void {
  const before = devices.get(device.id);
  devices.put(device);
  return () => (before ? devices.put(before) : devices.remove(device.id));
}

/** Takes a device out of the memory with what it last said; returns how that is taken back. */
export function dropDevice({ devices, lastValues }: HomeState, device: Device): () => void {
  const values = lastValues.ofDevice(device.id);
  devices.remove(device.id);
  lastValues.forget(device.id);
  return () => {
    devices.put(device);
    for (const value of values) lastValues.put(value);
  };
}

/** Puts a last value into the memory; a state's is taken back when the walk fails, because it decides what an event is. */
export function putLastValue({ lastValues }: HomeState, value: LastValue, batch: Batch): void {
  const before = lastValues.get(value.device, value.kind);
  lastValues.put(value);
  if (vocabularyOf(value.kind).nature !== 'state') return;
  batch.undoing(() => (before ? lastValues.put(before) : lastValues.drop(value.device, value.kind)));
}

/** Sets a window in the memory, or takes it out; returns how that is taken back. */
export function setWindow({ windows }: HomeState, key: string, kept: KeptWindow | undefined): () => void {
  const before = windows.get(key);
  const set = (value: KeptWindow | undefined) => void (value ? windows.set(key, value) : windows.delete(key));
  set(kept);
  return () => set(before);
}

/** The operation that keeps a window as it stands. */
export function keepWindow({ agreement, window }: KeptWindow): Operation {
  return ['window.put', agreement, window.category, window.property, window.subject, JSON.stringify(window)];
}
