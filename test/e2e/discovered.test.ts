import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Home, makeHome } from '../kit/home.ts';
import { type Account, publish } from '../kit/mosquitto-clients.ts';
import { mindPrograms, type Program } from '../kit/programs.ts';

mindPrograms();

let home: Home;
let program: Program;
beforeAll(async () => {
  home = await makeHome();
  program = await home.start('hub');
});
afterAll(async () => {
  await program?.stop();
  home?.remove();
});

/** What ESPHome announces of one entity, in the short keys it uses. */
const announcement = (object: string, more: object) => ({
  topic: `homeassistant/binary_sensor/hall/${object}/config`,
  payload: JSON.stringify({
    ...{ name: object, stat_t: `engawa/esp/binary_sensor/${object}/state`, avty_t: 'engawa/esp/status', ...more },
    dev: { ids: '84fce6123456', name: 'hall', mdl: 'esp32', mf: 'Espressif' },
  }),
  retain: true,
});

test('an ESPHome device: one account, one approval, and its door is seen; it speaks for nobody else', async () => {
  const added = (await home.hub('device', 'add', 'esp', '--dialect', 'homeassistant')) as { password: string };
  const account: Account = { port: home.ports.mqtt, user: 'esp', password: added.password };
  const say = async (topic: string, payload: string): Promise<void> => {
    expect(await publish(account, { topic, payload })).toEqual({ code: 0, said: '' });
  };

  expect(await publish(account, announcement('front_door', { dev_cla: 'door' }))).toEqual({ code: 0, said: '' });
  expect(await publish(account, announcement('bell', {}))).toEqual({ code: 0, said: '' });
  const seen = (await home.hub('device', 'wait', 'esp')) as { devices: object[] };
  expect(seen.devices).toMatchObject([
    { name: 'hall', vendor: 'Espressif', kinds: ['contact.state', 'device.online'], approved: false },
  ]);
  await home.hub('device', 'approve', '--all', '--room', 'hall');

  await say('engawa/esp/status', 'online');
  await say('engawa/esp/binary_sensor/front_door/state', 'OFF');
  await say('engawa/esp/binary_sensor/front_door/state', 'ON');
  // Neither another dialect's topics nor a topic nobody announced makes a device.
  await say('zigbee2mqtt/front_door', '{"contact":false}');
  await say('engawa/other/state', 'ON');
  const { devices } = (await home.hub('device', 'list')) as { devices: { name: string; approved: boolean }[] };
  expect(devices).toMatchObject([{ name: 'hall', approved: true }]);
  const status = (await home.hub('status')) as { intake: { counts: Record<string, number> } };
  expect(status.intake.counts).toMatchObject({ foreignTopic: 1 });
});
