import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../../../firmware-sim/scenario/fault-parameters.ts';
import { readScenario } from '../../../../firmware-sim/scenario/read.ts';
import { faultsAt, momentMs } from '../../../../firmware-sim/scenario/scenario.ts';
import { dayWorld } from '../../../../firmware-sim/world/happenings.ts';
import { watchable } from '../../../../firmware-sim/world/home-plan.ts';
import { HOMES } from '../../../../firmware-sim/world/homes.ts';

const EXAMPLES = new URL('../../../../firmware-sim/scenario/examples/', import.meta.url);

function problems(text: string): string[] {
  const read = readScenario(text);
  return read.ok ? [] : read.problems;
}

describe('a scenario', () => {
  it.each(readdirSync(EXAMPLES))('%s can be played, and says in its first line what it is', (name) => {
    const text = readFileSync(new URL(name, EXAMPLES), 'utf8');
    expect(text).toMatch(/^# [A-Z]/);
    expect(problems(text)).toEqual([]);
  });

  it('between them the examples have every fault', () => {
    const played = readdirSync(EXAMPLES).flatMap((name) => {
      const read = readScenario(readFileSync(new URL(name, EXAMPLES), 'utf8'));
      return read.ok ? read.scenario.faults.map(({ fault }) => fault.kind) : [];
    });
    const missing = Object.values(FAULTS)
      .map(({ kind }) => kind)
      .filter((kind) => !played.includes(kind));
    expect(missing).toEqual([]);
  });

  it.each(Object.entries(HOMES))('knows what %s has to watch', (_, home) => {
    const world = dayWorld(3, 20_780, 'Asia/Tokyo', home);
    expect(watchable(home).contact.sort()).toEqual(Object.keys(world.openings).sort());
    expect(watchable(home).plug.sort()).toEqual(Object.keys(world.loads).sort());
  });

  it.each([
    [
      '',
      [
        'line 1, column 1: the file takes a mapping with seed, start, until, days, time-zone, speed, base, last-seen, home, devices, faults',
      ],
    ],
    ['sed: 4', ['line 1, column 1: sed is unknown; do you mean seed?']],
    ['seed: -1', ['line 1, column 7: seed takes a whole number from 0 to 4294967295']],
    ['seed: 1\nspeed: fast', ['line 2, column 8: speed takes a speed above 0 and up to 100000, for example 60']],
    ['start: tomorrow', ['line 1, column 8: start takes 2026-11-23 or 2026-11-23T06:30']],
    ['start: 2026-02-31', ['line 1, column 8: start takes 2026-11-23 or 2026-11-23T06:30']],
    ['days: 2\nuntil: 2026-11-23', ['line 2, column 8: until cannot stand beside days: leave one of them out']],
    ['time-zone: Tokio', ['line 1, column 12: time-zone takes a name such as Asia/Tokyo or Europe/Paris']],
    ['devices: 4', ['line 1, column 10: devices takes a list of devices, at most 500']],
    [
      'devices:\n  - { name: a, kind: camera, watches: hall, dialect: tasmota }',
      ['line 2, column 5: devices[1] cannot be: tasmota has contact, motion, plug'],
    ],
    [
      'devices:\n  - { name: a, kind: plug, watches: toaster, dialect: tasmota }',
      [
        'line 2, column 37: devices[1].watches is nothing that a plug of this home can watch; it has refrigerator, television, kettle, microwave, washing_machine, hair_dryer, air_conditioner, computer, lights, standby, total',
      ],
    ],
    [
      'devices:\n  - { name: a, kind: plug, watches: kettle, dialect: tasmota }\n  - { name: a, kind: plug, watches: kettle, dialect: shelly }',
      ['line 3, column 5: devices[2] has the name of another device, a: give it its own'],
    ],
    [
      'devices:\n  - { name: a, kind: motion, watches: hall, dialect: zigbee2mqtt, model: RTCGQ99LM }',
      [
        'line 2, column 74: devices[1].model is no model that can be played; names like it are RTCGQ11LM (motion), RTCGQ01LM (motion), RTCGQ12LM (motion); engawa sim models lists all',
      ],
    ],
    [
      'devices:\n  - { name: a, kind: motion, watches: hall, dialect: zigbee2mqtt, model: MCCGQ11LM }',
      [
        'line 2, column 74: devices[1].model is a contact, not a motion: say kind: contact; engawa sim models motion lists what is one',
      ],
    ],
    [
      'devices:\n  - { name: a, kind: motion, watches: hall, dialect: shelly, model: RTCGQ11LM }',
      ['line 2, column 69: devices[1].model belongs to devices of zigbee2mqtt: leave it out for one of shelly'],
    ],
    ['devices:\n  - { kind: plug, watches: kettle, dialect: tasmota }', ['line 2, column 5: devices[1] needs name']],
    [
      'faults:\n  - { kind: dorp, at: 1h, for: 1m }',
      [`line 2, column 13: faults[1].kind takes one of ${Object.keys(FAULTS).join(', ')}`],
    ],
    [
      'faults:\n  - { kind: drop, at: 25:61, for: 1m }',
      [
        "line 2, column 23: faults[1].at takes a time after the beginning (1h30m), a time of day ('23:30'), or 2026-11-23T06:30",
      ],
    ],
    ['faults:\n  - { kind: drop, at: 1h }', ['line 2, column 5: faults[1] needs for']],
    [
      'faults:\n  - { kind: drop, at: 1h, for: 1m, permille: 1001 }',
      ['line 2, column 46: faults[1].permille takes a whole number from 1 to 1000'],
    ],
    [
      'faults:\n  - { kind: stuck, at: 1h, for: 1m, permille: 4 }',
      ['line 2, column 47: faults[1].permille does not belong to this fault'],
    ],
    ['faults:\n  - { kind: clock-skew, at: 1h, for: 1m }', ['line 2, column 5: faults[1] needs by']],
    [
      'faults:\n  - { kind: wifi-loss, at: 1h, for: 1m }',
      ['line 2, column 5: faults[1] needs topics: which devices lose their Wi-Fi'],
    ],
    [
      "faults:\n  - { kind: drop, at: 1h, for: 1m, topics: 'a/#/b' }",
      ["line 2, column 44: faults[1].topics takes an MQTT topic filter in quotes, for example 'zigbee2mqtt/#'"],
    ],
    ['seed: 1\nseed: 2', ['Map keys must be unique at line 2, column 1:']],
    [
      'a: &x [1]\nb: *x',
      [
        'line 1, column 1: a is unknown; it takes seed, start, until, days, time-zone, speed, base, last-seen, home, devices, faults',
        'line 2, column 1: b is unknown; it takes seed, start, until, days, time-zone, speed, base, last-seen, home, devices, faults',
      ],
    ],
    [
      '- 1',
      [
        'line 1, column 1: the file takes a mapping with seed, start, until, days, time-zone, speed, base, last-seen, home, devices, faults',
      ],
    ],
    ['{', ['Flow map must end with a } at line 1, column 2:']],
  ])('%j is refused with what would be right', (text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it.each(['4512770', '07047L', "'4512770'", 'TS0202', 'Electricity Meter TLSR8258'])(
    'takes the model %s as it is written',
    (model) => {
      const kind = model.startsWith('E') ? 'meter, watches: kettle' : 'motion, watches: hall';
      const read = readScenario(`devices:\n  - { name: a, kind: ${kind}, dialect: zigbee2mqtt, model: ${model} }`);
      expect(read).toMatchObject({ ok: true, scenario: { devices: [{ model: model.replaceAll("'", '') }] } });
    },
  );

  it('names everything that is wrong at once', () => {
    expect(problems('seed: x\nspeed: 0\ndevices:\n  - 4\nfaults: {}')).toHaveLength(4);
  });

  it('that is too long is refused before it is read', () => {
    expect(problems(`# ${'x'.repeat(1_000_001)}`)).toEqual(['a scenario has at most 1000000 bytes']);
  });

  it('says when, in the home’s time: after the beginning, at the next such time of day, or at a date', () => {
    const startMs = Date.UTC(2026, 10, 23, 9);
    const read = readScenario(
      "faults:\n  - { kind: drop, at: 1h30m, for: 90s }\n  - { kind: stuck, at: '03:00', for: 1m }\n  - { kind: stuck, at: 2026-11-25T06:30, for: 1m }",
    );
    const windows = read.ok
      ? faultsAt(read.scenario.faults, startMs, 'Asia/Tokyo').map(({ fromMs, toMs }) => [
          new Date(fromMs).toISOString(),
          toMs - fromMs,
        ])
      : [];
    expect(windows).toEqual([
      ['2026-11-23T10:30:00.000Z', 90_000],
      ['2026-11-23T18:00:00.000Z', 60_000],
      ['2026-11-24T21:30:00.000Z', 60_000],
    ]);
    expect(momentMs({ timeOfDayMs: 18 * 3_600_000 }, startMs, 'Asia/Tokyo')).toBe(startMs);
  });
});
