import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Home, makeHome } from '../kit/home.ts';
import { mindPrograms, type Program, runProgram } from '../kit/programs.ts';

mindPrograms();

/** Files of a home that hold a secret or a key. */
const OWN = ['home.secret', 'broker/operator.key', 'broker/service.key', 'broker/recipient-tokens.json'];

describe('demonstration and real home at once, in the same folder, with the same settings', () => {
  let home: Home;
  let real: Program;
  let demonstration: Program;

  beforeAll(async () => {
    home = await makeHome();
    real = await home.start('start', ['--no-sim']);
    demonstration = await home.start('start', ['--no-people']);
  });
  afterAll(async () => {
    await demonstration?.stop();
    await real?.stop();
    home?.remove();
  });

  test('each has its own data, its own secret, its own operator; commands reach the one they name', async () => {
    for (const file of OWN) {
      const [one, other] = ['home', 'demo'].map((mode) => readFileSync(join(home.folder, mode, file)));
      expect(one?.equals(other as Buffer)).toBe(false);
    }
    const status = async (...flag: string[]) =>
      (await home.hub('status', ...flag)) as { mode: string; uplink: { broker: string } };
    const [mine, theirs] = [await status(), await status('--demo')];
    expect([mine.mode, theirs.mode]).toEqual(['home', 'demo']);
    expect(mine.uplink.broker).not.toBe(theirs.uplink.broker);
    const operator = async (...flag: string[]) =>
      ((await home.broker('status', ...flag)) as { operator: string }).operator;
    expect(await operator()).not.toBe(await operator('--demo'));
    expect(await home.hub('recovery-card')).not.toEqual(await home.hub('recovery-card', '--demo'));
  });

  test('the demonstration’s token opens nothing at the real broker', async () => {
    const said = demonstration.said();
    const [, authorization, url] = /-H "Authorization: (Bearer \S+)" "(\S+)"/.exec(said) ?? [];
    const headers = { authorization: authorization ?? '' };
    expect((await fetch(url ?? '', { headers })).status).toBe(200);
    const { pathname, search } = new URL(url ?? '');
    const refused = await fetch(`http://127.0.0.1:${home.ports.broker}${pathname}${search}`, { headers });
    expect(refused.status).toBe(401);
    expect(Object.keys((await refused.json()) as object).sort()).toEqual(['error', 'reason', 'remedy']);
  });

  test('a second hub on a home that is running is refused, and the first goes on', async () => {
    const second = await makeHome('home', home);
    const { code, err } = await runProgram('hub', [], second.settings);
    expect(code).toBe(1);
    expect(err).toMatch(/is in use by another hub that is running.*stop the other hub/is);
    expect((await home.hubStatus()).uplink.enrolled).toBe(true);
  });

  test.each([
    { as: 'home', of: 'demo', words: ['--no-sim'] },
    { as: 'demo', of: 'home', words: ['--no-people'] },
  ])('the data of a $of put in the place of a $as is not opened', async ({ as, of, words }) => {
    await demonstration.stop();
    await real.stop();
    const folder = mkdtempSync(join(tmpdir(), 'engawa-swapped-'));
    cpSync(join(home.folder, of), join(folder, as), { recursive: true, filter: (file) => !file.endsWith('.sock') });
    const before = readFileSync(join(folder, as, 'hub.db'));
    const swapped = await makeHome(as as 'home' | 'demo', { folder });
    const { code, err } = await runProgram('start', words, swapped.settings);
    expect(code).toBe(1);
    expect(err).toMatch(/hub\.db belongs to another program or another home/);
    expect(err).toMatch(/set ENGAWA_DATA to the folder of this home/);
    expect(readFileSync(join(folder, as, 'hub.db')).equals(before)).toBe(true);
    expect(existsSync(join(folder, as, 'hub.sock'))).toBe(false);
    rmSync(folder, { recursive: true });
  });
});
