import { expect, test } from 'vitest';
import { DIALECTS, type DialectName } from '../../devices/dialects/dialects.ts';
import { announced } from '../../gateway/intake/announcement.ts';
import { type Device, DeviceTable } from '../../gateway/intake/device-table.ts';
import { type FixtureLine, fixtureFiles } from '../kit/dialect-fixtures.ts';

const SOURCE = 'fixture';

/** A device as it is stored, but for what was said last at several availability topics: a new word there is news. */
function stored({ claim, ...device }: Device): string {
  const routes = claim.traits.routes?.map(({ last: _, ...route }) => route);
  return JSON.stringify({ ...device, claim: { ...claim, traits: { ...claim.traits, routes } } });
}

/** Takes one message into the table, as the hub does; the names of the devices that it changes. */
function hear(table: DeviceTable, dialect: DialectName, line: FixtureLine): string[] {
  const { decode, base } = DIALECTS[dialect];
  const { topic, payload, retained = false } = line;
  const message = { topic, payload: Buffer.from(payload), retained, base: line.base ?? base };
  const result = decode(message, table.known(SOURCE));
  const { devices, gone } = announced(table, SOURCE, 'refused' in result ? [] : (result.things ?? []));
  const changed = devices.filter((device) => {
    const before = table.get(device.id);
    return before === undefined || stored(before) !== stored(device);
  });
  for (const { id } of gone) table.remove(id);
  for (const device of devices) table.put(device);
  return [...changed, ...gone].map(({ thing }) => `${topic}: ${thing}`);
}

test.each(fixtureFiles())(
  '$file: once everything was said twice, saying it again changes no device, which would be a commit each time',
  ({ dialect, lines }) => {
    const table = new DeviceTable([], 0);
    // An empty message takes an announcement back, so that it is news when it comes again.
    const telling = lines.filter(({ payload }) => payload !== '');
    const round = () => telling.flatMap((line) => hear(table, dialect, line));
    round();
    round();
    expect(round()).toEqual([]);
  },
);
