import { readFileSync } from 'node:fs';
import { connectAsync, type MqttClient } from 'mqtt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { DIALECTS, type DialectName } from '../../../devices/dialects/dialects.ts';
import { zigbee2mqttSettings } from '../../../devices/dialects/zigbee2mqtt-settings.ts';
import { readSpoken } from '../../../devices/subscriber/spoken.ts';
import { startSubscriber } from '../../../devices/subscriber/subscriber.ts';
import { hasMosquitto, startMosquitto } from '../../kit/mosquitto.ts';
import { Waiting } from './listener/kit.ts';

/** The blocks of this language in a page of docs/connect, without the indentation of a list. */
function blocks(page: string, language: string): string[] {
  const text = readFileSync(new URL(`../../../docs/connect/${page}`, import.meta.url), 'utf8');
  const found = text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([^]*?)^ *\`\`\`$`, 'gm'));
  return [...found].map(([, indent = '', lines = '']) => lines.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

function block(page: string, language: string): string {
  const [first] = blocks(page, language);
  if (first === undefined) throw new Error(`no ${language} block in ${page}`);
  return first;
}

const PASSWORDS = { zigbee2mqtt: 'a', homeassistant: 'b', engawa: 'c' } as const;

async function client(port: number, username: keyof typeof PASSWORDS): Promise<MqttClient> {
  const options = { username, password: PASSWORDS[username], clientId: `${username}-test`, reconnectPeriod: 0 };
  const connected = await connectAsync(`mqtt://127.0.0.1:${port}`, options);
  onTestFinished(() => connected.endAsync(true));
  return connected;
}

describe.runIf(hasMosquitto())('the acl_file of docs/connect/your-mosquitto.md, in a real Mosquitto', () => {
  test('lets Engawa read Zigbee2MQTT’s news, hides commands and everything else, and lets it publish nothing', async () => {
    const server = await startMosquitto({ acl: block('your-mosquitto.md', 'acl'), passwords: PASSWORDS });
    onTestFinished(() => server.stop());
    const waiting = new Waiting();
    const seen: string[] = [];
    const connected = Promise.withResolvers<void>();
    const hub = startSubscriber({
      ...{ url: `mqtt://engawa:c@127.0.0.1:${server.port}`, clientId: 'hub' },
      speaks: readSpoken('zigbee2mqtt') ?? [],
      announced: () => [],
      take: async ({ topic }) => {
        seen.push(topic);
        waiting.happened();
        return 'committed';
      },
      count: () => undefined,
      onState: (state) => state.connected && connected.resolve(),
    });
    onTestFinished(() => hub.close());
    await connected.promise;
    const homeAssistant = await client(server.port, 'homeassistant');
    const heard: string[] = [];
    homeAssistant.on('message', (topic) => {
      heard.push(topic);
      waiting.happened();
    });
    await homeAssistant.subscribeAsync('#', { qos: 1 });

    const engawa = await client(server.port, 'engawa');
    for (const topic of ['zigbee2mqtt/lock/set', 'zigbee2mqtt/door', 'x'])
      await engawa.publishAsync(topic, '1', { qos: 1 });
    const z2m = await client(server.port, 'zigbee2mqtt');
    const hidden = [
      'zigbee2mqtt/lock/set',
      'zigbee2mqtt/a/lock/set/state',
      'zigbee2mqtt/bridge/request/x',
      'homeassistant/x',
    ];
    for (const topic of hidden) await homeAssistant.publishAsync(topic, '{"pin_code":"1234"}', { qos: 1 });
    await z2m.publishAsync('zigbee2mqtt/a/lock', '{}', { qos: 1 });
    await z2m.publishAsync('zigbee2mqtt/bridge/state', 'online', { qos: 1, retain: true });
    await waiting.until(() => seen.includes('zigbee2mqtt/bridge/state') && heard.includes('zigbee2mqtt/bridge/state'));

    expect(seen).toEqual(['zigbee2mqtt/a/lock', 'zigbee2mqtt/bridge/state']);
    expect(heard).toEqual([...hidden, 'zigbee2mqtt/a/lock', 'zigbee2mqtt/bridge/state']);
  });
});

describe('the mqtt: block for Zigbee2MQTT', () => {
  const account = { server: 'mqtt://192.168.1.20:1883', user: 'zigbee', password: 'PASSWORD', base: 'zigbee2mqtt' };

  test('stands in the document as it is printed', () => {
    expect(block('zigbee2mqtt.md', 'yaml')).toBe(zigbee2mqttSettings(account));
  });

  test('is YAML whatever the password holds', () => {
    const password = 'p"a\\s: #s\u00e9';
    expect(parse(zigbee2mqttSettings({ ...account, password }))).toEqual({
      mqtt: { base_topic: 'zigbee2mqtt', server: account.server, user: 'zigbee', password, version: 4 },
      device_options: { qos: 1 },
    });
  });
});

/** Every page that shows what is printed: its block, the dialect, and the account it is for. */
const PAGES: readonly (readonly [page: string, language: string, dialect: DialectName, user: string])[] = [
  ['esphome.md', 'yaml', 'homeassistant', 'hall'],
  ['zwave-js-ui.md', 'text', 'homeassistant', 'zwave'],
  ['shelly.md', 'sh', 'shelly', 'plug'],
  ['tasmota.md', 'text', 'tasmota', 'plugs'],
  ['echonet-lite.md', 'text', 'echonetlite2mqtt', 'echonet'],
  ['frigate.md', 'yaml', 'frigate', 'cameras'],
  ['homie.md', 'text', 'homie', 'bench'],
  ['home-assistant.md', 'yaml', 'statestream', 'ha'],
];

test.each(PAGES)('what docs/connect/%s shows as %s is what %s prints', (page, language, dialect, user) => {
  const { settings, base } = DIALECTS[dialect];
  const printed = settings({ server: 'mqtt://192.168.1.20:1883', user, password: 'PASSWORD', base });
  // The first shell block of a page is the commands; what is printed for a shell comes after.
  const shown = blocks(page, language).filter((text) => !text.startsWith('engawa '));
  expect(shown.length).toBeGreaterThan(0);
  expect(printed).toContain(shown[0]);
});
