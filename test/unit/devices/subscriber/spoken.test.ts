import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../../../../devices/dialects/dialects.ts';
import { readSpoken, spokenBy } from '../../../../devices/subscriber/spoken.ts';

describe('what is spoken on the household’s MQTT broker', () => {
  test('is read with base topics of its own; Zigbee2MQTT keeps the name it had', () => {
    expect(readSpoken('zigbee2mqtt')).toEqual([{ source: 'source-url', dialect: 'zigbee2mqtt', base: 'zigbee2mqtt' }]);
    expect(readSpoken('zigbee2mqtt=home/zigbee')).toEqual([
      { source: 'source-url', dialect: 'zigbee2mqtt', base: 'home/zigbee' },
    ]);
  });

  test.each([
    '',
    ',',
    'knx',
    'toString',
    'zigbee2mqtt,zigbee2mqtt',
    'zigbee2mqtt=',
    'zigbee2mqtt=a=b',
    'zigbee2mqtt=#',
    'zigbee2mqtt=+/x',
    'zigbee2mqtt=/x',
    'zigbee2mqtt=x/',
    'zigbee2mqtt=$SYS',
  ])('%j is not taken', (text) => {
    expect(readSpoken(text)).toBeUndefined();
  });

  test('every dialect has a source of its own, and is known by it again', () => {
    const all = readSpoken(Object.keys(DIALECTS).join(' , ')) ?? [];
    expect(all.map(({ dialect }) => dialect)).toEqual(Object.keys(DIALECTS));
    for (const { source, dialect, base } of all)
      expect([spokenBy(source), base]).toEqual([dialect, DIALECTS[dialect].base]);
    expect(new Set(all.map(({ source }) => source)).size).toBe(all.length);
  });

  test.each(['source-url:knx', 'source-url:zigbee2mqtt:x', 'kitchen', 'source-url:toString'])(
    '%s is no source of it',
    (name) => {
      expect(spokenBy(name)).toBeUndefined();
    },
  );
});
