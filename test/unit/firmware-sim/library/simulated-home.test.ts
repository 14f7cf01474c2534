import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test as base, beforeAll, describe, expect } from 'vitest';
import { simulate, trace } from '../../../../firmware-sim/simulate.ts';
import { homeFixture, simulatedHome } from '../../../../firmware-sim/simulated-home.ts';
import { type Mosquitto, startMosquitto } from '../../../kit/mosquitto.ts';

const test = base.extend(homeFixture);
const root = new URL('../../../../', import.meta.url);
const startMs = Date.UTC(2026, 10, 23, 9);
const scenario = [
  'start: 2026-11-23T18:00',
  'time-zone: Asia/Tokyo',
  'seed: 4',
  'devices:',
  '  - { name: front_door, kind: contact, watches: front_door, dialect: zigbee2mqtt }',
  '  - { name: strip, kind: plug, watches: television+kettle, dialect: tasmota }',
  'faults:',
  '  - { kind: drop, at: 1h, for: 12h, permille: 300 }',
].join('\n');

let server: Mosquitto;
beforeAll(async () => {
  server = await startMosquitto();
});
afterAll(() => server.stop());

describe('a home for a test', () => {
  test('what Mosquitto passes on is what was published, and the truth says what was dropped', async ({ home }) => {
    await home.play({ url: server.url, scenario, days: 1, speed: 40_000, qos: 1 });
    await home.settled();
    expect(home.report()).toMatchObject({ lost: 0, unsent: 0, duplicated: 0, reordered: 0, unknown: 0 });
    expect(home.report().published).toBe(home.messages.length);
    expect(home.report().latencyMs?.p50).toBeLessThan(1000);
    const dropped = home.truth.filter(({ is, what }) => is === 'incident' && what === 'dropped');
    expect(dropped.length).toBeGreaterThan(50);
    const clean = [...trace({ scenario: scenario.slice(0, scenario.indexOf('faults:')), days: 1 })];
    const messages = home.truth.filter(({ is }) => is === 'message');
    expect(messages.length).toBe(clean.length - dropped.length);
    expect(home.truth.some(({ is, what }) => is === 'opening' && what === 'front_door')).toBe(true);
  });

  test('is stopped after the test before; of every message it is known whether it went, through ten broken cables', async ({
    home,
  }) => {
    const cuts = Array.from({ length: 10 }, (_, index) => cutOf(60 + index * 130));
    await home.play({ url: server.url, startMs, days: 1, speed: 40_000, faults: cuts });
    await home.settled();
    const { unsent, published, lost } = home.report();
    expect(unsent).toBeGreaterThan(0);
    expect(published + unsent).toBe(home.truth.filter(({ is }) => is === 'message' || is === 'aside').length);
    // QoS 0: what was on its way when the cable broke is lost, and nothing else.
    expect(lost).toBeLessThan(published / 2);
  });

  test('says what cannot be', async ({ home }) => {
    await expect(home.settled()).rejects.toThrow('await home.play(…) first');
    await expect(home.play({ url: 'mqtt://127.0.0.1:1', startMs })).rejects.toThrow('no connection to the MQTT server');
    await expect(simulatedHome().play({ url: server.url, scenario: 'days: many' })).rejects.toThrow('line 1');
    await expect(home.play({ url: server.url })).rejects.toThrow('plays already');
    await using endless = simulatedHome();
    await endless.play({ url: server.url, startMs });
    await expect(endless.settled()).rejects.toThrow('has no end');
  });
});

/** The connection is cut for a home's hour, so many minutes after the beginning. */
function cutOf(minutes: number) {
  const fromMs = startMs + minutes * 60_000;
  return { kind: 'brokerCut' as const, fromMs, toMs: fromMs + 3_600_000 };
}

describe('the library', () => {
  base('a trace with a scenario is the same each time, and its truth holds every message', () => {
    const told: string[] = [];
    const first = [...trace({ scenario, days: 1, onTruth: (line) => told.push(line.is) })];
    expect([...trace({ scenario, days: 1 })]).toEqual(first);
    expect(told.filter((is) => is === 'message')).toHaveLength(first.length);
    expect(told).toEqual(expect.arrayContaining(['device', 'visit', 'movement', 'opening', 'passage', 'incident']));
    expect(first[0]?.atMs).toBe(startMs);
  });

  base('options win over the scenario, and what cannot be is refused in words', async () => {
    const [message] = trace({ scenario, startMs: startMs + 60_000, days: 1, base: 'other' });
    expect(message).toMatchObject({ atMs: startMs + 60_000 });
    expect(message?.topic).toMatch(/^other\//);
    expect(() => trace({ days: 1 }).next()).toThrow('startMs is missing');
    expect(() => trace({ startMs, endMs: startMs }).next()).toThrow('comes after its beginning');
    expect(() => trace({ startMs, timeZone: 'Mars/Base' }).next()).toThrow('timeZone takes');
    expect(await simulate({ url: server.url, faults: [{ kind: 'stuck', fromMs: 2, toMs: 1 }] })).toEqual({
      ok: false,
      reason: 'stuck ends after it begins',
    });
  });

  base('the example of the README compiles and runs', () => {
    const folder = mkdtempSync(join(tmpdir(), 'engawa-example-'));
    const page = readFileSync(new URL('firmware-sim/README.md', root), 'utf8');
    const [example = '', fixture = ''] = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map((match) => match[1] ?? '');
    const placed = (text: string, from: string): string =>
      text.replaceAll("'./firmware-sim/", `'${from}firmware-sim/`).replaceAll('mqtt://localhost', server.url);
    try {
      const path = join(folder, 'example.ts');
      writeFileSync(path, placed(example, root.href));
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
      const printed = execFileSync(process.execPath, [path], { encoding: 'utf8' });
      expect(printed).toMatch(/[1-9]\d* messages said twice, \d{3,} received/);
      expect(printed).toContain('lost: 0');
      const compiled = (text: string, name: string): void => {
        writeFileSync(join(folder, name), placed(text, root.pathname));
      };
      compiled(example, 'one.ts');
      compiled(fixture.replace("'vitest'", `'${root.pathname}node_modules/vitest/dist/index.js'`), 'two.ts');
      const settings = {
        extends: new URL('tsconfig.json', root).pathname,
        compilerOptions: { typeRoots: [new URL('node_modules/@types', root).pathname] },
        include: [],
        files: ['one.ts', 'two.ts'],
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
      const tsc = new URL('node_modules/typescript/bin/tsc', root).pathname;
      expect(execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
