import { randomBytes } from 'node:crypto';
import { observe } from '../../../devices/observation.ts';
import { ConsentIndex } from '../../../gateway/consent/consent-index.ts';
import { decide } from '../../../gateway/consent/decide.ts';
import type { LiveGrant } from '../../../gateway/consent/grant.ts';
import { minimize } from '../../../gateway/minimize/minimize.ts';
import { HomeKeys } from '../../../gateway/pseudonymize/home-keys.ts';
import { pseudonymize } from '../../../gateway/pseudonymize/pseudonymize.ts';
import type { Category } from '../../../proto/lists.ts';
import { DEVICES } from '../machines/machine.ts';
import { ENGAWA } from '../machines/machine-set.ts';
import type { Scenario } from './scenario.ts';

const EVENTS = 100_000;
const GRANTS = [1, 100, 10_000];
const SCOPED_DEVICES = 5_000;
const SCOPED_ROOMS = 500;
const PLACE = { approved: true, room: 'kitchen' };
const YEAR_MS = 365 * 86_400_000;
const CATEGORIES: readonly Category[] = ['power.appliance', 'contact.doorWindow', 'presence.person', 'lock.state'];

/** The walk of one event between knowing it and keeping it, in this process, without disk or network. */
export const decision: Scenario = {
  name: 'decision',
  measures: 'time of decide, minimize and pseudonymize for one event',
  run: async ({ figures, runs, say }) => {
    walkAll();
    for (let run = 0; run < runs; run += 1) {
      const fromMs = performance.now();
      walkAll();
      const microseconds = ((performance.now() - fromMs) * 1_000) / EVENTS;
      say(`  ${microseconds.toFixed(2)} µs`);
      figures.add(
        { scenario: 'decision', who: ENGAWA, what: 'decide, minimize, pseudonymize' },
        'µs/event',
        microseconds,
      );
      for (const grants of GRANTS) {
        const nanoseconds = tailOf(grants);
        say(`  ${nanoseconds.toFixed(0)} ns at the 99th percentile with ${grants} grant(s)`);
        figures.add(
          { scenario: 'decision', who: ENGAWA, what: `decide with ${grants} grant(s), p99` },
          'ns',
          nanoseconds,
        );
      }
    }
  },
};

/** How long one decision takes at the 99th percentile in nanoseconds, each measured alone. */
function tailOf(count: number): number {
  const nowMs = Date.now();
  const index = new ConsentIndex(manyGrants(count, nowMs));
  const moment = { nowMs, minuteOfDay: 720, trusted: true, laterByMs: 0 };
  const times = new Float64Array(EVENTS);
  for (let event = 0; event < 2 * EVENTS; event += 1) {
    const reading = { thing: 'door', kind: 'contact.state', value: event % 2, quality: 'good' } as const;
    const category = CATEGORIES[event % CATEGORIES.length] ?? 'lock.state';
    const device = 1 + ((event * 7919) % SCOPED_DEVICES);
    const seen = observe(reading, { device, category, atMs: nowMs, estimatedTime: false, origin: 'sample' });
    const place = { approved: true, room: `room ${device % SCOPED_ROOMS}` };
    const fromMs = performance.now();
    decide(seen, index, place, moment);
    // The first half warms up.
    if (event >= EVENTS) times[event - EVENTS] = (performance.now() - fromMs) * 1_000_000;
  }
  return times.sort()[Math.floor(EVENTS * 0.99)] ?? Number.NaN;
}

/** So many grants as a large home could have: for all of it, for rooms, and for single devices, each of two people. */
function manyGrants(count: number, nowMs: number): LiveGrant[] {
  return Array.from({ length: count }, (_, at) => {
    const category = CATEGORIES[at % CATEGORIES.length] ?? 'lock.state';
    const scope =
      at === 0 ? {} : at % 10 === 0 ? { rooms: [`room ${at % SCOPED_ROOMS}`] } : { devices: [at % SCOPED_DEVICES] };
    const voices = [1, 2].map((person) => ({ person, scope }));
    return { ...grantOf(category, nowMs), agreement: 1 + at, voices };
  });
}

function walkAll(): void {
  const nowMs = Date.now();
  const keys = new HomeKeys(randomBytes(32), randomBytes(32));
  const index = new ConsentIndex(CATEGORIES.map((category) => grantOf(category, nowMs)));
  const moment = { nowMs, minuteOfDay: 720, trusted: true, laterByMs: 0 };
  for (let event = 0; event < EVENTS; event += 1) {
    const reading = { thing: 'plug', kind: 'power.active', value: event * 1_000, quality: 'good' } as const;
    const about = { device: 1 + (event % DEVICES), atMs: nowMs, estimatedTime: false, origin: 'sample' } as const;
    for (const permitted of decide(observe(reading, about), index, PLACE, moment).permitted)
      for (const minimized of minimize(permitted, undefined, () => 0).ready) pseudonymize(minimized, 1, keys);
  }
}

function grantOf(category: Category, nowMs: number): LiveGrant {
  return {
    ...{ category, level: 'L5', windowMinutes: undefined, subject: 'device', lane: 'prompt' },
    ...({ legalClass: 'personal', voices: [{ person: 1, scope: {} }] } as const),
    ...{ agreement: 1, offer: 'bench', offerKey: 'ab'.repeat(16), epochDays: 30 },
    ...{ fromMs: nowMs - YEAR_MS, expiresMs: nowMs + YEAR_MS },
  };
}
