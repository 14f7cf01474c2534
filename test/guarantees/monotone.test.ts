import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../devices/observation.ts';
import { decide } from '../../gateway/consent/decide.ts';
import type { LiveGrant } from '../../gateway/consent/grant.ts';
import type { Minimized } from '../../gateway/minimize/minimized.ts';
import { aMoment, anObservation, aPlace, someGrants } from '../kit/arbitraries.ts';
import { type Happening, STAGES, type Stages, walk } from '../kit/pure-walk.ts';

const happenings: fc.Arbitrary<Happening[]> = fc
  .array(fc.record({ observation: fc.option(anObservation, { nil: undefined }), place: aPlace, moment: aMoment }), {
    maxLength: 40,
  })
  .map((list) =>
    list
      .map(({ observation, place, moment }) => ({
        ...(observation === undefined ? {} : { observation }),
        place,
        moment: { ...moment, nowMs: observation?.atMs ?? moment.nowMs },
      }))
      .sort((a, b) => a.moment.nowMs - b.moment.nowMs),
  );

const line = ({ grant, ...rest }: Minimized): string => JSON.stringify({ agreement: grant.agreement, ...rest });

/** Lines of `less` that `more` does not have, counting repetitions. */
function added(less: readonly string[], more: readonly string[]): string[] {
  const left = [...more];
  return less.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function property(stages: Stages) {
  return fc.property(someGrants, happenings, fc.nat(), (grants, events, which) => {
    if (grants.length === 0) return;
    const gone = which % grants.length;
    const all = walk(grants, events, stages).map(line);
    const fewer = walk(
      grants.filter((_, index) => index !== gone),
      events,
      stages,
    ).map(line);
    expect(added(fewer, all)).toEqual([]);
  });
}

describe('guarantee 2, monotone', () => {
  test('taking a grant away adds nothing to what decide and minimize let out', () => {
    fc.assert(property(STAGES), { numRuns: 600 });
  });

  test('narrowing what a grant covers adds nothing either', () => {
    fc.assert(
      fc.property(someGrants, anObservation, aPlace, aMoment, (grants, observation, place, moment) => {
        const first = grants[0];
        if (!first) return;
        const event: Happening[] = [{ observation, place, moment }];
        const elsewhere = { devices: [observation.device + 1] };
        const voices = first.voices.map(({ person, scope }) => ({ person, scope: { ...scope, ...elsewhere } }));
        const narrowed: LiveGrant = { ...first, voices };
        const wide = walk(grants, event).map(({ grant }) => grant.agreement);
        const narrow = walk([narrowed, ...grants.slice(1)], event).map(({ grant }) => grant.agreement);
        expect(narrow.filter((agreement) => !wide.includes(agreement))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('the property bites: a decide that lets one grant shadow the others is caught', () => {
    const shadowing = (
      observation: Observation,
      ...rest: Parameters<typeof decide> extends [unknown, ...infer R] ? R : never
    ) => {
      const decision = decide(observation, ...rest);
      return { ...decision, permitted: decision.permitted.slice(0, 1) };
    };
    expect(fc.check(property({ ...STAGES, decide: shadowing }), { numRuns: 5000 }).failed).toBe(true);
  });
});
