import type { Speaker } from '../dialects/speaker.ts';
import type { Told } from '../message.ts';
import { petNumber } from '../people/pets.ts';
import type { HomePlan } from '../world/home-plan.ts';
import type { DayWorld } from '../world/house.ts';

/** One line of the ground truth; the README of this folder lists the kinds. */
export type TruthLine = { readonly is: string } & Readonly<Record<string, string | number | undefined>>;

/** The devices behind a client. */
export function devicesTruth({ client, devices }: Speaker): TruthLine[] {
  return devices.map(({ name, kind, watches }) => ({ is: 'device', name, kind, watches, client }));
}

/** Who lives in a home: the numbers by which visits and movements name them. */
export function inhabitantsTruth({ residents, pets }: HomePlan): TruthLine[] {
  return [
    ...residents.map(({ name }, who) => ({ is: 'inhabitant', who, name, kind: 'person' })),
    ...pets.map(({ name, kind }, index) => ({ is: 'inhabitant', who: petNumber(pets, index), name, kind })),
  ];
}

/** What really happened in a day of the house from `startMs` on. */
export function* worldTruth(world: DayWorld, startMs: number): Generator<TruthLine> {
  const during = ({ toMs }: { toMs: number }): boolean => toMs > startMs;
  const within = ({ atMs }: { atMs: number }): boolean => atMs >= startMs;
  for (const { person, place, activity, fromMs, toMs } of world.visits.filter(during)) {
    yield { is: 'visit', who: person, place, activity, fromMs, toMs };
  }
  for (const { who, place, atMs } of world.movements.filter(within)) {
    yield { is: 'movement', who, place, atMs };
  }
  for (const [what, spans] of Object.entries(world.openings)) {
    for (const { fromMs, toMs } of spans.filter(during)) {
      yield { is: 'opening', what, fromMs, toMs };
    }
  }
  for (const passage of world.passages) {
    if (during({ toMs: passage.lockMs })) {
      yield { is: 'passage', ...passage };
    }
  }
  for (const [what, { restMw, steps }] of Object.entries(world.loads)) {
    for (const { atMs, powerMw } of [{ atMs: world.startMs, powerMw: restMw }, ...steps].filter(within)) {
      yield { is: 'power', what, atMs, powerMw };
    }
  }
}

/** What became of one message: `seq` counts all from 0 in the order in which they were due. */
export function messageTruth(
  { atMs, client, topic }: Told,
  seq: number,
  outcome: 'written' | 'sent' | 'lost',
  sentMs?: number,
): TruthLine {
  return { is: 'message', seq, atMs, client, topic, outcome, ...(sentMs === undefined ? {} : { sentMs }) };
}
