import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DROP_REASONS, REFUSAL_REASONS } from '../../devices/dialects/dialect.ts';
import type { Observation } from '../../devices/observation.ts';
import { ConsentIndex } from '../../gateway/consent/consent-index.ts';
import { decide, mayStillLeave } from '../../gateway/consent/decide.ts';
import type { LiveGrant, Moment, Place, Voice } from '../../gateway/consent/grant.ts';
import { REFUSALS } from '../../gateway/consent/refusal.ts';
import { aMessage, aMoment, anObservation, aPlace, someGrants } from '../kit/arbitraries.ts';
import { minutesOf, type Question, rightfully, someCircumstances, someYeses } from '../kit/household-oracle.ts';
import { InnerHome } from '../kit/inner-home.ts';
import { anOffer, testOperator } from '../kit/test-operator.ts';

/** Every reason a refusal may be counted under. */
const REASONS = new Set<string>([...REFUSALS, ...DROP_REASONS, ...REFUSAL_REASONS, 'tooManyDevices']);

/** Whether a grant covers an observation, written from the design and not from the code, one sentence a line. */
function oracle(grant: LiveGrant, seen: Observation, place: Place, moment: Moment): boolean {
  const { devices, rooms, hours } = grant.voices[0]?.scope ?? {};
  const isNews = seen.origin === 'change' || seen.origin === 'sample';
  const mayEverLeave = seen.category !== 'lock.keyHolder' && grant.level !== 'L0';
  const latestNowMs = moment.trusted ? moment.nowMs : moment.nowMs + moment.laterByMs;
  const inTime = seen.atMs >= grant.fromMs && latestNowMs < grant.expiresMs;
  const inPlace =
    (devices === undefined || devices.some((device) => device === seen.device)) &&
    (rooms === undefined || rooms.some((room) => room === place.room));
  return (
    place.approved &&
    seen.quality === 'good' &&
    isNews &&
    mayEverLeave &&
    grant.category === seen.category &&
    inTime &&
    inPlace &&
    (hours === undefined || (moment.trusted && minutesOf(hours).has(moment.minuteOfDay)))
  );
}

function property(tested: typeof decide) {
  return fc.property(someGrants, anObservation, aPlace, aMoment, (grants, seen, place, moment) => {
    const decision = tested(seen, new ConsentIndex(grants), place, moment);
    const right = grants.filter((grant) => oracle(grant, seen, place, moment)).map(({ agreement }) => agreement);
    expect(decision.permitted.map(({ grant }) => grant.agreement).sort()).toEqual(right.sort());
    expect(decision.refusal === undefined).toBe(right.length > 0);
    if (decision.refusal !== undefined) expect(REFUSALS).toContain(decision.refusal);
  });
}

/** How many cases a household is asked; `npm run test:long` asks a million. */
const CASES = Number(process.env.ENGAWA_CONSENT_CASES ?? 5000);

const aQuestion: fc.Arbitrary<Question> = fc.record({
  yeses: someYeses,
  circumstances: someCircumstances,
  seen: anObservation,
  place: fc
    .tuple(aPlace, fc.constantFrom(undefined, undefined, 1, 2, 3))
    .map(([place, person]) => ({ ...place, person })),
  moment: aMoment,
});

function household(tested: typeof decide) {
  return fc.property(aQuestion, ({ yeses, circumstances, seen, place, moment }) => {
    const decision = tested(seen, new ConsentIndex(yeses, true, circumstances), place, moment);
    const right = rightfully({ yeses, circumstances, seen, place, moment });
    expect(decision.permitted.map(({ grant }) => grant.agreement).sort()).toEqual(right.sort());
    expect(decision.refusal === undefined).toBe(right.length > 0);
  });
}

/** Decides broken on purpose: each is content with less than everybody. */
const CARELESS: Record<string, typeof decide> = {
  'asks one of them': (seen, consent, place, moment) => {
    const residents = consent.circumstances.residents.slice(0, 1);
    const fewer = { ...consent.circumstances, residents };
    return decide(seen, new ConsentIndex(consent.all(), true, fewer), place, moment);
  },
  'takes a shared sensor for somebody’s own': (seen, consent, place, moment) =>
    decide(seen, consent, { ...place, person: place.person ?? 1 }, moment),
  'does not hear a no': (seen, consent, place, moment) => {
    const deaf = consent.all().map(({ objections: _, ...grant }) => grant);
    return decide(seen, new ConsentIndex(deaf, true, consent.circumstances), place, moment);
  },
  'goes on while it is paused': (seen, consent, place, moment) => {
    const { pausedUntilMs: _, ...circumstances } = consent.circumstances;
    return decide(seen, new ConsentIndex(consent.all(), true, circumstances), place, moment);
  },
  'does not see visitors': (seen, consent, place, moment) => {
    const { visitorsUntilMs: _, ...circumstances } = consent.circumstances;
    return decide(seen, new ConsentIndex(consent.all(), true, circumstances), place, moment);
  },
};

/** Decides broken on purpose: each lets something out that must stay. */
const BROKEN: Record<string, typeof decide> = {
  'does not look at expiry': (seen, consent, place, moment) =>
    decide(seen, consent, place, { ...moment, nowMs: Number.MIN_SAFE_INTEGER }),
  'trusts every clock': (seen, consent, place, moment) => decide(seen, consent, place, { ...moment, trusted: true }),
  'takes every device as approved': (seen, consent, place, moment) =>
    decide(seen, consent, { ...place, approved: true }, moment),
  'takes repeats for news': (seen, consent, place, moment) =>
    decide({ ...seen, origin: 'change' }, consent, place, moment),
  'does not doubt': (seen, consent, place, moment) => decide({ ...seen, quality: 'good' }, consent, place, moment),
  'forgets the rooms': (seen, consent, place, moment) => {
    const roomless = ({ person, scope: { rooms: _, ...scope } }: Voice): Voice => ({ person, scope });
    const wide = consent.all().map((grant) => ({ ...grant, voices: grant.voices.map(roomless) }));
    return decide(seen, new ConsentIndex(wide), place, moment);
  },
  'says yes at level 0': (seen, consent, place, moment) => {
    const raised = consent.all().map((grant) => ({ ...grant, level: 'L5' as const }));
    return decide(seen, new ConsentIndex(raised), place, moment);
  },
  'forgets that a yes begins': (seen, consent, place, moment) =>
    decide({ ...seen, atMs: Number.MAX_SAFE_INTEGER }, consent, place, moment),
};

describe('guarantee 1, silence: decide', () => {
  test('permits exactly what a naive reading of the design permits', () => {
    fc.assert(property(decide), { numRuns: 4000 });
  });

  test.each(Object.keys(BROKEN))('the property bites: a decide that %s is caught', (name) => {
    expect(fc.check(property(BROKEN[name] ?? decide), { numRuns: 20_000 }).failed).toBe(true);
  });

  test('permits of several people exactly what each of them permits, read person by person', {
    timeout: 600_000,
  }, () => {
    fc.assert(household(decide), { numRuns: CASES });
  });

  test.each(Object.keys(CARELESS))('the property bites: a decide that %s is caught', (name) => {
    expect(fc.check(household(CARELESS[name] ?? decide), { numRuns: 20_000 }).failed).toBe(true);
  });

  test('an unreadable consent book permits nothing, whatever it holds', () => {
    fc.assert(
      fc.property(someGrants, anObservation, aPlace, aMoment, (grants, seen, place, moment) => {
        const unreadable = new ConsentIndex(grants, false);
        expect(decide(seen, unreadable, place, moment)).toEqual({ permitted: [], refusal: 'consentUnreadable' });
        for (const { agreement, category } of grants)
          expect(mayStillLeave(unreadable, agreement, category, moment)).toBe('hold');
      }),
      { numRuns: 300 },
    );
  });
});

describe('guarantee 1, silence: a whole home', () => {
  let home: InnerHome;

  beforeAll(async () => {
    home = await InnerHome.open();
    await home.enrol(await testOperator(), [anOffer()]);
    await home.approve('plug', { power: 1 });
    await home.approve('door', { contact: true });
  });
  afterAll(() => home.remove());

  const traces = async () => ({
    journal: (await home.journal()).length,
    names: (await home.query('SELECT * FROM name')).length,
    windows: (await home.query('SELECT * FROM window')).length,
    subjects: (await home.query('SELECT * FROM used_subject')).length,
  });
  const topics = fc.constantFrom('plug', 'door', 'unknown', 'a/b', 'bridge/devices', 'bridge/state', 'plug/set');

  test('without a grant nothing is released, named, gathered or journalled, whatever arrives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(topics, aMessage, fc.boolean()), { maxLength: 12 }), async (messages) => {
        const fates = await Promise.all(
          messages.map(([topic, content, retained]) => home.publish(topic, content, { retained })),
        );
        home.machine.pass(1000);
        await home.core.tick();
        expect(fates.every((fate) => fate === 'committed')).toBe(true);
        expect(await traces()).toEqual({ journal: 0, names: 0, windows: 0, subjects: 0 });
      }),
      { numRuns: 60 },
    );
  });

  test('what was refused is counted, each under a reason of the closed lists', async () => {
    await home.publish('plug', { power: 7, pin_code: '1234', weather: 'fine' });
    await home.publish('plug', Buffer.from('not json'));
    await home.core.writeLazily();
    const rows = await home.query<{ reason: string; count: number }>('SELECT reason, count FROM refusal');
    expect(rows.filter(({ reason }) => !REASONS.has(reason))).toEqual([]);
    expect(rows.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['noGrant', 'secret', 'unknownProperty', 'notJson', 'deviceNotApproved']),
    );
  });

  test('a page of the consent book that was changed silences the home, and says so without content', async () => {
    const given = await home.way.consent.give('every-sample', {});
    expect(given.ok).toBe(true);
    await home.publish('plug', { power: 42 });
    expect((await traces()).journal).toBe(1);
    await home.crash();
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(`${home.folder}/hub.db`);
    database.exec(`UPDATE consent_record SET content = replace(content, '"L5"', '"L4"')`);
    database.close();

    home = await home.reopen();
    expect(home.way.index.readable).toBe(false);
    await home.publish('plug', { power: 43 });
    expect((await traces()).journal).toBe(1);
    expect(home.way.index.all()).toEqual([]);
    expect(home.said.join()).toContain('Nothing leaves this home');
    expect(home.said.join()).not.toMatch(/plug|every-sample/);
  });
});
