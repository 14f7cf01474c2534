import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSystemClock } from '../../../../gateway/time/machine-clock.ts';
import { askVoucher, firstVoucher, type SystemSigns, type Voucher } from '../../../../gateway/time/voucher.ts';
import { watchClock } from '../../../../gateway/time/watch-clock.ts';

const NOW_MS = Date.UTC(2027, 0, 20, 12);
const MINUTE_MS = 60_000;

let folder: string;
let signs: SystemSigns;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engawa-time-'));
  const at = (name: string) => join(folder, name);
  signs = { systemd: at('systemd'), timesync: at('timesync'), battery: at('rtc0'), timedatectl: at('timedatectl') };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const asked = () => askVoucher(() => NOW_MS, signs);

function timesync(ageMs: number | undefined): void {
  mkdirSync(signs.timesync);
  if (ageMs === undefined) return;
  const file = join(signs.timesync, 'synchronized');
  writeFileSync(file, '');
  utimesSync(file, new Date(NOW_MS - ageMs), new Date(NOW_MS - ageMs));
}

function systemd(answer: string): void {
  mkdirSync(signs.systemd);
  writeFileSync(signs.timedatectl, `#!/bin/sh\n${answer}\n`);
  chmodSync(signs.timedatectl, 0o755);
}

function battery(text: string): void {
  mkdirSync(signs.battery);
  writeFileSync(join(signs.battery, 'since_epoch'), text);
}

describe('who vouches for the clock', () => {
  test.each<[string, Voucher, () => void]>([
    ['nothing to ask', 'unknown', () => undefined],
    ['a time server that just answered', 'service', () => timesync(0)],
    ['one that answered within its polls', 'service', () => timesync(69 * MINUTE_MS)],
    ['one that is silent', 'nobody', () => timesync(71 * MINUTE_MS)],
    ['an answer from a time to come: the clock was set back since', 'nobody', () => timesync(-2 * MINUTE_MS)],
    ['one that never answered', 'nobody', () => timesync(undefined)],
    ['another time service that says yes', 'service', () => systemd('echo yes')],
    ['one that says no', 'nobody', () => systemd('echo no')],
    ['one that fails', 'nobody', () => systemd('exit 1')],
    ['no program to ask', 'nobody', () => void mkdirSync(signs.systemd)],
    ['a battery clock that agrees', 'battery', () => battery(`${NOW_MS / 1000 - 59}\n`)],
    ['a battery clock that does not', 'unknown', () => battery('86400\n')],
    ['a battery clock that cannot be read', 'unknown', () => battery('')],
    [
      'a battery clock where the time service is silent',
      'battery',
      () => {
        timesync(undefined);
        battery(String(NOW_MS / 1000));
      },
    ],
  ])('%s: %s', async (_, expected, prepare) => {
    prepare();
    expect(await asked()).toBe(expected);
  });

  test('before anything was asked is nobody where the system can be asked', () => {
    expect(firstVoucher(signs)).toBe('unknown');
    mkdirSync(signs.systemd);
    expect(firstVoucher(signs)).toBe('nobody');
  });

  test('is heard until the watch ends', async () => {
    const heard: Voucher[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = watchClock({
      system: { wallMs: () => NOW_MS, noticeSleep: () => undefined },
      hear: (voucher) => {
        heard.push(voucher);
        resolve();
      },
      ask: () => Promise.resolve('service'),
    });
    await promise;
    stop();
    expect(heard).toEqual(['service']);
  });
});

test('the clock of this machine goes on from one opening to the next', () => {
  const [one, other] = [openSystemClock(), openSystemClock()];
  expect(other.boot).toBe(one.boot);
  const before = one.monotonicMs();
  one.noticeSleep();
  expect(one.monotonicMs()).toBeGreaterThanOrEqual(before);
  expect(Math.abs(other.wallMs() - one.wallMs())).toBeLessThan(MINUTE_MS);
  if (one.boot === undefined) return;
  expect(Math.abs(other.monotonicMs() - one.monotonicMs())).toBeLessThan(MINUTE_MS);
});
