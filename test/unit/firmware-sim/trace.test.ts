import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { household, trace } from '../../../firmware-sim/simulate.ts';

const DAY_MS = 86_400_000;
const MONDAY_MS = Date.UTC(2026, 10, 22, 15);
const simulator = fileURLToPath(new URL('../../../firmware-sim/simulate.ts', import.meta.url));

interface Options {
  seed: number;
  startMs: number;
  endMs: number;
  timeZone: string;
}

function options(seed: number, days: number, startMs = MONDAY_MS): Options {
  return { seed, startMs, endMs: startMs + days * DAY_MS, timeZone: 'Asia/Tokyo' };
}

function hash(asked: Options): string {
  const digest = createHash('sha256');
  for (const message of trace(asked)) {
    digest.update(`${JSON.stringify(message)}\n`);
  }
  return digest.digest('hex');
}

async function hashInAnotherProcess(asked: Options): Promise<string> {
  const program = `
    import { createHash } from 'node:crypto';
    const { trace } = await import(${JSON.stringify(simulator)});
    const digest = createHash('sha256');
    for (const message of trace(${JSON.stringify(asked)})) digest.update(JSON.stringify(message) + '\\n');
    process.stdout.write(digest.digest('hex'));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  return stdout;
}

describe('trace', () => {
  it('is byte-identical for the same seed, in this process and in two others', async () => {
    const asked = options(7, 3);
    const here = hash(asked);
    expect(hash(asked)).toBe(here);
    expect(await Promise.all([hashInAnotherProcess(asked), hashInAnotherProcess(asked)])).toEqual([here, here]);
  });

  it('differs with the seed', () => {
    expect(hash(options(1, 1))).not.toBe(hash(options(2, 1)));
  });

  it('is made while it is read: the first message of an endless trace comes at once', () => {
    const endless = trace({ ...options(1, 1), endMs: Number.MAX_SAFE_INTEGER });
    expect(endless.next().value?.topic).toBe('zigbee2mqtt/bridge/state');
    endless.return(undefined);
  });

  it('stays inside its bounds and never runs backwards, from any time of day and through a change of the clock', () => {
    for (const timeZone of ['Asia/Tokyo', 'Europe/Paris', 'America/St_Johns', 'UTC']) {
      const startMs = Date.UTC(2026, 9, 24, 9, 17, 3, 141);
      let lastMs = startMs;
      for (const { atMs } of trace({ seed: 3, startMs, endMs: startMs + 3 * DAY_MS, timeZone })) {
        expect(atMs).toBeGreaterThanOrEqual(lastMs);
        expect(atMs).toBeLessThan(startMs + 3 * DAY_MS);
        lastMs = atMs;
      }
    }
  });

  it('does not depend on where it begins: what happens later is the same', () => {
    const laterMs = MONDAY_MS + 2 * DAY_MS;
    const occupied = (startMs: number): string[] =>
      [...trace({ ...options(5, 0), startMs, endMs: laterMs + DAY_MS })]
        .filter(({ topic, atMs }) => topic.endsWith('/front_door') && atMs > laterMs)
        .map(({ atMs, payload }) => `${atMs} ${(JSON.parse(payload) as { contact: boolean }).contact}`);
    expect(occupied(laterMs)).toEqual(occupied(MONDAY_MS));
  });

  it('gives each sensor a believable number of messages in a week', () => {
    const counts = new Map<string, number>();
    for (const { topic } of trace(options(11, 7))) {
      counts.set(topic, (counts.get(topic) ?? 0) + 1);
    }
    const perDay = (name: string): number => (counts.get(`zigbee2mqtt/${name}`) ?? 0) / 7;
    const expected: Record<string, readonly [number, number]> = {
      front_door: [30, 60],
      balcony_window: [12, 40],
      hall_motion: [60, 250],
      living_room_motion: [120, 600],
      refrigerator: [350, 900],
      television_and_kettle: [350, 1000],
      front_door_lock: [6, 60],
    };
    expect(Object.keys(expected)).toEqual(household(11).sensors.map(({ name }) => name));
    for (const [name, [least, most]] of Object.entries(expected)) {
      expect(perDay(name), name).toBeGreaterThan(least);
      expect(perDay(name), name).toBeLessThan(most);
    }
  });

  it('says something at least every three minutes of the evening, so that a fast home is never dull', () => {
    const evening: number[] = [];
    for (const { atMs } of trace(options(1, 7))) {
      const hour = ((atMs - MONDAY_MS) % DAY_MS) / 3_600_000;
      if (hour >= 18 && hour < 22) {
        evening.push(atMs);
      }
    }
    const gaps = evening.slice(1).map((atMs, index) => atMs - (evening[index] ?? atMs));
    const longGaps = gaps.filter((gapMs) => gapMs > 180_000 && gapMs < 8 * 3_600_000);
    expect(longGaps.length).toBeLessThan(evening.length / 100);
  });
});
