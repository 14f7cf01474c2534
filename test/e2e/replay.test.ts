import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RecordLine } from '../../broker/feeds/lines.ts';
import { eventually } from '../kit/eventually.ts';
import { type Home, makeHome } from '../kit/home.ts';
import { mindPrograms, type Program, startProgram } from '../kit/programs.ts';
import { type Feed, openLive, readAll, recordsIn } from '../kit/recipient.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const QUARTER_S = 900;
/** Tokyo keeps one offset all year, so the wall clock is arithmetic. */
const OFFSET_MS = 9 * 3_600_000;
const SAMPLE = new URL('../../firmware-sim/data/household-power-sample.csv', import.meta.url);
/** Where the home's day begins in this test, by its own clock: late enough that a whole day soon begins. */
const EVENING = '2026-11-23T16:30:00Z';
const WINDOWS = 4;
/**
 * The hub stamps a sample when it arrives; a machine that is busy for so long (real milliseconds) moves a sample by that
 * much of home time across a window's edge, and no further.
 */
const LATE_MS = 250;

mindPrograms();

describe('a real home’s electricity, replayed through the hub as a power meter', () => {
  let home: Home;
  let program: Program;
  const watts = sampleWatts();
  /** The day of the home, by its own clock, on which the running replay began: its first day is the file's first. */
  let beganDayMs = 0;

  /** Starts the demonstration without its people, and a replay of the sample on the same clock; resolves with how to end it. */
  async function replaying(speed: number): Promise<{ end(): Promise<void> }> {
    program = await home.start('start', ['--no-people', '--speed', String(speed)]);
    const { homeTime } = (await home.hubStatus()) as unknown as { homeTime: string };
    beganDayMs = Math.floor((Date.parse(homeTime) + OFFSET_MS) / DAY_MS) * DAY_MS;
    const clock = `${Date.now()}:${Date.parse(homeTime)}:${speed}`;
    const { password, name, server } = await account(home);
    const url = `mqtt://${name}:${password}@127.0.0.1:${new URL(server).port}`;
    const sim = startProgram('sim', ['replay', '--url', url, '--clock', clock, '--qos', '1'], { TZ: 'Asia/Tokyo' });
    await sim.until(/connected/);
    return {
      end: async () => {
        await sim.stop();
        await program.stop();
      },
    };
  }

  afterAll(async () => {
    await program?.stop();
    home?.remove();
  });

  test('energy-advice at L4: 15-minute means that are the means of the file', async () => {
    home = await makeHome('demo');
    mkdirSync(join(home.folder, 'demo'), { mode: 0o700 });
    writeFileSync(join(home.folder, 'demo', 'clock.json'), JSON.stringify({ homeMs: Date.parse(EVENING) - OFFSET_MS }));
    const speed = 600;
    const running = await replaying(speed);
    const meter = await discovered(home);
    expect(meter).toMatchObject({ approved: false, model: 'EMIZB-141' });
    await home.hub('device', 'approve', '--all');
    await home.hub('grant', 'energy-advice');
    const feed = await home.feed('energy-advice');
    const means = await full(feed, 'mean_power_w', WINDOWS);
    await running.end();

    for (const mean of means) expect(mean).toMatchObject({ category: 'power.total', window_s: QUARTER_S, unit: 'W' });
    const report = means.map((mean) => compare(mean, speed));
    console.log(`15-minute means at ${speed} times: ${report.map(({ text }) => text).join(', ')}`);
    for (const { isClose } of report) expect(isClose).toBe(true);
  });

  test('energy-advice at L2: the energy of the day, and nothing finer', async () => {
    const speed = 3_600;
    const running = await replaying(speed);
    await home.hub('grant', 'energy-advice', '--level', 'L2');
    const grantedMs = Date.parse(((await home.hubStatus()) as unknown as { homeTime: string }).homeTime);
    const feed = await home.feed('energy-advice');
    const [day] = await full(feed, 'energy_wh', 1);
    const records = recordsIn(await readAll(feed));
    await running.end();

    expect(day).toMatchObject({ category: 'power.total', window_s: DAY_MS / 1000, unit: 'Wh' });
    const finer = records.filter(({ quantity }) => quantity !== 'energy_wh');
    expect(finer.filter(({ pseudonym }) => pseudonym === day?.pseudonym)).toEqual([]);
    expect(finer.filter(({ time }) => Date.parse(time) >= grantedMs)).toEqual([]);
    const { text, isClose } = compare(day as RecordLine, speed);
    console.log(`energy of a day at ${speed} times: ${text}`);
    expect(isClose).toBe(true);
  });

  /** The first so many records of this quantity whose window was observed from end to end. */
  async function full(feed: Feed, quantity: string, count: number): Promise<RecordLine[]> {
    const live = await openLive(feed);
    const isFull = (line: RecordLine): boolean => line.quantity === quantity && line.observed >= 0.999;
    const found = recordsIn(await readAll(feed)).filter(isFull);
    while (found.length < count) {
      const { line } = await live.next();
      if (line.type === 'record' && isFull(line) && !found.some(({ cursor }) => cursor === line.cursor))
        found.push(line);
    }
    await live.close();
    return found.slice(0, count);
  }

  /** What the feed says of a window beside what the file says, and whether the difference can be explained by lateness alone. */
  function compare(record: RecordLine, speed: number): { text: string; isClose: boolean } {
    const fromMs = Date.parse(record.time) + OFFSET_MS - beganDayMs;
    const lengthMs = record.window_s * 1000;
    const minutes = Array.from({ length: lengthMs / MINUTE_MS }, (_, n) => watts(fromMs + n * MINUTE_MS));
    const mean = minutes.reduce((sum, one) => sum + one, 0) / minutes.length;
    const hours = lengthMs / 3_600_000;
    const expected = record.quantity === 'energy_wh' ? mean * hours : mean;
    const highest = Math.max(...minutes, watts(fromMs - MINUTE_MS), watts(fromMs + lengthMs));
    const moved = (highest * LATE_MS * speed) / lengthMs;
    // Half of what the level rounds to: 100 Wh of a day, 10 W of a quarter of an hour.
    const tolerance = record.quantity === 'energy_wh' ? 50 + moved * hours : 5 + moved;
    const difference = record.value - expected;
    const text = `${record.value} ${record.unit} (file ${expected.toFixed(1)}, ${((difference / expected) * 100).toFixed(2)} %)`;
    return { text, isClose: Math.abs(difference) <= tolerance };
  }
});

/** The account of the replay, made once. */
let made: Promise<{ name: string; password: string; server: string }> | undefined;
function account(home: Home): NonNullable<typeof made> {
  made ??= home.hub('device', 'add', 'meter') as NonNullable<typeof made>;
  return made;
}

async function discovered(home: Home): Promise<unknown> {
  const list = () => home.hub('device', 'list') as Promise<{ devices: unknown[] }>;
  const { devices } = await eventually(list, (all) => all.devices.length === 1);
  return devices[0];
}

/** The file's power in watts, so long after its first midnight; the last one after its end. */
function sampleWatts(): (sinceMidnightMs: number) => number {
  const rows = readFileSync(SAMPLE, 'utf8').trim().split('\n').slice(1);
  const byMinute = new Map<number, number>();
  let firstDayMs: number | undefined;
  for (const row of rows) {
    const [, date, time, kilowatts] = row.split(',');
    const [day, month, year] = (date ?? '').split('/').map(Number);
    const [hour, minute] = (time ?? '').split(':').map(Number);
    const wallMs = Date.UTC(2000 + ((year ?? 0) % 100), (month ?? 1) - 1, day, hour, minute);
    firstDayMs ??= Math.floor(wallMs / DAY_MS) * DAY_MS;
    // Where the meter said nothing, the hub holds what it said before.
    const held = byMinute.get(wallMs - firstDayMs - MINUTE_MS) ?? 0;
    byMinute.set(wallMs - firstDayMs, kilowatts === '?' ? held : Math.round(Number(kilowatts) * 1000));
  }
  const lastMs = Math.max(...byMinute.keys());
  return (sinceMidnightMs) => {
    const minuteMs = Math.floor(sinceMidnightMs / MINUTE_MS) * MINUTE_MS;
    return byMinute.get(Math.min(minuteMs, lastMs)) ?? Number.NaN;
  };
}
