import { expect, test } from 'vitest';
import { DIALECTS, type DialectName } from '../../devices/dialects/dialects.ts';
import { announced } from '../../gateway/intake/announcement.ts';
import { DeviceTable } from '../../gateway/intake/device-table.ts';
import { fixtureFiles } from '../kit/dialect-fixtures.ts';

const CANARY = 'canary-7b1d';
/** Names under which devices say whose secret or identity something is. */
const NAMES = [
  ...['pin', 'pin_code', 'last_used_pin_code', 'code', 'user', 'last_unlock_user', 'action_user', 'changed_by', 'face'],
  ...[
    'ssid',
    'bssid',
    'mac',
    'ip',
    'serial',
    'serial_number',
    'sub_label',
    'plate',
    'image',
    'entity_picture',
    'password',
  ],
  ...['latitude', 'longitude', 'key', 'token', 'rfid', 'ADCO', 'Hostname', 'IPAddress'],
];

const LINES = fixtureFiles().flatMap(({ lines }) => lines);

/** The same message with a secret at every place that can hold one. */
function withSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSecrets);
  if (typeof value !== 'object' || value === null) return value;
  const own = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withSecrets(each)]));
  return { ...Object.fromEntries(NAMES.map((name) => [name, CANARY])), ...own };
}

function spoilt(payload: string): string {
  try {
    return JSON.stringify(withSecrets(JSON.parse(payload)));
  } catch {
    return payload;
  }
}

test.each(Object.keys(DIALECTS) as DialectName[])('%s: no secret of a message is in what is read of it', (name) => {
  const { decode, base: usual } = DIALECTS[name];
  const table = new DeviceTable([], 0);
  let read = 0;
  for (const { topic, payload, retained = false, base = usual } of LINES) {
    const bases = new Set([base, usual]);
    for (const each of bases) {
      const message = { topic, payload: Buffer.from(spoilt(payload)), retained, base: each };
      const result = decode(message, table.known('s'));
      expect(JSON.stringify(result)).not.toContain(CANARY);
      if ('refused' in result) continue;
      read += result.readings.length + (result.things?.length ?? 0);
      for (const device of announced(table, 's', result.things ?? []).devices) table.put(device);
    }
  }
  // The search would find nothing in what is not read at all.
  expect(read).toBeGreaterThan(0);
});

test.each(NAMES)('a bare value under the topic %s is not read', (property) => {
  for (const name of Object.keys(DIALECTS) as DialectName[]) {
    const { decode, base } = DIALECTS[name];
    const table = new DeviceTable([], 0);
    const message = { topic: `${base}/lock/${property}`, payload: Buffer.from(CANARY), retained: false, base };
    const result = decode(message, table.known('s'));
    expect('refused' in result || result.readings.length + (result.things?.length ?? 0) === 0).toBe(true);
  }
});
