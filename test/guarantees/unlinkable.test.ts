import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HomeKeys } from '../../gateway/pseudonymize/home-keys.ts';
import { pseudonym } from '../../proto/keys.ts';
import { BrokerInMemory } from '../kit/broker-in-memory.ts';
import { InnerHome } from '../kit/inner-home.ts';
import { Line } from '../kit/line.ts';
import { anOffer, testOperator } from '../kit/test-operator.ts';

/** As many equal bytes as chance will not produce among some thousand names. */
const EQUAL_BYTES = 6;
const OPERATOR = Buffer.alloc(32, 7);

interface Place {
  readonly home: number;
  readonly ordinal: number;
  readonly epoch: number;
  readonly subject: number;
}

const small = (max: number) => fc.integer({ min: 0, max });
const places = fc.uniqueArray(fc.record({ home: small(2), ordinal: small(5), epoch: small(5), subject: small(3) }), {
  minLength: 2,
  maxLength: 30,
  selector: (place) => JSON.stringify(place),
});

/** Every run of bytes that two of the names share, as pairs of places. */
function shared(names: readonly string[]): number {
  const seen = new Map<string, number>();
  let pairs = 0;
  for (const [index, name] of names.entries())
    for (let at = 0; at + EQUAL_BYTES * 2 <= name.length; at += 2) {
      const piece = name.slice(at, at + EQUAL_BYTES * 2);
      const before = seen.get(piece);
      if (before !== undefined && before !== index) pairs += 1;
      seen.set(piece, index);
    }
  return pairs;
}

type Naming = (keys: HomeKeys, place: Place) => string;

const rightly: Naming = (keys, { ordinal, epoch, subject }) => keys.writeKey(ordinal, epoch, subject);

function property(naming: Naming) {
  const secrets = [0, 1, 2].map((home) => new HomeKeys(Buffer.alloc(32, home + 1), OPERATOR));
  return fc.property(places, (list) => {
    const names = list.flatMap((place) => {
      const keys = secrets[place.home] ?? new HomeKeys(Buffer.alloc(32), OPERATOR);
      const write = naming(keys, place);
      return [write, pseudonym(Buffer.from(write, 'hex')).toString('hex'), keys.hub.toString('hex')];
    });
    const hubs = new Set(names.filter((_, index) => index % 3 === 2));
    const own = names.filter((_, index) => index % 3 !== 2);
    expect(shared([...own, ...hubs])).toBe(0);
  });
}

describe('guarantee 6, unlinkable by identifiers', () => {
  test('names of different homes, agreements, key epochs and subjects share no run of bytes, with each other or the hub', () => {
    fc.assert(property(rightly), { numRuns: 40 });
  });

  test.each<[string, Naming]>([
    ['ignores the agreement', (keys, { epoch, subject }) => keys.writeKey(1, epoch, subject)],
    ['ignores the key epoch', (keys, { ordinal, subject }) => keys.writeKey(ordinal, 1, subject)],
    ['ignores the subject', (keys, { ordinal, epoch }) => keys.writeKey(ordinal, epoch, 0)],
    ['uses one home secret', (_, place) => rightly(new HomeKeys(Buffer.alloc(32, 9), OPERATOR), place)],
  ])('the property bites: a naming that %s is caught', (_, naming) => {
    expect(fc.check(property(naming), { numRuns: 100 }).failed).toBe(true);
  });

  test('what a recipient gets holds no hub, run, sequence, device or agreement; each field is of a closed list', async () => {
    const operator = await testOperator();
    const home = await InnerHome.open();
    try {
      const broker = new BrokerInMemory(operator);
      const devices = anOffer({ offer: 'devices', subject: 'device', epochDays: 1 });
      await home.enrol(operator, [anOffer({ epochDays: 1 }), devices]);
      await home.approve('plug', { power: 0 });
      await home.approve('kettle', { power: 0 });
      const line = new Line(home, broker);
      for (let day = 0; day < 3; day += 1) {
        await home.way.consent.give('every-sample', {});
        await home.way.consent.give('devices', {});
        for (const thing of ['plug', 'kettle', 'plug']) await home.publish(thing, { power: 40 + day });
        await line.drain();
        home.machine.pass(86_400_000);
      }
      expect([...new Set(broker.ever.flatMap((record) => Object.keys(record)))].sort()).toEqual(
        [
          'category',
          'estimatedTime',
          'observedPermille',
          'offer',
          'property',
          'pseudonym',
          'quantity',
          'timeS',
          'value',
          'windowS',
        ].sort(),
      );
      // Three days, each a new agreement and a new epoch: one name a day for the home, two a day for its devices.
      const names = new Map<string, Set<string>>();
      for (const { offer, pseudonym: name } of broker.ever) names.set(offer, (names.get(offer) ?? new Set()).add(name));
      expect([...names.values()].map((set) => set.size).sort()).toEqual([3, 6]);
      const hub = home.way.keys.hub.toString('hex');
      const runs = broker.bodies.map(({ run }) => run.padEnd(32, '0'));
      expect(shared([...new Set([...names.values()].flatMap((set) => [...set])), hub, ...new Set(runs)])).toBe(0);
    } finally {
      await home.remove();
    }
  });
});
