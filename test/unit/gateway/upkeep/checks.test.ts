import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Check } from '../../../../gateway/upkeep/check.ts';
import type { Condition } from '../../../../gateway/upkeep/condition.ts';
import { folderChecks } from '../../../../gateway/upkeep/folder-checks.ts';
import { hubChecks } from '../../../../gateway/upkeep/hub-checks.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.UTC(2027, 0, 20, 12);

/** A hub with which all is well. */
const WELL: Condition = {
  nowMs: NOW_MS,
  ranMs: 2 * DAY_MS,
  store: {
    writtenBytes: 1,
    logPages: 2048,
    logPagesUsed: 20,
    unsettledBytes: 100,
    queuedOperations: 0,
    refusedOperations: 0,
    settledMsAgo: 60_000,
    canSettle: true,
  },
  time: { isTrusted: true, sentence: { ja: '時計', en: 'clock' } },
  uplink: {
    connected: true,
    problem: undefined,
    waiting: 2,
    oldestMs: NOW_MS - 1000,
    lastAcknowledgedMs: 1,
    counts: {},
  },
  queue: { waiting: 2, thinnedAbove: 10, limit: 12, isFull: false, thinned: 0 },
  consent: { fault: undefined, suspended: undefined, grants: 1 },
  intake: { listener: 'mqtt://here', source: null, sourceTrouble: null, counts: {} },
  accounts: [{ name: 'zigbee', base: 'zigbee2mqtt', addedMsAgo: HOUR_MS, isSilent: false }],
  devices: [{ name: 'plug', isApproved: true, isOffline: false, silentMs: HOUR_MS, mayBeSilentMs: DAY_MS }],
  written: { bytes: 40_000_000, isProjected: false, totalBytes: 40_000_000 },
  backupMs: NOW_MS - DAY_MS,
};

const found = (change: Partial<Condition>): [string, string][] =>
  hubChecks({ ...WELL, ...change })
    .filter(({ state }) => state !== 'ok')
    .map(({ name, state }) => [name, state]);

test('a hub with which all is well has nothing but ok, one line for each thing, and no step', () => {
  const checks = hubChecks(WELL);
  expect(checks.map(({ name }) => name)).toEqual([
    'store',
    'time',
    'uplink',
    'queue',
    'consent',
    'offers',
    'intake',
    'devices',
    'card',
    'backup',
  ]);
  expect(checks.filter(({ state, step }) => state !== 'ok' || step !== null)).toEqual([]);
});

const device = { name: 'door', isApproved: true, isOffline: false, silentMs: 0, mayBeSilentMs: DAY_MS };
const nobody = { name: 'esp', base: 'engawa', addedMsAgo: HOUR_MS, isSilent: true };
const down = {
  ...WELL.uplink,
  connected: false,
  problem: 'unreachable',
  waiting: 2,
  lastAcknowledgedMs: 1,
  counts: {},
} as const;

const CASES: readonly (readonly [what: string, change: Partial<Condition>, expected: [string, string][]])[] = [
  ['a store that cannot settle', { store: { ...WELL.store, canSettle: false } }, [['store', 'act']]],
  ['changes the tables refused', { store: { ...WELL.store, refusedOperations: 1 } }, [['store', 'look']]],
  ['an estimated clock', { time: { isTrusted: false, sentence: WELL.time.sentence } }, [['time', 'look']]],
  ['no enrolment', { uplink: null }, [['uplink', 'look']]],
  ['a lost line', { uplink: { ...down, oldestMs: NOW_MS - HOUR_MS } }, [['uplink', 'look']]],
  ['a line lost for long', { uplink: { ...down, oldestMs: NOW_MS - DAY_MS } }, [['uplink', 'act']]],
  ['power thinned once', { queue: { ...WELL.queue, thinned: 5 } }, [['queue', 'look']]],
  ['power being thinned', { queue: { ...WELL.queue, waiting: 10, thinned: 5 } }, [['queue', 'act']]],
  ['a full outbox', { queue: { ...WELL.queue, waiting: 12, isFull: true } }, [['queue', 'act']]],
  ['an unreadable book', { consent: { ...WELL.consent, fault: 'the chain is broken' } }, [['consent', 'act']]],
  ['suspended offers', { consent: { ...WELL.consent, suspended: { ja: '停', en: 'held' } } }, [['offers', 'look']]],
  ['refusals at the door', { intake: { ...WELL.intake, counts: { password: 2 } } }, [['intake', 'look']]],
  ['an anonymous client', { intake: { ...WELL.intake, counts: { anonymous: 2 } } }, [['intake', 'look']]],
  ['an account nobody used', { accounts: [nobody] }, [['intake', 'look']]],
  ['a silent MQTT broker', { intake: { ...WELL.intake, source: 'not connected (lost)' } }, [['intake', 'act']]],
  ['no devices', { devices: [] }, [['devices', 'look']]],
  ['a device to approve', { devices: [{ ...device, isApproved: false }] }, [['devices', 'look']]],
  ['a device that is offline', { devices: [{ ...device, isOffline: true }] }, [['devices', 'look']]],
  ['a device silent for long', { devices: [{ ...device, silentMs: 2 * DAY_MS }] }, [['devices', 'look']]],
  [
    'a meter silent for hours',
    { devices: [{ ...device, silentMs: 7 * HOUR_MS, mayBeSilentMs: 6 * HOUR_MS }] },
    [['devices', 'look']],
  ],
  ['a door silent for hours', { devices: [{ ...device, silentMs: 7 * HOUR_MS }] }, []],
  ['silence before this start', { ranMs: HOUR_MS, devices: [{ ...device, silentMs: 2 * DAY_MS }] }, []],
  ['much written', { written: { bytes: 5e9, isProjected: false, totalBytes: 5e9 } }, [['card', 'look']]],
  ['nothing measured yet', { written: null }, []],
  ['no backup', { backupMs: null }, [['backup', 'look']]],
  ['an old backup', { backupMs: NOW_MS - 40 * DAY_MS }, [['backup', 'look']]],
];

test.each(CASES)('%s is named, in both languages, with the step that helps', (_what, change, expected) => {
  expect(found(change)).toEqual(expected);
  for (const { state, step, sentence } of hubChecks({ ...WELL, ...change })) {
    expect(state === 'ok').toBe(step === null);
    for (const said of [sentence, ...(step ? [step] : [])]) expect([said.ja.trim(), said.en.trim()]).not.toContain('');
  }
});

describe('what goes wrong at the door', () => {
  const intakeOf = (change: Partial<Condition>) => {
    const check = hubChecks({ ...WELL, ...change }).find(({ name }) => name === 'intake');
    return `${check?.sentence.en} ${check?.step?.en}`;
  };

  test.each([
    ['anonymous', 'without a user name', 'user and password'],
    ['wrongCredential', 'wrong user name or password', 'Paste the printed lines again'],
    ['foreignTopic', 'outside its topics', '"zigbee2mqtt"'],
    ['protocolVersion', 'MQTT 5', 'MQTT 3.1.1'],
    ['protocolError', 'spoke no MQTT', 'TLS where it says mqtts://'],
    ['takeover', '1 refused at the door', 'no program you do not know'],
  ])('%s is named with its step', (reason, sentence, step) => {
    const said = intakeOf({ intake: { ...WELL.intake, counts: { [reason]: 1 } } });
    expect(said).toContain(sentence);
    expect(said).toContain(step);
  });

  test.each([
    ['mqtt://192.168.1.5:1883', 'not the guest Wi-Fi'],
    ['mqtt://127.0.0.1:1883', 'no address in the home network'],
    ['mqtt://[::1]:1883', 'no address in the home network'],
    [null, 'Set ENGAWA_MQTT_PORT'],
  ])('an account from which nothing came, with the listener at %s, says where to look', (listener, words) => {
    const said = intakeOf({ accounts: [nobody], intake: { ...WELL.intake, listener } });
    expect(said).toContain('Nothing came from esp yet.');
    expect(said).toContain(words);
  });
});

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'engawa-doctor-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stateOf = (checks: readonly Check[]) => checks.find(({ name }) => name === 'folder')?.state;
const looked = () => folderChecks(folder, process.getuid?.());

test('the folder is only looked at: private, whole, of the right user, or it says what helps', () => {
  for (const name of ['hub.db', 'hub.log', 'home.secret']) writeFileSync(join(folder, name), 'x', { mode: 0o600 });
  expect(looked().map(({ name, state }) => [name, state])[0]).toEqual(['folder', 'ok']);
  expect(looked()[1]?.figures.freeBytes).toBeGreaterThan(0);
  chmodSync(join(folder, 'home.secret'), 0o644);
  expect(looked()[0]?.sentence.en).toContain('home.secret');
  expect(stateOf(looked())).toBe('act');
  chmodSync(join(folder, 'home.secret'), 0o600);
  expect(stateOf(folderChecks(folder, 4_000_000))).toBe('act');
  writeFileSync(join(folder, 'hub.db.damaged-1'), '');
  expect(stateOf(looked())).toBe('look');
  rmSync(join(folder, 'home.secret'));
  expect(looked()[0]?.sentence.en).toContain('home.secret is missing');
  expect(folderChecks(join(folder, 'none'), 0)).toMatchObject([{ name: 'folder', state: 'look' }]);
});
