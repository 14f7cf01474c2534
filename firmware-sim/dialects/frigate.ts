import type { TraceMessage } from '../message.ts';
import { type Random, randomStream } from '../random.ts';
import { inputChanges } from '../things/watching.ts';
import { type DayWorld, joinSpans, type Span } from '../world/house.ts';
import type { DevicePlan, Moment, Speaker, SpeakerSettings } from './speaker.ts';

/** Whoever moves is found after so long at most, in milliseconds, and given up so long after leaving. */
const FOUND_MS = [300, 1500] as const;
const GONE_MS = [2000, 6000] as const;

/** An animal that lies still is lost from the picture after so long. */
const ANIMAL_HOLD_MS = 30_000;

/** Who in the house is an animal: people are numbered from 0. */
const FIRST_ANIMAL = 1000;

type Label = 'person' | 'cat';
const LABELS: readonly Label[] = ['person', 'cat'];

/** The household's Frigate: one client that counts people and animals in front of its cameras; no picture is published. */
export function frigateSpeaker(cameras: readonly DevicePlan[], settings: SpeakerSettings): Speaker {
  if (cameras.some(({ kind }) => kind !== 'camera')) {
    throw new RangeError('Frigate has cameras only');
  }
  const say = (atMs: number, word: string, payload: string, retain = false): TraceMessage => ({
    atMs,
    topic: `frigate/${word}`,
    payload,
    retain,
    qos: 0,
  });
  const counts = new Map(cameras.map(({ name }) => [name, { person: 0, cat: 0 }]));
  const countOf = (camera: string): Record<Label, number> => counts.get(camera) ?? { person: 0, cat: 0 };
  const counted = (atMs: number, camera: string, label: Label): TraceMessage[] => {
    const { person, cat } = countOf(camera);
    return [
      say(atMs, `${camera}/${label}`, String(countOf(camera)[label])),
      say(atMs, `${camera}/all`, String(person + cat)),
    ];
  };
  const change = (atMs: number, camera: string, seen: Seen, by: 1 | -1): TraceMessage[] => {
    countOf(camera)[seen.label] += by;
    return [
      ...counted(atMs, camera, seen.label),
      say(atMs, 'events', eventOf(atMs, camera, seen, by === 1 ? 'new' : 'end')),
    ];
  };
  const start = (atMs: number): TraceMessage[] => [
    say(atMs, 'available', 'online', true),
    ...cameras.flatMap(({ name }) => LABELS.flatMap((label) => counted(atMs, name, label))),
  ];
  return {
    client: 'frigate',
    devices: cameras,
    will: { topic: 'frigate/available', payload: 'offline', retain: true, qos: 1 },
    listens: cameras.map(({ name }) => `frigate/${name}/+/set`),
    start,
    again: (atMs) => [say(atMs, 'available', 'online', true)],
    stop: (atMs) => [say(atMs, 'available', 'offline', true)],
    answer: () => [],
    day(world): Moment[] {
      const moments = cameras.flatMap((camera): Moment[] => {
        const random = randomStream(settings.seed, 'frigate', camera.name, world.day);
        const motion = inputChanges(camera, world, random).map(({ atMs, on }) => ({
          atMs,
          speak: () => [say(atMs, `${camera.name}/motion`, on ? 'ON' : 'OFF')],
        }));
        const subjects = seenOf(camera.watches, world, random).flatMap((seen) => [
          { atMs: seen.fromMs, speak: () => change(seen.fromMs, camera.name, seen, 1) },
          { atMs: seen.toMs, speak: () => change(seen.toMs, camera.name, seen, -1) },
        ]);
        return [...motion, ...subjects];
      });
      return moments.sort((left, right) => left.atMs - right.atMs);
    },
  };
}

/** Somebody in front of a camera, from when it was found until it was given up. */
interface Seen extends Span {
  readonly label: Label;
  readonly id: string;
}

function seenOf(place: string, world: DayWorld, random: Random): Seen[] {
  const moved = world.movements.filter((movement) => movement.place === place);
  const people = world.visits.flatMap((visit): Span[] => {
    const mine = (movement: { who: number; atMs: number }): boolean =>
      movement.who === visit.person && movement.atMs >= visit.fromMs && movement.atMs < visit.toMs;
    const first = visit.place === place ? moved.find(mine) : undefined;
    return first === undefined ? [] : [{ fromMs: first.atMs, toMs: visit.toMs }];
  });
  const animals = joinSpans(
    moved.filter(({ who }) => who >= FIRST_ANIMAL).map(({ atMs }) => ({ fromMs: atMs, toMs: atMs + ANIMAL_HOLD_MS })),
    0,
  );
  const seen =
    (label: Label) =>
    (span: Span): Seen[] => {
      const fromMs = span.fromMs + random.between(...FOUND_MS);
      const toMs = Math.min(span.toMs + random.between(...GONE_MS), world.endMs - 1);
      return toMs > fromMs ? [{ fromMs, toMs, label, id: eventId(fromMs, random) }] : [];
    };
  return [...people.flatMap(seen('person')), ...animals.flatMap(seen('cat'))];
}

function eventId(atMs: number, random: Random): string {
  const letters = Array.from({ length: 6 }, () => String.fromCharCode(97 + random.below(26))).join('');
  return `${Math.floor(atMs / 1000)}.${String(atMs % 1000).padStart(3, '0')}${random.between(100, 999)}-${letters}`;
}

function eventOf(atMs: number, camera: string, { id, label, fromMs }: Seen, type: 'new' | 'end'): string {
  const object = {
    id,
    camera,
    frame_time: atMs / 1000,
    snapshot_time: fromMs / 1000,
    label,
    sub_label: null,
    top_score: 0.86,
    false_positive: false,
    start_time: fromMs / 1000,
    end_time: type === 'end' ? atMs / 1000 : null,
    score: 0.84,
    box: [424, 210, 536, 512],
    area: 33_824,
    region: [263, 100, 667, 504],
    current_zones: [],
    entered_zones: [],
    has_snapshot: false,
    has_clip: false,
    stationary: false,
    motionless_count: 0,
    position_changes: 1,
  };
  return JSON.stringify({ type, before: object, after: object });
}
