import { classify } from '../../devices/change.ts';
import type { DialectResult, DropReason, Reading } from '../../devices/dialects/dialect.ts';
import { DIALECTS } from '../../devices/dialects/dialects.ts';
import type { Arrived } from '../../devices/intake.ts';
import { type Observation, observe } from '../../devices/observation.ts';
import type { Kind } from '../../devices/vocabulary.ts';
import type { Operation } from '../store/store.ts';
import { categoryOf, type Device, type DeviceTable, storeDevice } from './device-table.ts';
import { keepState, type LastValue, type LastValues } from './last-values.ts';

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
  readonly lastValues: readonly LastValue[];
  readonly operations: readonly Operation[];
  /** What was dropped at the door, by reason; `command` and `ignored` are ordinary traffic and not listed. */
  readonly dropped: Readonly<Record<string, number>>;
}

interface Now {
  readonly ms: number;
  readonly estimated: boolean;
}

const ORDINARY: ReadonlySet<string> = new Set(['command', 'ignored']);

/** Reads a message with its dialect and says what was observed by which device. Pure: the caller applies the changes. */
export function interpret(arrived: Arrived, known: Known, now: Now): Interpretation {
  const decode = DIALECTS[known.dialectOf(arrived.source)].decode;
  const traits = (thing: string) => known.devices.traits(arrived.source, thing);
  const result = decode(arrived.topic, arrived.payload, arrived.retained, arrived.base, traits);
  if ('refused' in result) {
    const dropped = ORDINARY.has(result.refused) ? {} : { [result.refused]: 1 };
    return { seen: [], devices: [], lastValues: [], operations: [], dropped };
  }
  const draft = new Draft(arrived, known, now);
  for (const { thing, ...claim } of result.things ?? []) draft.announce(thing, claim);
  for (const reading of readingsOf(result)) draft.read(reading);
  return draft.done(result.dropped);
}

function readingsOf(result: Exclude<DialectResult, { refused: unknown }>): readonly Reading[] {
  if (!result.availability) return result.readings;
  const { thing, online } = result.availability;
  return [...result.readings, { thing, kind: 'device.online', value: online ? 1 : 0, quality: 'good' }];
}

/** Gathers the changes of one message, reading through to what is known. */
class Draft {
  readonly #arrived: Arrived;
  readonly #known: Known;
  readonly #now: Now;
  readonly #devices = new Map<string, Device>();
  readonly #lastValues = new Map<string, LastValue>();
  readonly #seen: Seen[] = [];
  readonly #operations: Operation[] = [];
  #tooMany = 0;
  #added = 0;

  constructor(arrived: Arrived, known: Known, now: Now) {
    this.#arrived = arrived;
    this.#known = known;
    this.#now = now;
  }

  announce(thing: string, claim: Device['claim']): void {
    this.#device(thing, claim);
  }

  read(reading: Reading): void {
    const device = this.#device(reading.thing);
    if (!device) return;
    const before = this.#last(device.id, reading.kind);
    const observation = observe(reading, {
      device: device.id,
      category: categoryOf(device, reading.kind),
      atMs: this.#now.ms,
      estimatedTime: this.#now.estimated,
      origin: classify(reading.kind, reading.value, before?.value, this.#arrived.retained),
    });
    this.#seen.push({ observation, device });
    if (device.approvedAtMs === undefined || observation.quality !== 'good') return;
    const kept = keepState(observation, before);
    if (kept) this.#operations.push(kept);
    const { property: kind, value, atMs } = observation;
    this.#lastValues.set(`${device.id}|${kind}`, { device: device.id, kind, value, atMs });
  }

  done(dropped: Readonly<Partial<Record<DropReason, number>>>): Interpretation {
    return {
      seen: this.#seen,
      devices: [...this.#devices.values()],
      lastValues: [...this.#lastValues.values()],
      operations: [...[...this.#devices.values()].map(storeDevice), ...this.#operations],
      dropped: this.#tooMany > 0 ? { ...dropped, tooManyDevices: this.#tooMany } : { ...dropped },
    };
  }

  #last(device: number, kind: Kind): LastValue | undefined {
    return this.#lastValues.get(`${device}|${kind}`) ?? this.#known.lastValues.get(device, kind);
  }

  #device(thing: string, claim?: Device['claim']): Device | undefined {
    const drafted = this.#devices.get(thing);
    if (drafted) {
      const device = claim ? { ...drafted, claim } : drafted;
      this.#devices.set(thing, device);
      return device;
    }
    const before = this.#known.devices.find(this.#arrived.source, thing);
    const device = this.#known.devices.discovered(this.#arrived.source, thing, claim, this.#added);
    if (!device) {
      this.#tooMany += 1;
      return undefined;
    }
    const fresh = this.#known.devices.get(device.id) === undefined;
    if (fresh) this.#added += 1;
    if (fresh || !sameDevice(before, device)) this.#devices.set(thing, device);
    return device;
  }
}

function sameDevice(before: Device | undefined, after: Device): boolean {
  if (before === after) return true;
  return (
    before !== undefined && before.thing === after.thing && JSON.stringify(before.claim) === JSON.stringify(after.claim)
  );
}
