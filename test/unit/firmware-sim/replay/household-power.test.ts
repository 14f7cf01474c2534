import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Row, readHeader } from '../../../../firmware-sim/replay/household-power.ts';
import { UnreadableFile } from '../../../../firmware-sim/replay/lines.ts';
import { type ReplayCounts, replay } from '../../../../firmware-sim/replay/meter.ts';
import { rowsOf } from '../../../../firmware-sim/replay/rows.ts';
import type { TraceMessage } from '../../../../firmware-sim/simulate.ts';

const SAMPLE = fileURLToPath(new URL('../../../../firmware-sim/data/household-power-sample.csv', import.meta.url));
const MIDNIGHT_MS = Date.UTC(2026, 10, 22, 15);
const HEADER = 'index,Date,Time,Global_active_power';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engawa-replay-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(content: string | Buffer, name = 'power.csv'): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

interface Replayed {
  messages: TraceMessage[];
  samples: { atMs: number; power: number; energy: number }[];
  counts: ReplayCounts;
  problems: (Row & { kind: 'malformed' })[];
}

async function replayed(file: string, more: Partial<Parameters<typeof replay>[0]> = {}): Promise<Replayed> {
  const counts = { samples: 0, missing: 0, malformed: 0, skipped: 0 };
  const problems: Replayed['problems'] = [];
  const messages: TraceMessage[] = [];
  const settings = {
    rows: rowsOf(file),
    name: 'meter',
    base: 'zigbee2mqtt',
    startMs: MIDNIGHT_MS,
    timeZone: 'Asia/Tokyo',
    fromWallMs: undefined,
    days: undefined,
    onMalformed: (row: Row & { kind: 'malformed' }) => problems.push(row),
    counts,
    ...more,
  };
  for await (const message of replay(settings)) {
    messages.push(message);
  }
  const samples = messages
    .filter(({ topic }) => topic === 'zigbee2mqtt/meter')
    .map(({ atMs, payload }) => ({ ...(JSON.parse(payload) as { power: number; energy: number }), atMs }));
  return { messages, samples, counts, problems };
}

describe('the replay of the sample', () => {
  it('publishes the values of the file: count, mean of each day, and energy', async () => {
    const { samples, counts } = await replayed(SAMPLE);
    expect(counts).toEqual({ samples: 4319, missing: 1, malformed: 0, skipped: 0 });
    const rows = readFileSync(SAMPLE, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    for (const [index, date] of ['12/1/07', '13/1/2007', '14/1/2007'].entries()) {
      const kilowatts = rows
        .filter(([, day, , power]) => day === date && power !== '?')
        .map(([, , , power]) => Number(power));
      const sent = samples.filter(({ atMs }) => Math.floor((atMs - MIDNIGHT_MS) / 86_400_000) === index);
      expect(sent).toHaveLength(kilowatts.length);
      const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean(sent.map(({ power }) => power))).toBeCloseTo(mean(kilowatts) * 1000, 6);
    }
    const wattMinutes = samples.reduce((sum, { power }) => sum + power, 0);
    expect(samples.at(-1)?.energy).toBe(Math.floor(wattMinutes / 60) / 1000);
    expect(samples.every(({ energy }, index) => energy >= (samples[index - 1]?.energy ?? 0))).toBe(true);
  });

  it('keeps the time of day, moves the date, and leaves a gap where the value is missing', async () => {
    const { samples } = await replayed(SAMPLE);
    expect(samples.slice(0, 2).map(({ atMs }) => atMs)).toEqual([MIDNIGHT_MS, MIDNIGHT_MS + 60_000]);
    const missingMs = MIDNIGHT_MS + 2 * 86_400_000 + (18 * 60 + 36) * 60_000;
    expect(samples.some(({ atMs }) => atMs === missingMs)).toBe(false);
    expect(samples.some(({ atMs }) => atMs === missingMs + 60_000)).toBe(true);
  });

  it('begins at the time of day it is started at, and replays as many days as asked', async () => {
    const startMs = MIDNIGHT_MS + 10.5 * 3_600_000;
    const { samples, counts } = await replayed(SAMPLE, { startMs, days: 1 });
    expect(samples[0]?.atMs).toBe(startMs);
    expect(counts).toEqual({ samples: 1440, missing: 0, malformed: 0, skipped: 630 });
    const second = await replayed(SAMPLE, { fromWallMs: Date.UTC(2007, 0, 14) });
    expect(second.counts).toEqual({ samples: 1439, missing: 1, malformed: 0, skipped: 2880 });
    expect(second.samples[0]?.atMs).toBe(MIDNIGHT_MS);
  });

  it('introduces itself as an electricity meter', async () => {
    const { messages } = await replayed(SAMPLE, { days: 1 });
    const devices = messages.find(({ topic }) => topic === 'zigbee2mqtt/bridge/devices');
    expect(devices?.retain).toBe(true);
    expect(JSON.parse(devices?.payload ?? '[]')).toMatchObject([
      { type: 'Coordinator' },
      { friendly_name: 'meter', definition: { model: 'EMIZB-141', vendor: 'Frient' } },
    ]);
  });
});

describe('files in other forms', () => {
  const rows = ['16/12/2006;17:24:00;4.216;0.418', '16/12/2006;17:25:00;?;', '16/12/2006;17:26:00;5.360;0.436'];
  const original = `Date;Time;Global_active_power;Global_reactive_power\r\n${rows.join('\r\n')}\r\n`;
  const startMs = MIDNIGHT_MS + (17 * 60 + 24) * 60_000;

  it.each([
    ['the original with semicolons and CRLF', original],
    ['the same, compressed', gzipSync(original)],
    ['the same with a byte order mark', `\uFEFF${original}`],
    ['without a last line feed', original.trimEnd()],
  ])('%s', async (_, content) => {
    const { samples, counts } = await replayed(await fileOf(content), { startMs });
    expect(samples.map(({ power }) => power)).toEqual([4216, 5360]);
    expect(counts.missing).toBe(1);
  });
});

describe('hostile files', () => {
  it('names the line and the rule of every malformed row, counts them, and keeps the rest', async () => {
    const bad = [
      'x,1/1/07,0:01:00',
      '2,31/2/07,0:02:00,1',
      '3,1/1/07,24:00:00,1',
      '4,1/1/07,0:04:00,NaN',
      '5,1/1/07,0:05:00,-1',
      '6,1/1/07,0:06:00,1e9',
      '7,1/1/07,0:00:00,1',
      '8,2007-01-01,0:08:00,1',
      '\u0000\u0001\u0002',
      `9,1/1/07,0:09:00,${'9'.repeat(100_000)}`,
      '10,1/1/07,0:10:00,Infinity',
      '11,1/1/07,0:11:00,1,2',
    ];
    const file = await fileOf([HEADER, '0,1/1/07,0:00:00,1.5', ...bad, '', '12,1/1/07,0:12:00,2.5'].join('\n'));
    const { samples, counts, problems } = await replayed(file);
    expect(samples.map(({ power }) => power)).toEqual([1500, 2500]);
    expect(counts.malformed).toBe(bad.length);
    expect(problems.map(({ line }) => line)).toEqual(bad.map((_, index) => index + 3));
    expect(problems.map(({ reason }) => reason).join()).not.toContain('Infinity');
  });

  it.each([
    ['empty', '', 'empty'],
    ['without the columns', 'a,b,c\n1,2,3\n', 'Date, Time and Global_active_power'],
    ['not text', Buffer.from([0, 1, 2, 3, 255, 254]), 'Date, Time and Global_active_power'],
    ['one endless line', 'x'.repeat(1_000_000), 'Date, Time and Global_active_power'],
    ['a cut off gzip file', gzipSync(`${HEADER}\n0,1/1/07,0:00:00,1.5\n`.repeat(50)).subarray(0, 40), 'gzip'],
  ])('%s: says what is wrong', async (_, content, words) => {
    const file = await fileOf(content);
    await expect(replayed(file)).rejects.toThrow(UnreadableFile);
    await expect(replayed(file)).rejects.toThrow(words);
  });

  it('says so when there is no file, or a folder', async () => {
    await expect(replayed(join(folder, 'nowhere.csv'))).rejects.toThrow('cannot be opened (ENOENT)');
    await expect(replayed(folder)).rejects.toThrow(UnreadableFile);
  });

  it('understands every valid date and no other', () => {
    const header = readHeader('Date;Time;Global_active_power');
    expect(header.ok).toBe(true);
    const kind = (date: string): string | undefined =>
      header.ok ? header.read(`${date};0:00:00;1`, 2).kind : undefined;
    expect(['1/1/07', '29/2/2008', '31/12/2026'].map(kind)).toEqual(['sample', 'sample', 'sample']);
    expect(['29/2/2027', '0/1/2027', '1/13/2027', '1/1/207', '1-1-27'].map(kind)).toEqual(Array(5).fill('malformed'));
  });
});
