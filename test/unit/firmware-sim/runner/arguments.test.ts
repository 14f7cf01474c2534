import { describe, expect, it } from 'vitest';
import { type Machine, readArguments, type SimArguments } from '../../../../firmware-sim/runner/arguments.ts';

const NOW_MS = Date.UTC(2026, 10, 23, 6);
const MACHINE: Machine = {
  nowMs: NOW_MS,
  zone: 'Asia/Tokyo',
  readText: () => ({ ok: false, reason: 'no file' }),
};

function read(...words: string[]): SimArguments {
  const asked = readArguments(words, MACHINE);
  if (!asked.ok || asked.value === undefined) {
    throw new Error('not read');
  }
  return asked.value;
}

function reason(...words: string[]): string {
  const asked = readArguments(words, MACHINE);
  return asked.ok ? '' : asked.reason;
}

describe('arguments of engawa sim', () => {
  it('has the defaults of Zigbee2MQTT and real time', () => {
    expect(read('--url', 'mqtt://localhost')).toMatchObject({
      base: 'zigbee2mqtt',
      qos: 0,
      seed: 1,
      lastSeen: 'disable',
      clock: { originRealMs: NOW_MS, originHomeMs: NOW_MS, speed: 1 },
      timeZone: 'Asia/Tokyo',
      replay: undefined,
    });
  });

  it('shares a clock, or makes one from a speed and a start', () => {
    const url = ['--url', 'mqtt://localhost'];
    expect(read(...url, '--clock', '100:200:60').clock).toEqual({ originRealMs: 100, originHomeMs: 200, speed: 60 });
    const startMs = Date.UTC(2026, 10, 22, 21, 30);
    expect(read(...url, '--speed', '0.5', '--start', '2026-11-23T06:30').clock).toEqual({
      originRealMs: NOW_MS,
      originHomeMs: startMs,
      speed: 0.5,
    });
    expect(read(...url, '--start', '2026-11-23').startMs).toBe(Date.UTC(2026, 10, 22, 15));
    expect(read(...url, '--until', '2026-11-23T06:30:00+01:00').untilMs).toBe(Date.UTC(2026, 10, 23, 5, 30));
  });

  it('--realtime is --speed 1, whatever a scenario says', () => {
    const machine: Machine = { ...MACHINE, readText: () => ({ ok: true, value: 'speed: 60' }) };
    const words = ['--url', 'mqtt://localhost', '--scenario', 'x'];
    const speedOf = (...more: string[]): number | undefined => {
      const asked = readArguments([...words, ...more], machine);
      return asked.ok ? asked.value?.clock.speed : undefined;
    };
    expect([speedOf(), speedOf('--realtime'), speedOf('--speed', '2')]).toEqual([60, 1, 2]);
  });

  it('draws a view where there is a terminal, unless it is told', () => {
    const url = ['--url', 'mqtt://localhost'];
    expect([read(...url).view, read(...url, '--view').view, read(...url, '--no-view').view]).toEqual([
      undefined,
      true,
      false,
    ]);
  });

  it('reads a replay', () => {
    expect(read('replay', 'file.csv', '--url', 'mqtt://h', '--as', 'main_meter', '--from', '31/1/2007').replay).toEqual(
      {
        file: 'file.csv',
        name: 'main_meter',
        fromWallMs: Date.UTC(2007, 0, 31),
      },
    );
    expect(read('replay', '--url', 'mqtt://h', '--from', '2007-01-31').replay?.fromWallMs).toBe(Date.UTC(2007, 0, 31));
  });

  it('shows the help for --help and for nothing', () => {
    expect(readArguments([], MACHINE)).toEqual({ ok: true, value: undefined });
    expect(readArguments(['replay', '--help'], MACHINE)).toEqual({ ok: true, value: undefined });
  });

  const url = ['--url', 'mqtt://localhost'];
  it.each([
    [['--seed', '1'], 'one of --url and --out'],
    [[...url, '--out', 'x'], 'one of --url and --out'],
    [['--out', 'x'], '--out needs --days or --until'],
    [[...url, '--seed', '-1'], 'seed'],
    [[...url, '--seed', '4294967296'], '--seed'],
    [[...url, '--seed', '1.5'], '--seed'],
    [[...url, '--speed', '0'], '--speed'],
    [[...url, '--speed', 'fast'], '--speed'],
    [[...url, '--speed', '1e9'], '--speed'],
    [[...url, '--clock', '1:2'], '--clock'],
    [[...url, '--clock', '1:2:60:4'], '--clock'],
    [[...url, '--clock', '1:NaN:60'], '--clock'],
    [[...url, '--clock', '1:2:60', '--speed', '60'], '--clock already holds a speed'],
    [[...url, '--clock', '1:2:60', '--start', '2026-11-23'], '--start and --clock'],
    [[...url, '--qos', '3'], '--qos'],
    [[...url, '--realtime', '--speed', '60'], '--realtime means --speed 1'],
    [[...url, '--realtime', '--clock', '1:2:60'], 'leave --realtime out'],
    [[...url, '--view', '--no-view'], 'of --view and --no-view only one'],
    [['--out', 'x', '--days', '1', '--view'], '--view shows what is published'],
    [[...url, '--days', '0'], '--days'],
    [[...url, '--base', 'a/#'], '--base'],
    [[...url, '--base', '$SYS'], '--base'],
    [[...url, '--start', 'tomorrow'], '--start'],
    [[...url, '--until', '2026-13-01'], '--until'],
    [[...url, '--time-zone', 'Mars/Olympus'], '--time-zone'],
    [[...url, '--last-seen', 'yes'], '--last-seen'],
    [[...url, '--as', 'x'], 'belong to replay'],
    [['play', ...url], 'play takes the file to play'],
    [['capture', ...url], 'capture takes --url, from where, and --out, the file'],
    [[...url, '--topics', '#'], '--topics belongs to capture'],
    [[...url, '--homes', '0'], '--homes takes 1 or more'],
    [['play', 'x', ...url, '--homes', '2'], '--scenario, --home and --homes do not go with play'],
    [[...url, '--scenario', 'x.yaml'], 'no file'],
    [[...url, 'record'], 'the commands are replay, capture and play'],
    [['replay', 'a', 'b', ...url], 'one file'],
    [['replay', ...url, '--from', '31/2/2007'], '--from'],
    [[...url, '--nonsense'], '--nonsense'],
  ])('%j is refused with its reason', (words, sentence) => {
    expect(reason(...words)).toContain(sentence);
  });
});
