import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readArguments } from '../../../../firmware-sim/runner/arguments.ts';
import { run } from '../../../../firmware-sim/runner/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'engawa-truth-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Line = Record<string, string | number>;
const lines = (name: string): Line[] =>
  readFileSync(join(folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Writes a run and its truth to files, as `engawa sim` does. */
async function play(words: readonly string[], scenario = ''): Promise<{ said: Line[]; truth: Line[] }> {
  const asked = readArguments(
    [
      ...words,
      '--out',
      join(folder, 'said'),
      '--truth',
      join(folder, 'truth'),
      ...(scenario === '' ? [] : ['--scenario', 'x']),
    ],
    { nowMs: 0, zone: 'Asia/Tokyo', readText: () => ({ ok: true, value: scenario }) },
  );
  if (!asked.ok || asked.value === undefined) throw new Error(asked.ok ? 'help' : asked.reason);
  expect(
    await run(asked.value, { realMs: () => 0, signal: new AbortController().signal, say: () => undefined }),
  ).toBeUndefined();
  return { said: lines('said'), truth: lines('truth') };
}

describe('the ground truth', () => {
  it('numbers every message, knows every device, and holds the cause of what a sensor says', async () => {
    const { said, truth } = await play(['--days', '2', '--start', '2026-11-23', '--seed', '4']);
    const of = (is: string): Line[] => truth.filter((line) => line.is === is);
    expect(of('message').map(({ seq, atMs, topic }) => [seq, atMs, topic])).toEqual(
      said.map(({ atMs, topic }, index) => [index, atMs, topic]),
    );
    expect(of('device').map(({ name }) => name)).toContain('hall_motion');
    const openings = of('opening').filter(({ what }) => what === 'front_door');
    let open = false;
    for (const { topic, payload, atMs } of said.filter(({ topic }) => topic === 'zigbee2mqtt/front_door')) {
      const isOpen = JSON.parse(String(payload)).contact === false;
      if (isOpen && !open) {
        expect(
          openings.some(({ fromMs }) => Number(atMs) - Number(fromMs) < 1000 && Number(atMs) >= Number(fromMs)),
          String(topic),
        ).toBe(true);
      }
      open = isOpen;
    }
    const movements = of('movement')
      .filter(({ place }) => place === 'hall')
      .map(({ atMs }) => Number(atMs));
    const seen = said.filter(
      ({ topic, payload }) => topic === 'zigbee2mqtt/hall_motion' && JSON.parse(String(payload)).occupancy === true,
    );
    expect(seen.length).toBeGreaterThan(20);
    expect(
      seen.every(({ atMs }) =>
        movements.some((movedMs) => movedMs <= Number(atMs) && movedMs > Number(atMs) - 3_600_000),
      ),
    ).toBe(true);
  });

  it('has an incident for each message that a fault took, and the files of two runs are the same', async () => {
    const scenario =
      "seed: 4\nstart: 2026-11-23\ndays: 1\nfaults:\n  - { kind: drop, at: 0s, for: 1d, permille: 200 }\n  - { kind: power-cut, at: '12:00', for: 1h }";
    const clean = await play(['--days', '1', '--start', '2026-11-23', '--seed', '4']);
    const first = await play([], scenario);
    const second = await play([], scenario);
    const count = (what: string): number =>
      first.truth.filter((line) => line.is === 'incident' && line.what === what).length;
    expect(count('dropped')).toBeGreaterThan(100);
    expect(first.said.length).toBe(clean.said.length - count('dropped') + count('added'));
    expect(second).toEqual(first);
  });

  it('a thousand homes are a thousand base topics, each with its own people', async () => {
    const { said } = await play(['--homes', '20', '--until', '2026-11-23T06:00', '--start', '2026-11-23T05:00']);
    const bases = new Set(said.map(({ topic }) => String(topic).split('/')[0]));
    expect(bases.size).toBe(20);
    const devices = said.filter(({ topic }) => String(topic).endsWith('bridge/devices')).map(({ payload }) => payload);
    expect(new Set(devices).size).toBe(20);
  });
});
