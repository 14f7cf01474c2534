import fc from 'fast-check';
import { observe } from '../../../../devices/observation.ts';
import type { LiveGrant } from '../../../../gateway/consent/grant.ts';
import { DAY_MS, HOUR_MS, type MachineKind, MINUTE_MS, World } from './world.ts';

/** Everything that can happen to a clock. */
const FAULTS = {
  pass: (world: World, ms: number) => world.pass(ms),
  set: (world: World, ms: number) => world.set(world.wallMs + ms),
  powerCut: (world: World, ms: number) => world.powerCut(ms),
  wakesIn1970: (world: World, ms: number) => world.powerCut(ms, 0),
  sleep: (world: World, ms: number) => world.sleep(ms),
  restart: (world: World) => world.restart(),
  serverGoes: (world: World) => world.loseServer(),
  serverComes: (world: World) => {
    world.server = { lieMs: 0 };
    world.pass(1000);
  },
  serverLies: (world: World, lieMs: number, minutes: number) => {
    world.server = { lieMs };
    for (let minute = 0; minute < minutes; minute += 1) world.pass(MINUTE_MS);
  },
};

/** One of them, as data, so that a walk that fails can be read and kept. */
export type Fault = readonly [what: keyof typeof FAULTS, ms: number, minutes: number];

/** Lets one of them happen. */
export function befall(world: World, [what, ms, minutes]: Fault): void {
  FAULTS[what](world, ms, minutes);
}

/** Zones that never change, that change by an hour, from half past, and by half an hour. */
export const ZONES = ['Asia/Tokyo', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe'];

const span = fc.oneof(
  fc.integer({ min: 1, max: 3 * MINUTE_MS }),
  fc.integer({ min: 1, max: 10 * HOUR_MS }),
  fc.integer({ min: 1, max: 10 * DAY_MS }),
);
/** Off for at most a month in all, over a walk of at most twelve steps. */
const offSpan = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 * DAY_MS }));
const leap = fc.oneof(
  span,
  span.map((ms) => -ms),
  fc.constant(20 * 365 * DAY_MS),
  fc.constant(-57 * 365 * DAY_MS),
);

const none = fc.constant(0);
const fault = (what: Fault[0], ms: fc.Arbitrary<number>, minutes: fc.Arbitrary<number> = none): fc.Arbitrary<Fault> =>
  fc.tuple(fc.constant(what), ms, minutes);

/** What happens to a machine whose time server, when there is one, tells the truth. */
export const honest: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: fault('pass', span) },
  fault('serverComes', none),
  fault('serverGoes', none),
  fault('set', leap),
  fault('restart', none),
  fault('powerCut', offSpan),
  fault('wakesIn1970', fc.constant(MINUTE_MS)),
  fault('sleep', fc.integer({ min: 1, max: DAY_MS })),
);

/** The same with a time server that lies, for minutes or hours. */
export const anything: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: honest },
  fault('serverLies', leap, fc.constantFrom(1, 70, 300)),
);

/** A walk of up to twelve of them. */
export const faults = (one: fc.Arbitrary<Fault>) => fc.array(one, { minLength: 1, maxLength: 12 });

/** Any machine. */
export const aKind: fc.Arbitrary<MachineKind> = fc.record({
  battery: fc.boolean(),
  asks: fc.boolean(),
  drift: fc.integer({ min: -90, max: 90 }),
});
/** A machine without battery clock whose system says who vouches. */
export const anAskedKind = fc
  .record({ drift: fc.integer({ min: -90, max: 90 }) })
  .map(({ drift }): MachineKind => ({ battery: false, asks: true, drift }));

/** A yes to counts of a door, for good. */
export const GRANT: LiveGrant = {
  agreement: 1,
  offer: 'offer',
  offerKey: 'ab'.repeat(16),
  category: 'contact.doorWindow',
  level: 'L3',
  windowMinutes: 60,
  lane: 'prompt',
  subject: 'home',
  epochDays: 30,
  legalClass: 'personal',
  voices: [{ person: 1, scope: {} }],
  fromMs: 0,
  expiresMs: Number.MAX_SAFE_INTEGER,
};

/** The door opens now. */
export function opening(world: World) {
  const { ms, estimated } = world.clock.now();
  return observe(
    { thing: 'door', kind: 'contact.state', value: 1, quality: 'good' },
    { device: 1, atMs: ms, estimatedTime: estimated, origin: 'change' },
  );
}
/** A machine whose clock was set once. */
export function vouchedFor(kind: MachineKind, zone?: string): World {
  const world = new World(kind, zone);
  world.server = { lieMs: 0 };
  world.pass(1000);
  world.loseServer();
  return world;
}
/** A device that is approved. */
export const HERE = { approved: true, room: undefined };
