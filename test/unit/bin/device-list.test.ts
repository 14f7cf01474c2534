import { describe, expect, test } from 'vitest';
import { accountUri, qrLines } from '../../../bin/account-qr.ts';
import { DEVICE_COMMANDS } from '../../../bin/device-commands.ts';
import { claimText, type DeviceList, deviceLines } from '../../../bin/device-list.ts';

const NOW_MS = Date.UTC(2027, 0, 20, 12);
const MINUTE_MS = 60_000;

const device: DeviceList['devices'][number] = {
  id: 1,
  name: 'front_door',
  source: 'zigbee',
  room: 'hall',
  vendor: 'Aqara',
  model: 'MCCGQ11LM',
  kinds: ['contact.state', 'battery.percent', 'device.online'],
  approved: true,
  meaning: null,
  person: null,
  needsMeaning: false,
  online: true,
  batteryPercent: 84,
  batteryLow: null,
  linkQuality: 120,
  lastHeardMs: NOW_MS - 3 * MINUTE_MS,
  silentSinceMs: null,
  last: [],
};
const input = {
  ...device,
  id: 12,
  name: 'garage/input:0',
  approved: false,
  needsMeaning: true,
  kinds: ['input.state'],
} as const;
const lines = (devices: DeviceList['devices'], language: 'ja' | 'en' = 'en') =>
  deviceLines({ nowMs: NOW_MS, devices, credentials: [] }, language);
const width = (line: string) =>
  [...line].reduce((sum, character) => sum + (/[\u3000-\u9fff]/.test(character) ? 2 : 1), 0);

describe('a device in the list', () => {
  test.each<[Partial<typeof device>, string]>([
    [{}, 'heard 3 min ago, online, battery 84 %, link 120'],
    [{ lastHeardMs: NOW_MS - 125 * MINUTE_MS, batteryPercent: null, linkQuality: null }, 'heard 2 h ago, online'],
    [
      { lastHeardMs: NOW_MS - 3_000 * MINUTE_MS, online: false, batteryLow: true },
      'heard 2 d ago, offline, battery low, link 120',
    ],
    [{ lastHeardMs: null, online: null, batteryPercent: null, linkQuality: null }, 'nothing heard yet'],
    [{ silentSinceMs: NOW_MS, online: null, batteryPercent: null, linkQuality: null }, 'silent since 2027-01-'],
    [{ needsMeaning: true, online: null, batteryPercent: null, linkQuality: null }, 'needs --is, heard 3 min ago'],
  ])('that is approved shows how it is: %o', (more, words) => {
    const [line] = lines([{ ...device, ...more }]);
    expect(line).toMatch(/^ {3}1 {2}front_door \(hall\) {17}/);
    expect(line).toContain(words);
  });

  test('that waits shows what it claims to be, and what is to be done', () => {
    const waiting = { ...device, approved: false, room: null };
    expect(lines([waiting, input])).toEqual([
      '   1  front_door                          waits, Aqara MCCGQ11LM, door or window, battery',
      '  12  garage/input:0 (hall)               needs --is, Aqara MCCGQ11LM, wired input',
      'Approve:  engawa hub device approve --all --room ROOM',
      'Say what hangs on an input:  engawa hub device approve 12 --is door',
    ]);
    expect(lines([{ ...waiting, kinds: [], vendor: null, model: null }])[0]).toContain(
      'waits, it has not said what it is',
    );
    expect(lines([input])).toHaveLength(2);
  });

  test('has one line of at most 100 columns whatever it is called, in Japanese too', () => {
    const long = {
      ...device,
      name: '玄関の扉'.repeat(20),
      room: 'あ'.repeat(40),
      vendor: 'x'.repeat(90),
      model: 'y'.repeat(90),
    };
    const all = Array.from({ length: 200 }, (_, id) => ({ ...long, id, approved: id % 2 === 0 }));
    for (const language of ['ja', 'en'] as const) {
      const said = lines(all, language);
      expect(said).toHaveLength(201);
      for (const line of said) expect(width(line)).toBeLessThanOrEqual(100);
    }
    expect(lines([device], 'ja')[0]).toContain('3分前に知らせ、応答あり、電池84%、電波120');
  });

  test('cannot move the cursor of a terminal', () => {
    const evil = { ...device, name: 'a\u001b[2J\nb', approved: false, vendor: '\u0007' };
    expect(`${lines([evil])[0]}${claimText(evil, 'en')}`).not.toMatch(/\p{Cc}/u);
  });

  test('an empty home says how to begin', () => {
    expect(lines([])).toEqual(['No device was discovered yet. Add a program with: engawa hub device add NAME']);
  });
});

test('an approval names what is left waiting and the command for it', () => {
  const command = DEVICE_COMMANDS.find(({ words }) => words[1] === 'approve');
  const text = command?.text as (value: unknown) => string[];
  expect(text({ approved: [{ id: 1, name: 'door' }], waiting: [{ id: 12, name: 'input' }] })).toEqual([
    'approved: 1 door',
    'still waiting: 12 input: say what hangs on it: engawa hub device approve 12 --is door',
  ]);
  expect(text({ approved: [], waiting: [] })).toEqual(['Nothing was waiting for approval.']);
});

describe('the QR code of an account', () => {
  const account = { name: 'esp', password: 'a/b@c', server: 'mqtt://192.168.1.5:1883', base: 'home' };

  test('holds server, account and base topic as one URI', () => {
    const uri = new URL(accountUri(account));
    expect(uri.href).toBe('mqtt://esp:a%2Fb%40c@192.168.1.5:1883/home');
    expect(decodeURIComponent(uri.password)).toBe('a/b@c');
  });

  test('fits a terminal of 60 columns, and says so where it does not fit', async () => {
    const long = accountUri({ ...account, name: 'n'.repeat(40), password: 'p'.repeat(24), base: 'b'.repeat(40) });
    const drawn = await qrLines(long, 60);
    expect(drawn.length).toBeGreaterThan(10);
    const plain = drawn.map((line) => line.slice('\u001b[30;107m'.length, -'\u001b[0m'.length));
    expect(new Set(plain.map(({ length }) => length)).size).toBe(1);
    expect(plain.join('')).toMatch(/^[ ▀▄█]+$/);
    expect(await qrLines(long, 20)).toEqual([
      expect.stringMatching(/needs a terminal of \d\d columns; this one has 20/),
    ]);
    expect(await qrLines(long, undefined)).toEqual(drawn);
  });
});
