import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Home, makeHome } from '../kit/home.ts';
import { mindPrograms, runProgram } from '../kit/programs.ts';

mindPrograms();

describe('bad settings', () => {
  let home: Home;
  let blocker: Server;
  let blocked: string;

  beforeAll(async () => {
    home = await makeHome();
    blocker = createServer().listen(0, '0.0.0.0');
    await once(blocker, 'listening');
    const address = blocker.address();
    blocked = String(typeof address === 'object' ? address?.port : 0);
  });
  afterAll(() => {
    blocker?.close();
    home?.remove();
  });

  test.each([
    ['hub', 'ENGAWA_MQTT_PORT'],
    ['hub', 'ENGAWA_PORTAL_PORT'],
    ['broker', 'ENGAWA_BROKER_PORT'],
    ['broker', 'ENGAWA_INGRESS_PORT'],
    ['start', 'ENGAWA_MQTT_PORT'],
    ['start', 'ENGAWA_BROKER_PORT'],
  ] as const)('a taken port: %s names the port and %s', async (name, variable) => {
    const words = name === 'start' ? ['--no-sim'] : [];
    const { code, err, out } = await runProgram(name, words, { ...home.settings, [variable]: blocked });
    expect(code).toBe(1);
    expect(`${err}${out}`).toContain(blocked);
    expect(`${err}${out}`).toContain(variable);
    expect(`${err}${out}`).not.toMatch(/\n\s+at /);
  });

  test.each(['hub', 'broker', 'start'] as const)(
    'a data folder that cannot be written: %s names it and the remedy',
    async (name) => {
      const folder = mkdtempSync(join(tmpdir(), 'engawa-file-'));
      const file = join(folder, 'file');
      writeFileSync(file, '');
      const words = name === 'start' ? ['--no-sim'] : [];
      const { code, err, out } = await runProgram(name, words, { ...home.settings, ENGAWA_DATA: file });
      rmSync(folder, { recursive: true });
      expect(code).toBe(1);
      expect(`${err}${out}`).toContain(file);
      expect(`${err}${out}`).toContain('ENGAWA_DATA');
      expect(`${err}${out}`).not.toMatch(/\n\s+at /);
    },
  );

  test.each(['hub', 'broker', 'start'] as const)(
    'settings all wrong at once: %s names every one of them',
    async (name) => {
      const wrong = {
        ENGAWA_MQTT_PORT: 'many',
        ENGAWA_PORTAL_PORT: '70000',
        ENGAWA_SOURCE_URL: 'http://127.0.0.1',
        ENGAWA_UPLINK_URL: 'broker',
        ENGAWA_LOG_LEVEL: 'loud',
        ENGAWA_MQTTS_PORT: '88830',
        ENGAWA_SOURCE_CA: 'no certificate',
        ENGAWA_OPCUA_URL: 'http://127.0.0.1',
        ENGAWA_HOST: 'http://hub',
        // Reserved: not used by this version.
        ENGAWA_PORTAL_TLS_PORT: '8443',
        TZ: 'Mars/Olympus',
      };
      const { code, err } = await runProgram(name, [], { ...home.settings, ...wrong });
      expect(code).not.toBe(0);
      for (const variable of Object.keys(wrong)) expect(err).toContain(variable);
      expect(err).not.toMatch(/\n\s+at /);
    },
  );

  test.each([
    ['start', ['--frob']],
    ['start', ['--speed', '0']],
    ['start', ['--no-sim', '--speed', '60']],
    ['start', ['frobnicate']],
    ['broker', ['frobnicate']],
    ['broker', ['recipient', 'add']],
    ['broker', ['status']],
    ['hub', ['status']],
    ['sim', ['--frob']],
    ['sim', ['--url', 'http://x']],
  ] as const)('engawa %s %j ends with a sentence', async (name, words) => {
    const { code, err, out } = await runProgram(name, words, home.settings);
    expect(code).not.toBe(0);
    expect(err.trim()).not.toBe('');
    expect(`${err}${out}`).not.toMatch(/\n\s+at /);
  });

  test('a hub that is enrolled nowhere says so', async () => {
    const hub = await home.start('hub');
    expect((await home.hubStatus()).uplink.enrolled).toBe(false);
    const { code, err } = await runProgram('hub', ['grant', 'watch-service'], home.settings);
    expect(code).toBe(1);
    expect(err).toMatch(/not enrolled.*engawa hub enroll/is);
    await hub.stop();
  });
});
