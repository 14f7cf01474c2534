import { classify } from '../../devices/change.ts';
import type { DropReason, Reading, Route, ThingClaim } from '../../devices/dialects/dialect.ts';
import { DIALECTS } from '../../devices/dialects/dialects.ts';
import type { Arrived } from '../../devices/intake.ts';
import { meant } from '../../devices/meanings.ts';
import { type Observation, observe } from '../../devices/observation.ts';
import { decodeOpcua, OPCUA_SOURCE } from '../../devices/opcua/decode.ts';
import type { Kind } from '../../devices/vocabulary.ts';
import { LIMITS } from '../limits.ts';
import type { Operation } from '../store/store.ts';
import { announced } from './announcement.ts';
import { categoryOf, type Device, type DeviceTable, forgetDevice, newDevice, storeDevice } from './device-table.ts';
import { keepState, type LastValue, type LastValues } from './last-values.ts';
import { happenedAtMs } from './source-time.ts';

/** What the hub knows when it interprets a message. */
export interface Known {
  readonly devices: DeviceTable;
  readonly lastValues: LastValues;
  readonly dialectOf: (source: string) => keyof typeof DIALECTS;
}

/** One observation with the device it came from. */
export interface Seen {
  readonly observation: Observation;
  readonly device: Device;
}

/** A message turned into observations; nothing in here has changed any state yet. */
export interface Interpretation {
  readonly seen: readonly Seen[];
  readonly devices: readonly Device[];
  /** Devices whose name other hardware has taken. */
  readonly gone: readonly Device[];
  readonly lastValues: readonly LastValue[];
  /** Values that are not known any more. */
  readonly forgotten: readonly LastValue[];
  readonly operations: readonly Operation[];
  /** What was dropped at the door, by reason; `command` and `ignored` are ordinary traffic and not listed. */
  readonly dropped: Readonly<Record<string, number>>;
}

interface Now {
  readonly ms: number;
  readonly estimated: boolean;
}

const NOTHING: Interpretation = {
  seen: [],
  devices: [],
  gone: [],
  lastValues: [],
  forgotten: [],
  operations: [],
  dropped: {},
};
const ORDINARY: ReadonlySet<string> = new Set(['command', 'ignored']);

/** Reads a message with its dialect and says what was observed by which device. Pure: the caller applies the changes. */
export function interpret(arrived: Arrived, known: Known, now: Now): Interpretation {
  const decode = arrived.source === OPCUA_SOURCE ? decodeOpcua : DIALECTS[known.dialectOf(arrived.source)].decode;
  const result = decode(arrived, known.devices.known(arrived.source));
  if ('refused' in result) {
    return ORDINARY.has(result.refused) ? NOTHING : { ...NOTHING, dropped: { [result.refused]: 1 } };
  }
  const draft = new Draft(arrived, known, now);
  if (result.things) draft.announce(result.things);
  for (const reading of result.readings) draft.read(reading);
  return draft.done(result.dropped);
}

/** An end that is noticed so much later, because the hub was off, has no moment: it is a snapshot. */
const LATE_MS = 5_000;

/**
 * What no device says because its source announced that it comes by itself: an "on" that is over (`off_delay`), a value
 * that is not known any more (`expire_after`). One interpretation for each.
 */
export function interpretEndings(known: Known, now: Now): Interpretation[] {
  return known.devices
    .ending()
    .flatMap((device) => (device.claim.traits.routes ?? []).flatMap((route) => ending(device, route, known, now)));
}

function ending(device: Device, { kind, offAfterMs, expireAfterMs }: Route, known: Known, now: Now): Interpretation[] {
  const off = { thing: device.thing, kind, value: 0, quality: 'good' } as const;
  const isOff = meant(off, device.meaning);
  const last = known.lastValues.get(device.id, isOff.kind);
  if (last === undefined) return [];
  if (expireAfterMs !== undefined && !known.lastValues.isFresh(last, now.ms, expireAfterMs))
    return [{ ...NOTHING, forgotten: [last] }];
  if (offAfterMs === undefined || last.value === isOff.value) return [];
  const lateMs = now.ms - last.atMs - offAfterMs;
  if (lateMs < 0) return [];
  const draft = new Draft({ source: device.source, retained: lateMs > LATE_MS }, known, now);
  draft.read(off);
  return [draft.done({})];
}

/** What counts of a message beside its content. */
type Heard = Pick<Arrived, 'source' | 'retained' | 'sourceMs'>;

/** Gathers the changes of one message, reading through to what is known. */
class Draft {
  readonly #arrived: Heard;
  readonly #known: Known;
  readonly #now: Now;
  readonly #devices = new Map<string, Device>();
  readonly #lastValues: LastValue[] = [];
  readonly #seen: Seen[] = [];
  readonly #operations: Operation[] = [];
  readonly #gone: Device[] = [];
  #latest: Device | undefined;
  #tooMany = 0;
  #added = 0;

  constructor(arrived: Heard, known: Known, now: Now) {
    this.#arrived = arrived;
    this.#known = known;
    this.#now = now;
  }

  announce(claims: readonly ThingClaim[]): void {
    const { devices, gone, tooMany } = announced(this.#known.devices, this.#arrived.source, claims);
    for (const device of devices) this.#devices.set(device.thing, device);
    this.#gone.push(...gone);
    this.#tooMany += tooMany;
  }

  read(said: Reading): void {
    const device = this.#device(said.thing);
    if (!device) return;
    const reading = meant(said, device.meaning);
    const before = this.#last(device.id, reading.kind);
    const observation = observe(reading, {
      device: device.id,
      category: categoryOf(device, reading.kind),
      atMs: this.#atMs(before),
      estimatedTime: this.#now.estimated,
      origin: classify(reading.kind, reading.value, before?.value, this.#arrived.retained),
    });
    this.#seen.push({ observation, device });
    if (device.approvedAtMs === undefined || observation.quality !== 'good') return;
    const kept = keepState(observation, before);
    if (kept) this.#operations.push(kept);
    const { property: kind, value, atMs } = observation;
    this.#lastValues.push({ device: device.id, kind, value, atMs });
  }

  done(dropped: Readonly<Partial<Record<DropReason, number>>>): Interpretation {
    return {
      seen: this.#seen,
      devices: [...this.#devices.values()],
      gone: this.#gone,
      lastValues: this.#lastValues,
      forgotten: [],
      operations:
        this.#devices.size + this.#gone.length === 0 ? this.#operations : [...this.#storing(), ...this.#operations],
      dropped: this.#tooMany > 0 ? { ...dropped, tooManyDevices: this.#tooMany } : { ...dropped },
    };
  }

  /** Never before what the device said last: its values keep their order. */
  #atMs(before: LastValue | undefined): number {
    const { ms } = this.#now;
    return Math.min(ms, Math.max(happenedAtMs(this.#arrived.sourceMs, this.#now), before?.atMs ?? 0));
  }

  #last(device: number, kind: Kind): LastValue | undefined {
    const said = this.#lastValues.findLast((value) => value.device === device && value.kind === kind);
    return said ?? this.#known.lastValues.get(device, kind);
  }

  /** Names are freed before they are taken: two things can have changed names with each other. */
  #storing(): Operation[] {
    const devices = [...this.#devices.values()];
    const leaving = this.#gone.flatMap(({ id }) => forgetDevice(id));
    const unnamed = devices
      .filter(({ id }) => this.#known.devices.get(id))
      .map(({ id }): Operation => ['device.unname', id]);
    return [...leaving, ...unnamed, ...devices.map(storeDevice)];
  }

  /** The readings of a message are mostly of one thing. */
  #device(thing: string): Device | undefined {
    if (this.#latest?.thing !== thing) this.#latest = this.#find(thing);
    return this.#latest;
  }

  #find(thing: string): Device | undefined {
    const { devices } = this.#known;
    const known = this.#devices.get(thing) ?? devices.find(this.#arrived.source, thing);
    if (known) return known;
    if (devices.size + this.#added >= LIMITS.devices) {
      this.#tooMany += 1;
      return undefined;
    }
    this.#added += 1;
    const device = newDevice(devices.highestId + this.#added, this.#arrived.source, thing);
    this.#devices.set(thing, device);
    return device;
  }
}
