import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Home, makeHome } from '../kit/home.ts';
import { mindPrograms, type Program, runProgram } from '../kit/programs.ts';
import { readAll, recordsIn } from '../kit/recipient.ts';

mindPrograms();

interface TruthLine {
  readonly hub: string;
  readonly pseudonym: string;
  readonly category: string;
  readonly timeS: number;
  readonly windowS: number;
  readonly value: number;
  readonly sentMs: number;
  readonly acknowledgedMs: number;
}

describe('a fleet of simulated hubs', () => {
  let home: Home;
  let operator: Program;
  let fleet: string;

  beforeAll(async () => {
    home = await makeHome();
    operator = await home.start('start', ['--no-sim']);
    fleet = join(home.folder, 'fleet.jsonl');
  });
  afterAll(async () => {
    await operator?.stop();
    home?.remove();
  });

  const hubs = (...words: readonly string[]) => runProgram('sim', ['hubs', '--hubs', fleet, ...words], home.settings);
  const broker = () => `http://127.0.0.1:${home.ports.broker}`;
  const records = async (offer: string) =>
    recordsIn(await readAll(await home.feed(offer))).map(
      ({ pseudonym, category, time, value }) => `${pseudonym} ${category} ${Date.parse(time) / 1000} ${value}`,
    );

  test('is enrolled by codes, says yes to an offer, and its recipient gets exactly what was released', async () => {
    const codes: string[] = [];
    for (const _ of [1, 2, 3]) {
      codes.push(((await home.broker('hub', 'invite')) as { command: string }).command);
    }
    writeFileSync(join(home.folder, 'invites.txt'), `On the hub, run:\n\n  ${codes.join('\n  ')}\n`);
    const truth = join(home.folder, 'truth.jsonl');
    const words = ['--offer', 'watch-service', '--start', '2026-11-16T18:00', '--days', '3', '--speed', '40000'];
    const enrolling = ['--broker', broker(), '--invites', join(home.folder, 'invites.txt')];
    const first = await hubs(...enrolling, ...words, '--truth', truth);
    expect(first.code, first.err).toBe(0);
    expect(first.err).toContain('3 hubs enrolled');
    expect(statSync(fleet).mode & 0o777).toBe(0o600);
    const lines = readFileSync(truth, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as TruthLine);
    expect(new Set(lines.map(({ hub }) => hub)).size).toBe(3);
    expect(lines.every(({ sentMs, acknowledgedMs }) => acknowledgedMs >= sentMs)).toBe(true);
    expect(lines.length).toBeGreaterThan(100);
    expect(first.err).toContain(`${lines.length} records released, ${lines.length} acknowledged`);
    const released = lines.map(({ pseudonym, category, timeS, value }) => `${pseudonym} ${category} ${timeS} ${value}`);
    expect((await records('watch-service')).sort()).toEqual(released.sort());
    const again = await hubs(...words, '--seed', '50');
    expect(again.code, again.err).toBe(0);
    expect(again.err).toContain('3 hubs are connected');
    expect((await records('watch-service')).length).toBeGreaterThan(lines.length);
  });

  test('releases windows where an offer asks for them', async () => {
    const done = await hubs(
      '--offer',
      'energy-advice',
      '--start',
      '2026-11-10',
      '--days',
      '2',
      '--speed',
      '100000',
      '--cadence',
      '1',
    );
    expect(done.code, done.err).toBe(0);
    expect((await records('energy-advice')).length).toBeGreaterThan(50);
  });

  test.each([
    [['--offer', 'no-such'], 'the operator has no offer no-such; it has '],
    [['--offer', 'watch-service', '--home', 'castle'], '--home takes apartment, family-house, quiet-flat'],
    [['--offer', 'watch-service', '--invites', 'x'], '--invites and --broker go together'],
    [['--offer', 'watch-service', '--invites', '/nowhere', '--broker', 'http://127.0.0.1:1'], '/nowhere is not there'],
    [[], 'hubs takes --hubs, the file of the fleet, and --offer'],
  ])('%j is refused with what to do', async (words, sentence) => {
    const { code, err } = await hubs(...words);
    expect(code).not.toBe(0);
    expect(err).toContain(sentence);
  });

  test('a code of another operator, a used code and a broker that is not there are told apart', async () => {
    const invites = join(home.folder, 'invites.txt');
    const used = await hubs('--offer', 'watch-service', '--broker', broker(), '--invites', invites);
    expect(used.err).toMatch(/refuses v1\/enrol \(4\d\d\)\./);
    const nobody = await hubs('--offer', 'watch-service', '--broker', 'http://127.0.0.1:1', '--invites', invites);
    expect(nobody.err).toContain('no data broker answers at http://127.0.0.1:1; is it running?');
    writeFileSync(invites, 'nothing here');
    const none = await hubs('--offer', 'watch-service', '--broker', broker(), '--invites', invites);
    expect(none.err).toContain('--invites holds no invite code');
  });
});
