import { describe, expect, it } from 'vitest';
import { readScenario } from '../../../../firmware-sim/scenario/read.ts';
import { dayWorld } from '../../../../firmware-sim/world/happenings.ts';
import { HOMES } from '../../../../firmware-sim/world/homes.ts';

function problems(text: string): string[] {
  const read = readScenario(text);
  return read.ok ? [] : read.problems;
}

const CABIN = `
home:
  like: quiet-flat
  rooms: { porch: [main], main: [wash], wash: [], terrace: [porch] }
  roles: { hall: porch, living: main, kitchen: main, bathroom: wash, outside: terrace }
  openings: { gate: { from: porch, to: away }, hatch: { from: main } }
  residents:
    - { name: Ito, bedroom: main, wakes: '05:30', sleeps: '01:10', work: { days: [mon, tue], leaves: '07:00', home: '15:00' } }
    - { bedroom: wash }
  pets: [{ kind: dog }, { name: Mike, kind: cat }]
  appliances: [refrigerator, standby, refrigerator]
  trips: 0
`;

describe('a home of a scenario', () => {
  it('is one that comes with the simulator, by its name', () => {
    const read = readScenario('home: quiet-flat');
    expect(read.ok && read.scenario.home).toBe(HOMES['quiet-flat']);
  });

  it('has rooms, people, animals and appliances of its own, in which days can be lived', () => {
    const read = readScenario(CABIN);
    expect(read).toMatchObject({ ok: true });
    const home = read.ok ? read.scenario.home : undefined;
    expect(home?.residents[0]).toMatchObject({ name: 'Ito', wakeMinute: 330, sleepMinute: 1510, desk: 'main' });
    expect(home?.residents[1]).toMatchObject({ name: 'person 2', bedroom: 'wash' });
    expect(home?.appliances).toEqual(['refrigerator', 'standby']);
    const world = dayWorld(1, 20_781, 'Asia/Tokyo', home);
    expect(new Set(world.visits.map(({ place }) => place))).toEqual(
      new Set(['porch', 'main', 'wash', 'away', 'terrace']),
    );
    expect(Object.keys(world.openings)).toEqual(['gate', 'hatch']);
    expect(Object.keys(world.loads)).toEqual(['refrigerator', 'standby', 'total']);
  });

  it('its devices look at what it has', () => {
    const device = (watches: string): string =>
      `${CABIN}devices:\n  - { name: a, kind: contact, watches: ${watches}, dialect: tasmota }`;
    expect(problems(device('gate'))).toEqual([]);
    expect(problems(device('front_door'))).toEqual([
      'line 14, column 40: devices[1].watches is nothing that a contact of this home can watch; it has gate, hatch',
    ]);
  });

  it.each([
    ['home: castle', 'line 1, column 7: home takes apartment, family-house, quiet-flat, or a mapping with like'],
    ['home: { like: castle }', 'line 1, column 15: home.like takes one of apartment, family-house, quiet-flat'],
    [
      'home: { rooms: { a: [b] } }',
      'home.rooms.a joins b, which is none of the rooms: give it a line of its own, b: []',
    ],
    ['home: { rooms: { "Big Room": [] } }', 'needs a name of small letters, digits and _, other than away'],
    ['home: { rooms: { hall: [] } }', 'home needs roles: which room is living, kitchen, bathroom, outside'],
    [
      'home: { rooms: { hall: [living], living: [], bedroom: [], bathroom: [hall], study: [hall], balcony: [living] } }',
      'home has no way from hall to bedroom: let one of the rooms join it',
    ],
    ['home: { residents: [] }', 'home.residents needs at least one person'],
    ['home: { residents: [{ bedroom: attic }] }', 'the bedroom of person 1 names the room attic, which is not there'],
    ['home: { residents: [{ wakes: noon }] }', "takes a time of day in quotes, for example '07:30'"],
    ['home: { residents: [{ wakes: "25:00" }] }', "takes a time of day in quotes, for example '07:30'"],
    ["home: { residents: [{ work: { leaves: '22:00', home: '06:00' } }] }", 'leaves after coming home'],
    ["home: { residents: [{ work: { home: '18:00' } }] }", "needs leaves, for example '08:10'"],
    ['home: { pets: [{ kind: shark }] }', 'home.pets[1].kind takes one of cat, dog'],
    ['home: { pets: [{ name: Rex }] }', 'needs kind: cat or dog'],
    ['home: { appliances: [sauna] }', 'home.appliances[1] takes one of refrigerator'],
    ['home: { openings: { gate: { from: hall, to: moon } } }', 'takes to: away (the world), air (a window)'],
    ['home: { openings: { gate: { to: away } } }', 'needs from, the room it is in'],
    ['home: { trips: 900 }', 'home.trips takes a whole number from 0 to 500'],
    ['home: [1]', 'home takes the name of a home, or a mapping with like'],
  ])('%s is refused with what would be right', (text, sentence) => {
    expect(problems(text).join('\n')).toContain(sentence);
  });
});
