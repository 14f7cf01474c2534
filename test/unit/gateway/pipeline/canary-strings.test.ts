import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { residents } from '../../../../gateway/residents.ts';
import { encodeUp } from '../../../../proto/codec.ts';
import type { Category, Level } from '../../../../proto/lists.ts';
import { BrokerInMemory } from '../../../kit/broker-in-memory.ts';
import { PLANTED, plantedIn } from '../../../kit/canary-strings.ts';
import { InnerHome } from '../../../kit/inner-home.ts';
import { Line } from '../../../kit/line.ts';
import { anOffer, testOperator } from '../../../kit/test-operator.ts';
import { brokerIn, order, publishOffer } from '../../broker/kit.ts';

const { friendlyName, otherName, topicPart, hardware, vendor, model, room } = PLANTED;
const asked = (category: Category, level: Level) =>
  ({ category, level, retentionDays: 30, legalClass: 'personal' }) as const;
const EVERYTHING = anOffer({
  subject: 'device',
  categories: [
    asked('power.appliance', 'L5'),
    asked('contact.doorWindow', 'L5'),
    asked('lock.state', 'L5'),
    asked('presence.person', 'L3'),
  ],
});
const PLUG = `${topicPart}/${friendlyName}`;

let home: InnerHome;
beforeEach(async () => {
  home = await InnerHome.open();
});
afterEach(() => home.remove());

/** A lively house whose every raw field holds something that must stay at home. */
async function live(): Promise<void> {
  const secrets = {
    pin_code: PLANTED.pinCode,
    users: { [PLANTED.userSlot]: { name: PLANTED.userName, pin: PLANTED.pinCode } },
    last_unlock_user: PLANTED.userName,
    action_source_name: PLANTED.userName,
    ieee_address: hardware,
    device: { friendlyName, ieeeAddr: hardware, manufacturerName: vendor, networkAddress: PLANTED.mac, model },
    note: PLANTED.unknownField,
    [PLANTED.unknownField]: PLANTED.userName,
  };
  const list = [PLUG, otherName].map((name, index) => ({
    friendly_name: name,
    ieee_address: `${hardware}${index}`,
    description: PLANTED.unknownField,
    definition: { vendor, model, exposes: [] },
  }));
  await home.publish('bridge/devices', list, { retained: true });
  for (const [index, thing] of [PLUG, otherName].entries()) {
    const even = index === 0;
    await home.publish(thing, { power: 1, contact: even, lock_state: 'locked', occupancy: false, ...secrets });
  }
  await home.core.devices.approve('all', { room });
  for (let round = 0; round < 4; round += 1)
    for (const thing of [PLUG, otherName]) {
      const even = round % 2 === 0;
      const states = { contact: even, lock_state: even ? 'locked' : 'unlocked', occupancy: even };
      await home.publish(thing, { power: 10 + round, ...states, ...secrets });
      await home.publish(`${thing}/availability`, { state: 'online' });
      await home.publish(thing, Buffer.from(`{"power": ${PLANTED.pinCode}, broken ${PLANTED.userName}`));
    }
  await home.publish(`${thing404()}`, { weather: PLANTED.unknownField });
  home.machine.pass(5 * 3_600_000);
  await home.core.tick();
  await home.core.writeLazily();
}
const thing404 = () => `nobody/${PLANTED.userName}`;

/** Tables in which nothing raw may stand, as one text; blobs in hexadecimal. */
async function tables(...names: string[]): Promise<string> {
  const texts = await Promise.all(
    names.map(async (name) => {
      const columns = await home.query<{ name: string }>(`SELECT name FROM pragma_table_info('${name}')`);
      const shown = columns.map(
        (column) => `coalesce(hex(${column.name}), '') || ' ' || coalesce(CAST(${column.name} AS TEXT), '')`,
      );
      return JSON.stringify(await home.query(`SELECT ${shown.join(" || ' ' || ")} AS row FROM "${name}"`));
    }),
  );
  return texts.join('\n');
}

describe('wall 5: strings planted in every raw field', () => {
  test('are found by the search in every disguise, so that finding none means something', () => {
    const text = PLANTED.userName;
    const forms = [
      text,
      text.toLowerCase(),
      `x${Buffer.from(text).toString('hex')}y`,
      Buffer.from(`a${text} and more`).toString('base64'),
      Buffer.from(text, 'utf16le'),
      Buffer.from(text, 'utf16le').swap16(),
    ];
    for (const form of forms) expect(plantedIn(form)).toEqual(['userName']);
    expect(plantedIn('nothing of that kind')).toEqual([]);
  });

  test('stay out of outbox, journal, refusals, names, consent, log and the bodies of cells', async () => {
    const operator = await testOperator();
    const broker = new BrokerInMemory(operator);
    await home.enrol(operator, [EVERYTHING]);
    await home.way.consent.give('every-sample', {});
    await live();
    expect((await home.journal()).filter(({ isWaiting }) => isWaiting).length).toBeGreaterThan(12);
    const clean = [
      'name',
      'run',
      'erasure',
      'outbox_void',
      'journal',
      'refusal',
      'used_subject',
      'window',
      'last_value',
      'history',
    ];
    expect(plantedIn(await tables(...clean, 'consent_record', 'agreement', 'meta', 'operator', 'offer'))).toEqual([]);
    // They are in the device table, where they belong: the search does look at the right file.
    expect(plantedIn(await tables('device')).sort()).toEqual([
      'friendlyName',
      'hardware',
      'model',
      'otherName',
      'room',
      'topicPart',
      'vendor',
    ]);
    await new Line(home, broker).drain();
    await home.way.consent.withdraw('every-sample');
    await new Line(home, broker).drain();
    expect(broker.ever.length).toBeGreaterThan(12);
    for (const body of broker.bodies) {
      expect(plantedIn(JSON.stringify(body))).toEqual([]);
      expect(plantedIn(encodeUp(body))).toEqual([]);
    }
    expect(plantedIn(home.said.join('\n'))).toEqual([]);
    expect(plantedIn(await tables('withdrawal', 'journal', 'erasure'))).toEqual([]);
  });

  test('stay out of everything a real data broker stores, says and feeds', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'engawa-canary-'));
    const broker = await brokerIn(folder);
    try {
      await publishOffer(folder, EVERYTHING);
      const { code } = await order<{ code: string }>(folder, 'POST', '/cli/hub/invite');
      const settings = {
        mode: 'home',
        version: '1',
        sourceUrl: undefined,
        brokerUrl: undefined,
        bind: '127.0.0.1',
        listener: undefined,
      } as const;
      const household = residents({ home: home.core, settings, newLink: () => '', listenerPort: () => undefined });
      const enrolled = await household.enrol(broker.url, code);
      expect(enrolled.ok).toBe(true);
      await home.way.consent.give('every-sample', {});
      await live();
      await new Promise<void>((resolve) => {
        const look = () => home.way.outbox.waiting() === 0 && resolve();
        home.core.live.listen((event) => event.event === 'provided' && look());
        look();
      });
      const { token } = await order<{ token: string }>(folder, 'POST', '/cli/recipient/add', { name: 'laboratory' });
      const headers = { authorization: `Bearer ${token}` };
      const url = `${broker.url}/v1/feeds/every-sample/records?purpose=energyAdvice&limit=1000`;
      const feed = await (await fetch(url, { headers })).text();
      expect(feed.split('\n').filter((line) => line.includes('"record"')).length).toBeGreaterThan(12);
      expect(plantedIn(feed)).toEqual([]);
      for (const path of ['/metrics', '/v1/offers', '/v1/operator', '/readyz'])
        expect(plantedIn(await (await fetch(`${broker.url}${path}`)).text())).toEqual([]);
      const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
      for (const { name } of files) expect([name, plantedIn(readFileSync(join(folder, name)))]).toEqual([name, []]);
      expect(plantedIn(await household.metrics())).toEqual([]);
      expect(plantedIn(JSON.stringify(await household.status()))).toEqual([]);
      expect(plantedIn(JSON.stringify(await household.journal({ limit: 1000 })))).toEqual([]);
      expect(plantedIn(home.said.join('\n'))).toEqual([]);
    } finally {
      await home.crash();
      await broker.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
