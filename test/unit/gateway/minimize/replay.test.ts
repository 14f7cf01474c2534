import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kind } from '../../../../devices/vocabulary.ts';
import type { LiveGrant } from '../../../../gateway/consent/grant.ts';
import type { Category, Level } from '../../../../proto/lists.ts';
import { type RecordedLog, replay } from '../../../kit/replay.ts';
import { seeded } from '../../../kit/seeded.ts';

const MINUTE_MS = 60_000;
const THINGS: readonly (readonly [kind: Kind, category: Category, most: number])[] = [
  ['contact.state', 'contact.doorWindow', 2],
  ['occupancy.state', 'presence.person', 1],
  ['occupancy.state', 'presence.animal', 1],
  ['lock.state', 'lock.state', 4],
  ['power.active', 'power.appliance', 2_000_000],
  ['power.active', 'power.total', 9_000_000],
  ['energy.import', 'power.total', 0],
  ['battery.percent', 'device.health', 100],
  ['device.online', 'device.health', 1],
];
const LEVELS: readonly Level[] = ['L2', 'L3', 'L4', 'L5'];

/** Three days of a home in which everything that can leave does, at every level, across a change of the clocks. */
function recorded(seed: number): RecordedLog {
  const random = seeded(seed);
  const below = (count: number) => Math.floor(random() * count);
  const startMs = Date.UTC(2027, 2, 27);
  const categories = [...new Set(THINGS.map(([, category]) => category))];
  const grants = categories.flatMap((category, at) =>
    LEVELS.map(
      (level, rung): LiveGrant => ({
        agreement: 1 + at * LEVELS.length + rung,
        offer: `offer-${level}`,
        offerKey: 'ab'.repeat(16),
        category,
        level,
        windowMinutes: [undefined, 15, 30, 60][below(4)],
        lane: 'shaped',
        subject: below(2) === 0 ? 'home' : 'device',
        epochDays: 30,
        legalClass: 'personal',
        voices: [{ person: 1, scope: {} }],
        fromMs: startMs + below(24 * 60) * MINUTE_MS,
        expiresMs: startMs + (60 + below(24)) * 60 * MINUTE_MS,
      }),
    ),
  );
  let counter = 5_000_000;
  const lines = Array.from({ length: 3 * 24 * 60 }, (_, minute) => {
    const atMs = startMs + minute * MINUTE_MS + below(MINUTE_MS);
    const [kind, category, most] = THINGS[below(THINGS.length)] ??
      THINGS[0] ?? ['contact.state', 'contact.doorWindow', 1];
    if (random() < 0.3) return { atMs };
    counter += below(20_000);
    return { atMs, heard: { device: 1 + below(3), kind, category, value: most === 0 ? counter : below(most + 1) } };
  });
  return { timeZone: 'Europe/Paris', grants, lines };
}

describe('a recorded log', () => {
  const log = recorded(20270327);

  test('gives the same bytes each time, and those it gave when this was written', () => {
    const first = replay(log);
    expect(replay(log)).toEqual(first);
    expect(first.length).toBeGreaterThan(2000);
    expect(createHash('sha256').update(first.join('\n')).digest('hex')).toBe(
      'c6c260741ed69c22d4f84f5fdcaa083b0a5ae021f8d4ec278780bd98eb2551aa',
    );
  });

  test('gives the same bytes in another process, in another time zone of the machine', () => {
    const folder = mkdtempSync(join(tmpdir(), 'engawa-replay-'));
    try {
      const file = join(folder, 'log.json');
      writeFileSync(file, JSON.stringify(log));
      const child = fileURLToPath(new URL('./replay-child.ts', import.meta.url));
      const env = { ...process.env, TZ: 'America/St_Johns', LANG: 'ja_JP.UTF-8' };
      expect(execFileSync(process.execPath, [child, file], { env, encoding: 'utf8' }).split('\n')).toEqual(replay(log));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('gives the same bytes when its open windows are written down and read again at any points', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(0.01, 0.2, 1), (seed, share) => {
        const day = { ...recorded(seed), lines: recorded(seed).lines.slice(0, 1200) };
        const random = seeded(seed);
        expect(replay(day, () => random() < share)).toEqual(replay(day));
      }),
      { numRuns: 12 },
    );
  });

  test('gives under each agreement what it would give if there were no other: no window is shared', () => {
    const all = new Set(replay(log));
    const alone = log.grants.flatMap((grant) => replay({ ...log, grants: [grant] }));
    expect(new Set(alone)).toEqual(all);
  });
});
