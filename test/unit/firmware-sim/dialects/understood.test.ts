import { describe, expect, it } from 'vitest';
import type { DialectName } from '../../../../devices/dialects/dialects.ts';
import { esphomeSpeaker } from '../../../../firmware-sim/dialects/esphome.ts';
import { frigateSpeaker } from '../../../../firmware-sim/dialects/frigate.ts';
import { shellySpeaker } from '../../../../firmware-sim/dialects/shelly.ts';
import type { DevicePlan, Speaker, SpeakerSettings } from '../../../../firmware-sim/dialects/speaker.ts';
import { tasmotaSpeaker } from '../../../../firmware-sim/dialects/tasmota.ts';
import type { TraceMessage } from '../../../../firmware-sim/message.ts';
import { tell } from '../../../../firmware-sim/trace.ts';
import { loadOf } from '../../../../firmware-sim/world/appliances.ts';
import { dayStartMs } from '../../../../firmware-sim/world/calendar.ts';
import type { DayWorld } from '../../../../firmware-sim/world/house.ts';
import { HeardSource } from '../../../kit/dialect-fixtures.ts';

const TIME_ZONE = 'Asia/Tokyo';
const FIRST_DAY = 20_780;
const DAYS = 3;
const START_MS = dayStartMs(FIRST_DAY, TIME_ZONE);
const END_MS = dayStartMs(FIRST_DAY + DAYS, TIME_ZONE);
const settings: SpeakerSettings = { seed: 9, timeZone: TIME_ZONE, startMs: START_MS };

interface Said {
  readonly world: readonly DayWorld[];
  readonly messages: readonly TraceMessage[];
  /** What the hub read, in order. */
  readonly readings: readonly { atMs: number; thing: string; kind: string; value: number }[];
}

/** Lets one client speak for three days, and the hub's own dialect listen. */
function heard(speaker: Speaker, dialect: DialectName): Said {
  const world: DayWorld[] = [];
  const source = new HeardSource(dialect);
  const readings: { atMs: number; thing: string; kind: string; value: number }[] = [];
  const telling = { ...settings, endMs: END_MS, speakers: [speaker], onDay: (day: DayWorld) => world.push(day) };
  const messages = [...tell({ ...telling, onDay: (day) => void world.push(day) })];
  for (const { atMs, topic, payload, retain } of messages) {
    const result = source.hear({ topic, payload, retained: retain, meaning: '', expect: {} });
    if ('refused' in result && result.refused === 'foreignTopic') {
      // An ESPHome node is there before it announces what it has.
      expect(topic).toBe('node/status');
    } else if ('refused' in result) {
      // Its own emptied command, and what a Frigate says of a picture's motion or as events, are no values.
      expect(['command', 'ignored', 'empty'], `${topic} ${payload}`).toContain(result.refused);
    } else {
      expect(result.dropped.malformed ?? 0, `${topic} ${payload}`).toBe(0);
      readings.push(...result.readings.map(({ thing, kind, value }) => ({ atMs, thing, kind, value })));
    }
  }
  return { world, messages, readings };
}

/** Instants at which a reading's value changed to `value`. */
function changesTo(said: Said, kind: string, value: number): number[] {
  const all = said.readings.filter((reading) => reading.kind === kind);
  return all
    .filter((reading, index) => reading.value === value && all[index - 1]?.value !== value)
    .map(({ atMs }) => atMs);
}

/** Each expected instant has one within a second, and there is none beside them. */
function expectNear(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [index, atMs] of expected.entries()) {
    expect(Math.abs((actual[index] ?? 0) - atMs)).toBeLessThan(1000);
  }
}

const plug: DevicePlan = { name: 'strip', kind: 'plug', watches: 'television+kettle' };
const door: DevicePlan = { name: 'entrance', kind: 'contact', watches: 'front_door' };
const opened = (said: Said): number[] =>
  said.world.flatMap((day) => (day.openings.front_door ?? []).map(({ fromMs }) => fromMs));

describe.each([
  ['tasmota', (device: DevicePlan): Speaker => tasmotaSpeaker(device, settings), 'input.state'],
  ['shelly', (device: DevicePlan): Speaker => shellySpeaker(device, settings), 'input.state'],
  ['homeassistant', (device: DevicePlan): Speaker => esphomeSpeaker('node', [device], settings), 'contact.state'],
] as const)('the hub’s %s reads the simulated device', (dialect, speakerOf, contact) => {
  it('a door opens for it as often as it opened in the house, and when', () => {
    const said = heard(speakerOf(door), dialect);
    expect(opened(said).length).toBeGreaterThan(6);
    expectNear(changesTo(said, contact, 1), opened(said));
  });

  it('a plug’s power is the power that was drawn, and its energy rises by what flowed', () => {
    const said = heard(speakerOf(plug), dialect);
    const power = said.readings.filter(({ kind }) => kind === 'power.active');
    expect(power.length).toBeGreaterThan(DAYS * 200);
    for (const { atMs, value } of power.slice(1)) {
      const day = said.world.findLast(({ startMs }) => startMs <= atMs);
      const load = day === undefined ? undefined : loadOf(day, plug.watches);
      const truths = [
        load?.restMw,
        ...(load?.steps
          .filter((step) => step.atMs <= atMs)
          .slice(-2)
          .map(({ powerMw }) => powerMw) ?? []),
      ];
      expect(
        truths.some((mw) => Math.abs((mw ?? -1e9) - value) <= 500),
        `${value} mW, in truth ${truths.join(' ')}`,
      ).toBe(true);
    }
    const energy = said.readings.filter(({ kind }) => kind === 'energy.import').map(({ value }) => value);
    expect(energy.every((value, index) => value >= (energy[index - 1] ?? 0))).toBe(true);
    const flowed = said.world.reduce((total, day) => total + energyMwh(day, plug.watches), 0);
    expect(Math.abs((energy.at(-1) ?? 0) - (energy[0] ?? 0) - flowed)).toBeLessThan(25_000);
  });

  it('is there from its start, and gone when its will is said', () => {
    const speaker = speakerOf(door);
    const source = new HeardSource(dialect);
    const online: number[] = [];
    const say = (message: { topic: string; payload: string; retain: boolean }): void => {
      const result = source.hear({ ...message, retained: message.retain, meaning: '', expect: {} });
      if (!('refused' in result)) {
        online.push(...result.readings.filter(({ kind }) => kind === 'device.online').map(({ value }) => value));
      }
    };
    for (const message of [...speaker.start(START_MS), ...speaker.start(START_MS)]) say(message);
    expect(online.at(-1)).toBe(1);
    if (speaker.will !== undefined) say(speaker.will);
    expect(online.at(-1)).toBe(0);
  });
});

/** What flowed in a day, in milliwatt-hours. */
function energyMwh(day: DayWorld, watches: string): number {
  const { restMw, steps } = loadOf(day, watches);
  let spent = 0;
  let from = { atMs: day.startMs, powerMw: restMw };
  for (const step of [...steps, { atMs: day.endMs, powerMw: 0 }]) {
    spent += from.powerMw * (step.atMs - from.atMs);
    from = step;
  }
  return spent / 3_600_000;
}

describe('the hub’s frigate reads the simulated cameras', () => {
  it('as many people as are there, each of them found within two seconds', () => {
    const said = heard(frigateSpeaker([{ name: 'lounge', kind: 'camera', watches: 'living' }], settings), 'frigate');
    const people = said.readings.filter(({ kind, thing }) => kind === 'presence.count' && thing === 'lounge/person');
    expect(people.length).toBeGreaterThan(50);
    for (const [index, { atMs, value }] of people.entries()) {
      const nextMs = people[index + 1]?.atMs ?? atMs;
      if (nextMs - atMs < 20_000) continue;
      const middleMs = (atMs + nextMs) / 2;
      const there = said.world
        .flatMap(({ visits }) => visits)
        .filter((visit) => visit.place === 'living' && visit.fromMs <= middleMs && visit.toMs > middleMs);
      expect(new Set(there.map(({ person }) => person)).size).toBe(value);
    }
  });

  it('never counts below nobody', () => {
    const said = heard(frigateSpeaker([{ name: 'lounge', kind: 'camera', watches: 'living' }], settings), 'frigate');
    expect(Math.min(...said.readings.filter(({ kind }) => kind === 'presence.count').map(({ value }) => value))).toBe(
      0,
    );
  });
});

describe('commands', () => {
  it('switch a Tasmota off: the relay is said twice, and nothing flows any more', () => {
    const speaker = tasmotaSpeaker(plug, settings);
    const answers = speaker.answer('cmnd/strip/POWER', 'off', START_MS);
    expect(answers.map(({ topic, payload }) => `${topic} ${payload}`)).toEqual([
      'stat/strip/RESULT {"POWER":"OFF"}',
      'stat/strip/POWER OFF',
    ]);
    const { powerMw } = {
      powerMw: JSON.parse(speaker.answer('cmnd/strip/STATUS', '10', START_MS + 1)[0]?.payload ?? '{}').StatusSNS.ENERGY
        .Power,
    };
    expect(powerMw).toBe(0);
  });

  it('are answered by a Shelly at the asker’s own topic, with an error for what it does not know', () => {
    const speaker = shellySpeaker(plug, settings);
    const ask = (method: string, params?: object): unknown[] =>
      speaker
        .answer('strip/rpc', JSON.stringify({ id: 7, src: 'me', method, params }), START_MS)
        .map(({ topic, payload }) => [topic, JSON.parse(payload)]);
    expect(ask('Switch.Set', { id: 0, on: false })[0]).toEqual([
      'me/rpc',
      { id: 7, src: speaker.client, dst: 'me', result: { was_on: true } },
    ]);
    expect(ask('Switch.GetStatus')[0]).toMatchObject(['me/rpc', { result: { output: false, apower: 0 } }]);
    expect(ask('Nothing')[0]).toMatchObject(['me/rpc', { error: { code: 404 } }]);
    expect(speaker.answer('strip/rpc', '{"src":"#","method":"x"}', START_MS)).toEqual([]);
    expect(speaker.answer('strip/rpc', 'junk', START_MS)).toEqual([]);
  });

  it('move an ESPHome lock, and Home Assistant’s birth makes a node announce itself again', () => {
    const speaker = esphomeSpeaker('node', [{ name: 'bolt', kind: 'lock', watches: 'front_door' }], settings);
    expect(speaker.answer('node/lock/bolt/command', 'UNLOCK', START_MS)).toMatchObject([
      { topic: 'node/lock/bolt/state', payload: 'UNLOCKED' },
    ]);
    expect(speaker.answer('homeassistant/status', 'online', START_MS).map(({ topic }) => topic)).toEqual([
      'homeassistant/lock/node/bolt/config',
    ]);
    expect(speaker.answer('node/lock/other/command', 'UNLOCK', START_MS)).toEqual([]);
  });
});
