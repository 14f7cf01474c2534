import type { Claim, DialectResult, DropReason, Known, Reading, Route, ThingClaim } from './dialect.ts';
import { asFields, type Fields as Said } from './json.ts';
import { readValue } from './routes.ts';
import { isSecret } from './secrets.ts';
import { bthomeField } from './shelly-bthome.ts';
import { grownClaim, type Shown } from './shelly-claims.ts';
import type { Fields } from './shelly-components.ts';
import type { From } from './shelly-topic.ts';

/** A device's own id: its kind, and its MAC address, which no setting changes. */
const DEVICE_ID = /^([a-z0-9]{1,48})-[0-9a-f]{12}$/i;

/** The device that speaks: where, and its own id when the message has it. */
export interface Speaker {
  readonly from: From;
  readonly id: string | undefined;
}

/** Gathers what one message says. */
export class Tally {
  readonly #known: Known;
  readonly #readings: Reading[] = [];
  readonly #things = new Map<string, ThingClaim>();
  readonly #dropped: Partial<Record<DropReason, number>> = {};

  constructor(known: Known) {
    this.#known = known;
  }

  /** Counts a value that is not read. */
  drop(reason: DropReason): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
  }

  /** Counts every value of a component of which nothing is read. */
  dropAll(said: Said): void {
    for (const name of Object.keys(said)) if (name !== 'id') this.drop(isSecret(name) ? 'secret' : 'unknownProperty');
  }

  /** All that was said. */
  result(): DialectResult {
    const things = [...this.#things.values()];
    return { readings: this.#readings, ...(things.length > 0 ? { things } : {}), dropped: this.#dropped };
  }

  /** A component whose values are in the table. */
  component(speaker: Speaker, name: string, said: Said, fields: Fields): void {
    const { thing, hardware, online } = this.#place(speaker, name);
    const before = this.#readings.length;
    this.#read(thing, said, fields);
    if (this.#readings.length > before) this.#claim(thing, { hardware, online, model: modelOf(speaker) });
  }

  /** A BTHome sensor says only a value; what it means was said with its configuration, here or before. */
  sensor(speaker: Speaker, name: string, said: Said): void {
    const { thing, hardware, online } = this.#place(speaker, name);
    const object = said.obj_id ?? said.obj_name;
    const told = bthomeField(object);
    const routes = this.#held(thing, hardware)?.traits.routes ?? [];
    const field = object === undefined ? routes.find(({ kind }) => kind !== 'device.online') : told;
    const { obj_id: _id, obj_name: _name, ...rest } = said;
    const before = this.#readings.length;
    this.#read(thing, rest, field === undefined ? {} : { value: field });
    if (told === undefined && this.#readings.length === before) return;
    const topic = `${speaker.from.prefix ?? speaker.from.name}/status/${name}`;
    const announced: Route | undefined = told && { topic, by: topic, path: ['value'], ...told };
    this.#claim(thing, { hardware, online, announced });
  }

  /** A Bluetooth sensor heard by a script; of several devices that hear it, the first gives it its name. */
  bluetooth({ from }: Speaker, hardware: string, data: Said): void {
    const name = nameOf(from, `blu:${hardware.slice(-6)}`);
    const isKnown = this.#known.claim(name)?.hardware === hardware;
    const elsewhere = isKnown ? undefined : this.#known.hardware(hardware)?.thing;
    const thing = elsewhere ?? name;
    const fields = Object.fromEntries(
      Object.keys(data).flatMap((each) => {
        const field = bthomeField(each);
        return field === undefined ? [] : [[each, field]];
      }),
    );
    const before = this.#readings.length;
    this.#read(thing, data, fields);
    const online = elsewhere === undefined ? `${from.prefix}/online` : undefined;
    if (this.#readings.length > before) this.#claim(thing, { hardware, online });
  }

  /** What is known of a thing, or of its hardware under the name it had before. */
  #held(thing: string, hardware: string | undefined): Claim | undefined {
    return this.#known.claim(thing) ?? (hardware === undefined ? undefined : this.#known.hardware(hardware)?.claim);
  }

  #place({ from, id }: Speaker, component: string): { thing: string; hardware?: string; online?: string } {
    const hardware = id === undefined ? {} : { hardware: `${id}/${component}` };
    if (from.prefix !== undefined) {
      return { thing: nameOf(from, component), online: `${from.prefix}/online`, ...hardware };
    }
    const held = this.#known.hardware(`${from.name}/${component}`)?.thing;
    return held === undefined
      ? { thing: nameOf(from, component), online: `${from.name}/online`, ...hardware }
      : { thing: held, ...hardware };
  }

  #read(thing: string, said: Said, fields: Fields): void {
    for (const [name, value] of leaves(said, fields)) {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (field === undefined) {
        this.drop(isSecret(name) ? 'secret' : 'unknownProperty');
        continue;
      }
      const found = readValue(field, value);
      if ('drop' in found) this.drop(found.drop);
      else this.#readings.push({ thing, kind: field.kind, value: found.value, quality: 'good' });
    }
  }

  #claim(thing: string, about: Omit<Shown, 'thing' | 'kinds'>): void {
    const kinds = this.#readings.filter((each) => each.thing === thing).map(({ kind }) => kind);
    const claim = grownClaim({ thing, kinds, ...about }, this.#known);
    if (claim !== undefined) this.#things.set(thing, claim);
  }
}

/** Every value by its place; only objects of which something is read are entered. */
function leaves(said: Said, fields: Fields): [string, unknown][] {
  return Object.entries(said).flatMap(([name, value]): [string, unknown][] => {
    if (name === 'id') return [];
    const inner = asFields(value);
    if (inner === undefined || !Object.keys(fields).some((path) => path.startsWith(`${name}.`))) {
      return [
        [value === null ? (Object.keys(fields).find((path) => path.startsWith(`${name}.`)) ?? name) : name, value],
      ];
    }
    return Object.entries(inner).map(([part, each]) => [`${name}.${part}`, each]);
  });
}

function nameOf({ name }: From, component: string): string {
  return name === '' ? component : `${name}/${component}`;
}

function modelOf({ id }: Speaker): string | undefined {
  return id === undefined ? undefined : DEVICE_ID.exec(id)?.[1];
}

/** A device's own id, or undefined for anything else. */
export function asDeviceId(value: unknown): string | undefined {
  return typeof value === 'string' && DEVICE_ID.test(value) ? value : undefined;
}
