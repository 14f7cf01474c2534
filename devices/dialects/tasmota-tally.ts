import { KINDS, type Kind } from '../vocabulary.ts';
import type { Claim, Decoded, DropReason, Known, Reading, Route, ThingClaim } from './dialect.ts';
import { asFields } from './json.ts';
import { readValue } from './routes.ts';
import { isSecret } from './secrets.ts';
import type { Field } from './tasmota-values.ts';

/** What a message tells about a thing beside its values. */
export type About = Pick<Claim, 'hardware' | 'vendor' | 'model'>;

const ONLINE_WORDS = { Online: 1, Offline: 0 } as const;

/** How a device says whether it can be reached: as it announced, else as the firmware does. */
export function onlineRoute(name: string, topic: string, known: Known): Route {
  const announced = known.claim(name)?.traits.routes?.find(({ kind }) => kind === 'device.online');
  return announced ?? { topic, by: topic, kind: 'device.online', words: ONLINE_WORDS };
}

/** A thing's claim with its kinds in the vocabulary's order, so that the same news is the same claim. */
export function claimOf(thing: string, about: About, kinds: Iterable<Kind>, traits: Claim['traits']): ThingClaim {
  const { hardware, vendor, model } = about;
  const all = new Set(kinds);
  return {
    thing,
    ...(hardware === undefined ? {} : { hardware }),
    ...(vendor === undefined ? {} : { vendor }),
    ...(model === undefined ? {} : { model }),
    kinds: KINDS.filter((kind) => all.has(kind)),
    categories: {},
    traits,
  };
}

/** Whether a claim says something that is not known yet. */
export function isNews({ thing, ...claim }: ThingClaim, known: Known): boolean {
  return JSON.stringify(known.claim(thing)) !== JSON.stringify(claim);
}

/** Gathers what one message says; things that announce nothing grow with what they say. */
export class Tally {
  readonly #known: Known;
  readonly #online: Route;
  readonly #readings: Reading[];
  readonly #dropped: Partial<Record<DropReason, number>>;
  readonly #about = new Map<string, { about: About; kinds: Set<Kind> }>();

  /** Begins with what was read already of things that announced themselves. */
  constructor(known: Known, online: Route, read: Decoded = { readings: [], dropped: {} }) {
    this.#known = known;
    this.#online = online;
    this.#readings = [...read.readings];
    this.#dropped = { ...read.dropped };
  }

  /** Counts a value that is not read. */
  drop(reason: DropReason): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
  }

  /** Counts a property that is not read; an object with one secret in it is one. */
  unread(name: string, said: unknown): void {
    const names = [name, ...Object.keys(asFields(said) ?? {})];
    this.drop(names.some(isSecret) ? 'secret' : 'unknownProperty');
  }

  /** Reads a value in the words its thing announced, else in those of the field. */
  read(thing: string, field: Field, said: unknown, about: About = {}): void {
    const own = field.words && this.#known.claim(thing)?.traits.routes?.find(({ kind }) => kind === field.kind);
    // A number as text is none, and a whole meter's words never are.
    const isNumber = field.words !== undefined || said === null || typeof said === 'number';
    const found = isNumber ? readValue({ ...field, ...(own?.words && { words: own.words }) }, said) : undefined;
    if (found === undefined || 'drop' in found) {
      this.drop(found?.drop ?? 'malformed');
      return;
    }
    this.#readings.push({ thing, kind: field.kind, value: found.value, quality: 'good' });
    this.grow(thing, [field.kind], about);
  }

  /** A thing has these kinds, as far as this message shows. */
  grow(thing: string, kinds: readonly Kind[], about: About = {}): void {
    const held = this.#about.get(thing);
    this.#about.set(thing, { about: { ...held?.about, ...about }, kinds: new Set([...(held?.kinds ?? []), ...kinds]) });
  }

  /** All that was said. */
  result(): Decoded {
    const things = [...this.#about].flatMap(([thing, { about, kinds }]) => this.#grown(thing, about, kinds));
    return { readings: this.#readings, ...(things.length > 0 ? { things } : {}), dropped: this.#dropped };
  }

  #grown(thing: string, about: About, kinds: ReadonlySet<Kind>): ThingClaim[] {
    const own = this.#known.claim(thing);
    const held = about.hardware === undefined ? undefined : this.#known.hardware(about.hardware)?.claim;
    const before = own ?? held;
    const routes = before?.traits.routes ?? [];
    const reachable = routes.some(({ kind }) => kind === 'device.online') ? routes : [...routes, this.#online];
    const known = { ...about, ...(before?.hardware === undefined ? {} : { hardware: before.hardware }) };
    const kept: About = {
      ...(before?.vendor && { vendor: before.vendor }),
      ...(before?.model && { model: before.model }),
    };
    const claim = claimOf(thing, { ...kept, ...known }, [...(before?.kinds ?? []), ...kinds, 'device.online'], {
      ...before?.traits,
      routes: reachable,
    });
    return isNews(claim, this.#known) ? [claim] : [];
  }
}
