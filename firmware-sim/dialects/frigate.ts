import type { TraceMessage } from '../message.ts';
import { type Random, randomStream } from '../random.ts';
import { inputChanges, ticks } from '../things/watching.ts';
import { FIRST_CAT, FIRST_DOG } from '../world/home-plan.ts';
import type { DayWorld, Movement } from '../world/house.ts';
import { joinSpans, type Span } from '../world/spans.ts';
import { eventText, type Label, statsText, type Tracked } from './frigate-words.ts';
import type { DevicePlan, Moment, Speaker, SpeakerSettings } from './speaker.ts';

/** Whoever moves is found after so long at most, in milliseconds, and given up so long after leaving. */
const FOUND_MS = [300, 1500] as const;
const GONE_MS = [2000, 6000] as const;

/** A better picture of somebody is found so long after the first. */
const BETTER_MS = [800, 1900] as const;

/** An animal that lies still is lost from the picture after so long. */
const ANIMAL_HOLD_MS = 30_000;

/** Frigate's own `stats_interval`. */
const STATS_MS = 60_000;

const LABELS: readonly Label[] = ['person', 'dog', 'cat'];

/** What is known of one camera's picture now. */
interface Picture {
  readonly counts: Record<Label, number>;
  moving: boolean;
}

/** The household's Frigate: one client that counts people and animals in front of its cameras; no picture is published. */
export function frigateSpeaker(cameras: readonly DevicePlan[], settings: SpeakerSettings): Speaker {
  if (cameras.some(({ kind }) => kind !== 'camera')) {
    throw new RangeError('Frigate has cameras only');
  }
  return new Frigate(cameras, settings);
}

class Frigate implements Speaker {
  readonly client = 'frigate';
  readonly devices: readonly DevicePlan[];
  readonly will = { topic: 'frigate/available', payload: 'offline', retain: true, qos: 1 } as const;
  readonly listens: readonly string[];
  readonly #settings: SpeakerSettings;
  readonly #pictures: ReadonlyMap<string, Picture>;
  #startedMs: number;

  constructor(cameras: readonly DevicePlan[], settings: SpeakerSettings) {
    this.devices = cameras;
    this.listens = cameras.map(({ name }) => `frigate/${name}/+/set`);
    this.#settings = settings;
    this.#startedMs = settings.startMs;
    this.#pictures = new Map(
      cameras.map(({ name }) => [name, { counts: { person: 0, dog: 0, cat: 0 }, moving: false }]),
    );
  }

  start(atMs: number): TraceMessage[] {
    this.#startedMs = atMs;
    const pictures = [...this.#pictures].flatMap(([name, picture]) => [
      say(atMs, `${name}/motion`, picture.moving ? 'ON' : 'OFF'),
      ...counted(atMs, name, picture, LABELS),
    ]);
    return [...this.again(atMs), ...pictures];
  }

  again(atMs: number): TraceMessage[] {
    return [say(atMs, 'available', 'online', true)];
  }

  stop(atMs: number): TraceMessage[] {
    return [say(atMs, 'available', 'offline', true)];
  }

  answer(): TraceMessage[] {
    return [];
  }

  day(world: DayWorld): Moment[] {
    const moments = [...this.#pictures].flatMap(([name, picture], index) => {
      const camera = this.devices[index];
      return camera === undefined ? [] : this.#momentsOf(camera, name, picture, world);
    });
    const names = this.devices.map(({ name }) => name);
    const stats = ticks(world, STATS_MS, randomStream(this.#settings.seed, 'frigate').below(STATS_MS)).map((atMs) => ({
      atMs,
      speak: () => [say(atMs, 'stats', statsText(names, Math.min(this.#startedMs, atMs), atMs))],
    }));
    return [...moments, ...stats].sort((left, right) => left.atMs - right.atMs);
  }

  #momentsOf(camera: DevicePlan, name: string, picture: Picture, world: DayWorld): Moment[] {
    const random = randomStream(this.#settings.seed, 'frigate', name, world.day);
    const motion = inputChanges(camera, world, random).map(({ atMs, on }) => ({
      atMs,
      speak: () => {
        picture.moving = on;
        return [say(atMs, `${name}/motion`, on ? 'ON' : 'OFF')];
      },
    }));
    const followed = seenOf(camera.watches, world, random).flatMap((seen) => {
      const change = (type: 'new' | 'end', atMs: number): Moment => ({
        atMs,
        speak: () => {
          picture.counts[seen.label] += type === 'new' ? 1 : -1;
          const event = say(atMs, 'events', eventText(type, name, seen, atMs));
          return [...counted(atMs, name, picture, [seen.label]), event];
        },
      });
      const better = {
        atMs: seen.betterMs,
        speak: () => [say(seen.betterMs, 'events', eventText('update', name, seen, seen.betterMs))],
      };
      const middle = seen.betterMs < seen.toMs ? [better] : [];
      return [change('new', seen.fromMs), ...middle, change('end', seen.toMs)];
    });
    return [...motion, ...followed];
  }
}

function say(atMs: number, word: string, payload: string, retain = false): TraceMessage {
  return { atMs, topic: `frigate/${word}`, payload, retain, qos: 0 };
}

function counted(atMs: number, camera: string, { counts }: Picture, labels: readonly Label[]): TraceMessage[] {
  const all = LABELS.reduce((total, label) => total + counts[label], 0);
  return [
    ...labels.map((label) => say(atMs, `${camera}/${label}`, String(counts[label]))),
    say(atMs, `${camera}/all`, String(all)),
  ];
}

/** Somebody in front of a camera, from when it was found until it was given up. */
interface Seen extends Span, Tracked {
  readonly betterMs: number;
}

function seenOf(place: string, world: DayWorld, random: Random): Seen[] {
  const noticed = world.movements.filter((movement) => movement.place === place);
  const people = new Set(world.visits.map(({ person }) => person).filter((person) => person < FIRST_CAT));
  const animals = new Set(noticed.map(({ who }) => who).filter((who) => who >= FIRST_CAT));
  // Who comes back before being given up was never away.
  const stays = (spans: Span[], label: Label): Seen[] =>
    joinSpans(spans, GONE_MS[1]).flatMap((span) => found(span, label, world.endMs, random));
  return [
    ...[...people].flatMap((person) => stays(visitsSeen(person, place, world, noticed), 'person')),
    ...[...animals].flatMap((animal) =>
      stays(
        noticed.filter(({ who }) => who === animal).map(({ atMs }) => ({ fromMs: atMs, toMs: atMs + ANIMAL_HOLD_MS })),
        animal < FIRST_DOG ? 'cat' : 'dog',
      ),
    ),
  ];
}

/** A person is there from the first movement that is noticed until the visit's end. */
function visitsSeen(person: number, place: string, world: DayWorld, noticed: readonly Movement[]): Span[] {
  return world.visits.flatMap((visit): Span[] => {
    if (visit.place !== place || visit.person !== person) {
      return [];
    }
    const first = noticed.find(({ who, atMs }) => who === person && atMs >= visit.fromMs && atMs < visit.toMs);
    return first === undefined ? [] : [{ fromMs: first.atMs, toMs: visit.toMs }];
  });
}

function found(span: Span, label: Label, endMs: number, random: Random): Seen[] {
  const fromMs = span.fromMs + random.between(...FOUND_MS);
  const toMs = Math.min(span.toMs + random.between(...GONE_MS), endMs - 1);
  const scorePermille = random.between(600, 800);
  const topPermille = scorePermille + random.between(20, 160);
  const betterMs = fromMs + random.between(...BETTER_MS);
  const id = eventId(fromMs, random);
  return toMs > fromMs ? [{ fromMs, toMs, betterMs, label, id, scorePermille, topPermille }] : [];
}

function eventId(atMs: number, random: Random): string {
  const letters = Array.from({ length: 6 }, () => String.fromCharCode(97 + random.below(26))).join('');
  return `${Math.floor(atMs / 1000)}.${String(atMs % 1000).padStart(3, '0')}${random.between(100, 999)}-${letters}`;
}
