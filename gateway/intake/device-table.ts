import type { Claim, Known } from '../../devices/dialects/dialect.ts';
import { type Meaning, meantCategory } from '../../devices/meanings.ts';
import type { Kind } from '../../devices/vocabulary.ts';
import type { Category } from '../../proto/lists.ts';
import type { Operation } from '../store/store.ts';

/** One thing of the home as the hub knows it. `thing` and `room` are personal data and stay in this table. */
export interface Device {
  readonly id: number;
  readonly source: string;
  readonly thing: string;
  /** What the source claims about it; kept so that it survives a restart. */
  readonly claim: Claim;
  readonly categoryOverride: Category | undefined;
  readonly room: string | undefined;
  readonly approvedAtMs: number | undefined;
  /** What a resident said that hangs on its input. */
  readonly meaning: Meaning | undefined;
  /** The one person whom it concerns; undefined: everybody who lives in the home. */
  readonly person: number | undefined;
}

/** A device as it is stored. */
export interface DeviceRow {
  readonly id: number;
  readonly source: string;
  readonly thing: string;
  readonly claim: string;
  readonly category_override: string | null;
  readonly room: string | null;
  readonly approved_at: number | null;
  readonly meaning: string | null;
  readonly person: number | null;
}

const NO_CLAIM: Claim = { kinds: [], categories: {}, traits: {} };

function key(source: string, thing: string): string {
  return `${source}\n${thing}`;
}

/** The topics a device was announced under and is read from, each with its source. */
function topicsOf({ source, claim }: Device): string[] {
  return (claim.traits.routes ?? []).flatMap(({ topic, by }) => [key(source, topic), key(source, by)]);
}

/** The devices of the home. A new thing is discovered unapproved; only a resident's approval lets it be observed. */
export class DeviceTable {
  readonly #byId = new Map<number, Device>();
  readonly #byThing = new Map<string, Device>();
  readonly #byTopic = new Map<string, Set<number>>();
  readonly #known = new Map<string, Known>();
  readonly #announced = new Map<string, readonly string[]>();
  /** Devices of which an "on" ends by itself, or a value is not known any more after a time. */
  readonly #ending = new Set<number>();
  #highestId: number;

  constructor(rows: readonly DeviceRow[], highestId: number) {
    this.#highestId = highestId;
    for (const row of rows) this.put(readDevice(row));
  }

  /** Every device, by id. */
  all(): Device[] {
    return [...this.#byId.values()].sort((a, b) => a.id - b.id);
  }

  /** The device with this id. */
  get(id: number): Device | undefined {
    return this.#byId.get(id);
  }

  /** The device a source calls by this name. */
  find(source: string, thing: string): Device | undefined {
    return this.#byThing.get(key(source, thing));
  }

  /** What a dialect may look up of its source's things. */
  known(source: string): Known {
    const before = this.#known.get(source);
    if (before) return before;
    const known: Known = {
      claim: (thing) => this.find(source, thing)?.claim,
      hardware: (hardware) => this.all().find((one) => one.source === source && one.claim.hardware === hardware),
      at: (topic) => [...(this.#byTopic.get(key(source, topic)) ?? [])].flatMap((id) => this.#byId.get(id) ?? []),
    };
    this.#known.set(source, known);
    return known;
  }

  /** The devices of which some "on" is over, or some value not known any more, after a time without another message. */
  ending(): Device[] {
    return [...this.#ending].flatMap((id) => this.#byId.get(id) ?? []);
  }

  /** The topics a source announced that its things are read from; the same list until a device changes. */
  announced(source: string): readonly string[] {
    const before = this.#announced.get(source);
    if (before) return before;
    const own = [...this.#byId.values()].filter((device) => device.source === source);
    const topics = [...new Set(own.flatMap(({ claim }) => (claim.traits.routes ?? []).map(({ topic }) => topic)))];
    this.#announced.set(source, topics);
    return topics;
  }

  /** Takes a device in, replacing what was known under its id. */
  put(device: Device): void {
    this.#announced.delete(device.source);
    this.#highestId = Math.max(this.#highestId, device.id);
    const before = this.#byId.get(device.id);
    if (before) this.#unname(before);
    this.#byId.set(device.id, device);
    this.#byThing.set(key(device.source, device.thing), device);
    if (device.claim.traits.routes?.some(({ offAfterMs, expireAfterMs }) => offAfterMs ?? expireAfterMs))
      this.#ending.add(device.id);
    for (const topic of topicsOf(device)) {
      const ids = this.#byTopic.get(topic) ?? new Set();
      this.#byTopic.set(topic, ids.add(device.id));
    }
  }

  /** Forgets a device; its id is never used again. */
  remove(id: number): void {
    const device = this.#byId.get(id);
    if (!device) return;
    this.#announced.delete(device.source);
    this.#byId.delete(id);
    this.#unname(device);
  }

  /** Frees a device's name, unless another has taken it already, and the topics it is read from. */
  #unname(device: Device): void {
    const name = key(device.source, device.thing);
    if (this.#byThing.get(name)?.id === device.id) this.#byThing.delete(name);
    this.#ending.delete(device.id);
    for (const topic of topicsOf(device)) {
      const ids = this.#byTopic.get(topic);
      ids?.delete(device.id);
      if (ids?.size === 0) this.#byTopic.delete(topic);
    }
  }

  /** How many devices there are. */
  get size(): number {
    return this.#byId.size;
  }

  /** The highest id ever given. */
  get highestId(): number {
    return this.#highestId;
  }
}

/** A thing nobody has approved yet. */
export function newDevice(id: number, source: string, thing: string): Device {
  return {
    id,
    source,
    thing,
    claim: NO_CLAIM,
    categoryOverride: undefined,
    room: undefined,
    approvedAtMs: undefined,
    meaning: undefined,
    person: undefined,
  };
}

/** The category of a kind as this device means it. */
export function categoryOf(device: Device, kind: Kind): Category | undefined {
  return (
    (kind.startsWith('power.') || kind.startsWith('energy.') ? device.categoryOverride : undefined) ??
    meantCategory(kind, device.meaning) ??
    device.claim.categories[kind]
  );
}

/** The operations that forget a device with everything the home remembers of it. */
export function forgetDevice(id: number): Operation[] {
  return [
    ['device.forget', id],
    ['lastValue.forget', id],
    ['history.forgetDevice', id],
  ];
}

/** The operation that stores a device as it is. */
export function storeDevice(device: Device): Operation {
  return [
    'device.put',
    device.id,
    device.source,
    device.thing,
    JSON.stringify(device.claim),
    device.categoryOverride ?? null,
    device.room ?? null,
    device.approvedAtMs ?? null,
    device.meaning ? JSON.stringify(device.meaning) : null,
    device.person ?? null,
  ];
}

function readDevice(row: DeviceRow): Device {
  return {
    id: row.id,
    source: row.source,
    thing: row.thing,
    claim: JSON.parse(row.claim),
    categoryOverride: (row.category_override ?? undefined) as Category | undefined,
    room: row.room ?? undefined,
    approvedAtMs: row.approved_at ?? undefined,
    meaning: row.meaning === null ? undefined : JSON.parse(row.meaning),
    person: row.person ?? undefined,
  };
}
