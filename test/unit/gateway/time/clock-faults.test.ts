import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConsentIndex } from '../../../../gateway/consent/consent-index.ts';
import { decide, hasCertainlyEnded, mayStillLeave } from '../../../../gateway/consent/decide.ts';
import type { LiveGrant } from '../../../../gateway/consent/grant.ts';
import {
  aKind,
  anAskedKind,
  anything,
  befall,
  faults,
  GRANT,
  HERE,
  honest,
  opening,
  vouchedFor,
  ZONES,
} from './faults.ts';
import { DAY_MS, MINUTE_MS, START_MS, World } from './world.ts';

describe('home time', () => {
  test('never runs backwards within a run but where it says so, nor does its floor', () => {
    fc.assert(
      fc.property(aKind, faults(anything), (kind, list) => {
        const world = new World(kind);
        let beforeMs = world.clock.now().ms;
        let floorMs = 0;
        for (const one of list) {
          const { returns } = world;
          world.keep();
          befall(world, one);
          world.keep();
          const { ms } = world.clock.now();
          const mark = world.mark;
          if (world.returns === returns) {
            expect(ms).toBeGreaterThanOrEqual(beforeMs);
            expect(mark.floorMs).toBeGreaterThanOrEqual(floorMs);
          }
          expect(mark.floorMs).toBe(ms);
          [beforeMs, floorMs] = [ms, mark.floorMs];
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('holds true time within its bounds, whatever happens to a machine whose time server does not lie', () => {
    fc.assert(
      fc.property(anAskedKind, faults(honest), (kind, list) => {
        const world = vouchedFor(kind);
        for (const one of list) {
          befall(world, one);
          const { nowMs, trusted, laterByMs, offByMs = 0 } = world.clock.moment();
          expect(nowMs - offByMs - 2).toBeLessThanOrEqual(world.trueMs);
          expect(nowMs + (trusted ? offByMs : laterByMs) + 2).toBeGreaterThanOrEqual(world.trueMs);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('is right again an hour after the last lie, however it was lied to', () => {
    fc.assert(
      fc.property(anAskedKind, faults(anything), (kind, list) => {
        const world = new World(kind);
        for (const one of list) befall(world, one);
        world.server = { lieMs: 0 };
        for (let minute = 0; minute < 63; minute += 1) world.pass(MINUTE_MS);
        const { ms, estimated } = world.clock.now();
        expect(estimated).toBe(false);
        expect(Math.abs(ms - world.trueMs)).toBeLessThanOrEqual(MINUTE_MS);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('consent', () => {
  const hours = fc.record({
    fromMinute: fc.integer({ min: 0, max: 1439 }),
    toMinute: fc.integer({ min: 0, max: 1440 }),
  });
  const scope = fc.oneof(fc.constant({}), fc.record({ hours }));

  function holdsAt(grant: LiveGrant, trueMs: number, world: World): boolean {
    const within = grant.voices[0]?.scope.hours;
    if (trueMs >= grant.expiresMs) return false;
    if (!within) return true;
    const minute = (((trueMs / 1000 + world.clock.offsetS(trueMs)) / 60) % 1440) | 0;
    const { fromMinute: from, toMinute: to } = within;
    return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
  }

  test('lets nothing be taken or leave at a true time that it does not cover, and ends at none that it does', () => {
    let left = 0;
    fc.assert(
      fc.property(
        anAskedKind,
        fc.constantFrom(...ZONES),
        faults(honest),
        fc.integer({ min: 0, max: 60 * DAY_MS }),
        scope,
        (kind, zone, list, lastsMs, within) => {
          const world = vouchedFor(kind, zone);
          const grant = { ...GRANT, voices: [{ person: 1, scope: within }], expiresMs: START_MS + lastsMs };
          const index = new ConsentIndex([grant]);
          for (const one of list) {
            befall(world, one);
            const moment = world.clock.moment();
            const taken = decide(opening(world), index, HERE, moment).permitted.length > 0;
            const leaving = mayStillLeave(index, 1, 'contact.doorWindow', moment);
            if (taken || leaving === 'leave') expect(holdsAt(grant, world.trueMs, world)).toBe(true);
            if (leaving === 'ended') expect(world.trueMs).toBeGreaterThanOrEqual(grant.expiresMs - 2);
            expect(leaving === 'ended').toBe(hasCertainlyEnded(grant, moment));
            left += leaving === 'leave' ? 1 : 0;
          }
        },
      ),
      { numRuns: 2000 },
    );
    expect(left).toBeGreaterThan(1000);
  });
});
