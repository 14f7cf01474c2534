import { CAPACITIES } from '../consent/consent-record.ts';
import { type Circumstances, OWNER, type Resident } from '../consent/grant.ts';
import { LIMITS } from '../limits.ts';
import type { Operation, Store } from '../store/store.ts';
import { type Answer, done } from './answer.ts';
import {
  guardianNeeded,
  noSuchPerson,
  notForOthers,
  ownerStays,
  personNamed,
  timeNeeded,
  tooManyPeople,
} from './people-problems.ts';

import { FIRST, type NewPerson, type Person, type PersonRow, type Speaker } from './person.ts';

/** What is held back for a time: everything, or what shared sensors see while visitors are here. */
export type Hold = 'paused' | 'visitors';

const META: Readonly<Record<Hold, string>> = { paused: 'paused_until', visitors: 'visitors_until' };
/** Under which the owner's number is kept, once the home was handed over. */
const OWNER_META = 'owner';
/** Until somebody says otherwise. */
export const WITHOUT_END = Number.MAX_SAFE_INTEGER;
const MINUTE_MS = 60_000;

/** What the people of a home are kept with. */
export interface PeopleParts {
  readonly store: Store;
  readonly nowMs: () => number;
  /** Called whenever who lives here, or what is held back, is another than before. */
  readonly onChange: () => void;
}

/** Who lives in the home, and what is held back for a time. What makes the home stricter counts at once, before it is on disk. */
export class People {
  readonly #parts: PeopleParts;
  readonly #all = new Map<number, Person>();
  readonly #holds = new Map<Hold, number>();
  #highestId: number;
  #owner: number;
  /** Numbers that were given and of which nothing is known any more, after damage: one of them may live here. */
  #unknown: readonly number[];

  constructor(parts: PeopleParts) {
    this.#parts = parts;
    const { store } = parts;
    this.#highestId = Math.max(OWNER, store.get<{ seq: number }>('person.highest')?.seq ?? OWNER);
    this.#all.set(OWNER, FIRST);
    for (const { id, name, capacity, guardian, until_ms, left_at } of store.all<PersonRow>('person.all')) {
      if (left_at !== null) {
        this.#all.delete(id);
        continue;
      }
      const untilMs = until_ms ?? undefined;
      this.#all.set(id, { id, name: name ?? '', capacity, guardian: guardian ?? undefined, untilMs });
    }
    const rows = new Set(store.all<PersonRow>('person.all').map(({ id }) => id));
    const given = Array.from({ length: this.#highestId - OWNER }, (_, at) => OWNER + 1 + at);
    this.#unknown = given.filter((id) => !rows.has(id));
    const owner = store.get<{ value: Buffer }>('meta.get', OWNER_META);
    this.#owner = owner ? Number(owner.value.toString()) : OWNER;
    for (const hold of ['paused', 'visitors'] as const) {
      const row = store.get<{ value: Buffer }>('meta.get', META[hold]);
      if (row) this.#holds.set(hold, Number(row.value.toString()));
    }
  }

  /** Everybody who lives here or visits, by number. */
  all(): Person[] {
    return [...this.#all.values()];
  }

  /** Who answers where nobody is named. */
  get owner(): number {
    return this.#owner;
  }

  /** The person with this number. */
  get(id: number): Person | undefined {
    return this.#all.get(id);
  }

  /** Somebody by name or number. */
  find(nameOrId: string): Answer<Person> {
    const wanted = nameOrId.trim();
    const found = this.all().find(({ name }) => name === wanted) ?? this.all().find(({ id }) => String(id) === wanted);
    return found ? done(found) : noSuchPerson(wanted);
  }

  /** What stands beside the consents. */
  circumstances(): Circumstances {
    const residents = this.all().map(
      ({ id, capacity, untilMs }): Resident => ({
        person: id,
        ...(untilMs === undefined ? {} : { untilMs }),
        ...(capacity === 'minor' ? { isSpokenFor: true } : {}),
      }),
    );
    for (const person of this.#unknown) residents.push({ person });
    const { paused: pausedUntilMs, visitors: visitorsUntilMs } = Object.fromEntries(this.#holds);
    return {
      residents,
      ...(pausedUntilMs === undefined ? {} : { pausedUntilMs }),
      ...(visitorsUntilMs === undefined ? {} : { visitorsUntilMs }),
    };
  }

  /** Until when something is held back (home time in milliseconds); undefined when it is not. */
  heldUntilMs(hold: Hold): number | undefined {
    const untilMs = this.#holds.get(hold);
    return untilMs !== undefined && untilMs > this.#parts.nowMs() ? untilMs : undefined;
  }

  /**
   * Who speaks when `asker` answers for `nameOrId`: everybody for himself, a guardian for a minor. The command line
   * (`asker` undefined) answers for anybody, because whoever may use it holds the hub; the record says where it was said.
   */
  speaker(nameOrId: string | undefined, asker: number | undefined): Answer<Speaker> {
    const found = nameOrId === undefined ? this.#answering(asker ?? this.#owner) : this.find(nameOrId);
    if (!found.ok) return found;
    const { id: person, capacity, guardian } = found.value;
    const decidedBy = capacity === 'minor' ? (guardian ?? this.#owner) : person;
    if (asker !== undefined && asker !== decidedBy) return notForOthers(found.value.name);
    return done({ person, capacity, decidedBy, channel: asker === undefined ? 'commandLine' : 'page' });
  }

  #answering(id: number): Answer<Person> {
    const person = this.#all.get(id);
    return person ? done(person) : noSuchPerson(String(id));
  }

  /** Whether somebody may live here of whom nothing is known any more; nothing of shared sensors leaves then. */
  get isUncertain(): boolean {
    return this.#unknown.length > 0;
  }

  /** Somebody says that the list is whole as it is. */
  async confirm(): Promise<void> {
    const nowMs = this.#parts.nowMs();
    await this.#parts.store.commit(
      this.#unknown.flatMap((id): Operation[] => [putPerson({ ...FIRST, id }, nowMs), ['person.left', nowMs, id]]),
    );
    this.#unknown = [];
    this.#parts.onChange();
  }

  /** Somebody moves in, or visits. From now on shared sensors wait for that person's yes. */
  async add({ name: given, capacity = 'adult', guardian, minutes }: NewPerson): Promise<Answer<Person>> {
    const name = given.trim();
    const isTaken = name === '' || /^\d+$/.test(name) || this.all().some((one) => one.name === name);
    if (isTaken || !CAPACITIES.includes(capacity)) return personNamed(name);
    if (this.#all.size >= LIMITS.people) return tooManyPeople();
    if (capacity === 'guest' && minutes === undefined) return timeNeeded(name);
    const speaks = capacity === 'minor' ? this.find(guardian ?? String(this.#owner)) : undefined;
    if (speaks && !(speaks.ok && speaks.value.capacity === 'adult')) return guardianNeeded(name);
    const nowMs = this.#parts.nowMs();
    const person: Person = {
      id: this.#highestId + 1,
      name,
      capacity,
      guardian: speaks?.ok ? speaks.value.id : undefined,
      untilMs: capacity === 'guest' && minutes !== undefined ? nowMs + minutes * MINUTE_MS : undefined,
    };
    this.#highestId = person.id;
    this.#all.set(person.id, person);
    this.#parts.onChange();
    await this.#parts.store.commit([putPerson(person, nowMs)]).catch((fault) => {
      this.#all.delete(person.id);
      this.#parts.onChange();
      throw fault;
    });
    return done(person);
  }

  /** Somebody is called otherwise. */
  async rename(nameOrId: string, given: string): Promise<Answer<Person>> {
    const found = this.find(nameOrId);
    const name = given.trim();
    if (!found.ok) return found;
    const isTaken = this.all().some((one) => one.name === name && one.id !== found.value.id);
    if (name === '' || /^\d+$/.test(name) || isTaken) return personNamed(name);
    const person = { ...found.value, name };
    await this.#parts.store.commit([putPerson(person, this.#parts.nowMs())]);
    this.#all.set(person.id, person);
    this.#parts.onChange();
    return done(person);
  }

  /** Who takes the home over when this person moves out: the owner stays who it is, unless it is the owner who goes. */
  heir({ id, name }: Person, to: string | undefined): Answer<number> {
    const minor = this.all().find(({ guardian }) => guardian === id);
    if (minor) return guardianNeeded(minor.name);
    if (id !== this.#owner) return done(this.#owner);
    const heir = to === undefined ? undefined : this.find(to);
    if (!heir) return ownerStays();
    if (!heir.ok) return heir;
    const isFit = heir.value.capacity === 'adult' && heir.value.id !== id;
    return isFit ? done(heir.value.id) : guardianNeeded(name);
  }

  /** What takes somebody's name away and hands the home over; `gone` follows once it is on disk. */
  leaving(person: Person, heir: number): Operation[] {
    const nowMs = this.#parts.nowMs();
    return [
      putPerson(person, nowMs),
      ['person.left', nowMs, person.id],
      ['meta.put', OWNER_META, Buffer.from(String(heir))],
    ];
  }

  /** Somebody has moved out. */
  gone(id: number, heir: number): void {
    this.#all.delete(id);
    this.#owner = heir;
    this.#parts.onChange();
  }

  /** Holds back from now on, for so many minutes or without end. Counts at once. */
  async hold(hold: Hold, minutes: number | undefined): Promise<void> {
    const untilMs = minutes === undefined ? WITHOUT_END : this.#parts.nowMs() + minutes * MINUTE_MS;
    this.#holds.set(hold, untilMs);
    this.#parts.onChange();
    await this.#parts.store.commit([['meta.put', META[hold], Buffer.from(String(untilMs))]]);
  }

  /** Holds back no longer. */
  async release(hold: Hold): Promise<void> {
    await this.#parts.store.commit([['meta.drop', META[hold]]]);
    this.#holds.delete(hold);
    this.#parts.onChange();
  }
}

function putPerson({ id, name, capacity, guardian, untilMs }: Person, nowMs: number): Operation {
  return ['person.put', id, name, capacity, guardian ?? null, untilMs ?? null, nowMs];
}
