import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTimestamp } from '../../../../firmware-sim/replay/timestamp.ts';
import { readArguments } from '../../../../firmware-sim/runner/arguments.ts';
import { run } from '../../../../firmware-sim/runner/run.ts';
import { HeardSource } from '../../../kit/dialect-fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'engawa-replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Line {
  topic: string;
  payload: string;
  atMs: number;
  retained: boolean;
}

/** Replays a text as the command does, beginning 2026-11-23 at midnight in Tokyo. */
async function replay(
  text: string,
  ...words: string[]
): Promise<{ lines: Line[]; said: string[]; problem: string | undefined }> {
  writeFileSync(join(folder, 'in'), text);
  const out = join(folder, 'out');
  const all = ['replay', join(folder, 'in'), '--out', out, '--days', '3', '--start', '2026-11-23', ...words];
  const asked = readArguments(all, { nowMs: 0, zone: 'Asia/Tokyo', readText: () => ({ ok: false, reason: '' }) });
  if (!asked.ok || asked.value === undefined) throw new Error(asked.ok ? 'help' : asked.reason);
  const said: string[] = [];
  const say = (sentence: string) => void said.push(sentence);
  const problem = await run(asked.value, { realMs: () => 0, signal: new AbortController().signal, say });
  const lines = readFileSync(out, 'utf8').split('\n').filter(Boolean);
  return { lines: lines.map((line) => JSON.parse(line)), said, problem };
}

const states = (lines: Line[], name: string) =>
  lines
    .filter(({ topic }) => topic === `zigbee2mqtt/${name}`)
    .map(({ payload, atMs }) => ({ ...JSON.parse(payload), atMs }));
const MIDNIGHT = Date.parse('2026-11-23T00:00+09:00');
const COLUMNS = ['--time-column', 'Time', '--power-column', 'Power, total'];

describe('any meter', () => {
  const FILE = [
    'id;Time;"Power, total";note',
    '1;2020-05-01 00:00:00;100;"a; b"',
    '2;2020-05-01 00:10:00;600.4;',
    '3;2020-05-01 00:10:00;1;twice',
    '4;2020-05-01 00:20:00;;nothing',
    '5;2020-05-01 00:30:00;-5;',
    '6;2020-05-01 04:00:00;1200;after a gap',
    '7;yesterday;5;',
    '8;2020-05-01 05:00:00',
  ].join('\n');

  it('is read by its columns: dates move, gaps count a quarter of an hour at most, what is wrong is named', async () => {
    const { lines, said, problem } = await replay(FILE, ...COLUMNS);
    expect(problem).toBeUndefined();
    const meter = states(lines, 'electricity_meter');
    expect(meter.map(({ power, energy, atMs }) => [power, energy, (atMs - MIDNIGHT) / 60_000])).toEqual([
      [100, 0, 0],
      [600, 0.1, 10],
      [1200, 0.4, 240],
    ]);
    expect(said).toEqual([
      'line 4 is not later than the row before it; left out',
      'line 6 has no power from 0 to 1000 kW; left out',
      'line 8 has no time such as 2026-11-23 06:30:00, 2026-11-23T06:30:00+09:00 or seconds since 1970; left out',
      'line 9 has 2 fields instead of 4; left out',
      expect.stringContaining('messages written'),
      '3 samples, 1 rows without a value, 4 malformed, 0 before the beginning',
    ]);
  });

  it('takes kilowatts, commas and seconds since 1970', async () => {
    const text = 'Time,"Power, total"\n1588291200,1.5\n1588291260,2\n';
    const { lines } = await replay(text, ...COLUMNS, '--unit', 'kW');
    expect(states(lines, 'electricity_meter').map(({ power }) => power)).toEqual([1500, 2000]);
  });

  it.each([
    ['when,watts\n1,2\n', COLUMNS, 'line 1: there is no column Time; it has when, watts'],
    ['', COLUMNS, 'the file is empty'],
    ['Time,"Power, total"\n', COLUMNS, 'the file holds no sample'],
  ])('%j is refused with what to do', async (text, words, sentence) => {
    const { problem } = await replay(text, ...words);
    expect(problem).toContain(sentence);
  });

  it.each([
    [['--time-column', 'a'], '--time-column and --power-column go together'],
    [['--unit', 'kW'], '--unit goes with'],
    [[...COLUMNS, '--unit', 'MW'], '--unit takes W or kW'],
  ])('%j is refused with its reason', async (words, sentence) => {
    await expect(replay('', ...words)).rejects.toThrow(sentence);
  });
});

describe('a log of binary sensors', () => {
  const LOG = [
    '2009-10-16 00:01:04.000059\tM017\tON',
    '2009-10-16 00:01:06.046624\tM017\tOFF\tSleeping begin',
    '2009-10-16 03:55:12.5 D002 OPEN',
    '2009-10-16 03:55:10 D002 CLOSE',
    '2009-10-16 03:55:20 T001 22.5',
    '2009-10-16,03:55:21,D002,CLOSE',
    '2009-10-16 03:56 fridge PERHAPS',
    'noise',
    '',
  ].join('\n');

  it('becomes doors and motion sensors that are announced before they speak', async () => {
    const { lines, said, problem } = await replay(LOG);
    expect(problem).toBeUndefined();
    const devices = JSON.parse(lines.find(({ topic }) => topic.endsWith('bridge/devices'))?.payload ?? '[]');
    expect(devices.map((device: { friendly_name: string }) => device.friendly_name)).toEqual([
      'Coordinator',
      'M017',
      'D002',
    ]);
    expect(states(lines, 'M017').map(({ occupancy, atMs }) => [occupancy, atMs - MIDNIGHT])).toEqual([
      [true, 64_000],
      [false, 66_046],
    ]);
    expect(states(lines, 'D002').map(({ contact }) => contact)).toEqual([false, true]);
    expect(said.filter((sentence) => !sentence.includes('written'))).toEqual([
      'line 4 is earlier than the line before it; left out',
      'line 7 says none of ON, OFF, OPEN, CLOSE, PRESENT, ABSENT, TRUE, FALSE, 1, 0; left out',
      'line 8 has no date and time such as 2009-10-16 00:01:04; left out',
      '4 samples, 1 rows without a value, 3 malformed, 0 before the beginning',
    ]);
  });

  it('is understood by the hub', async () => {
    const { lines } = await replay(LOG);
    const source = new HeardSource('zigbee2mqtt');
    const read = lines.flatMap(({ topic, payload, retained }) => {
      const result = source.hear({ topic, payload, retained, meaning: '', expect: {} });
      return 'refused' in result ? [] : result.readings.map(({ kind, value }) => `${kind} ${value}`);
    });
    expect(read.filter((each) => /contact|occupancy/.test(each))).toEqual([
      'occupancy.state 1',
      'occupancy.state 0',
      'contact.state 1',
      'contact.state 0',
    ]);
  });
});

it.each([
  ['2026-11-23T06:30:00+09:00', '2026-11-23T06:30:00Z'],
  ['2026-11-23 06:30', '2026-11-23T06:30:00Z'],
  ['2026-11-23 06:30:15.25Z', '2026-11-23T06:30:15.250Z'],
  ['1795415400000', '2026-11-23T06:30:00Z'],
  ['2026-02-30 06:30', undefined],
  ['23.11.2026 06:30', undefined],
  ['', undefined],
])('the time %j', (text, wall) => {
  expect(readTimestamp(text)).toBe(wall === undefined ? undefined : Date.parse(wall));
});
