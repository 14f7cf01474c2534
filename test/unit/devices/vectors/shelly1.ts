import type { Vector } from './shelly.ts';

const PLUG = 'shellies/shellyplug-s-AABBCC';
const METER = 'shellies/shellyem3-AABBCC';
const DOOR = 'shellies/shellydw2-73C13B';

/** A topic that is one word, and its one reading. */
const word = (says: string, topic: string, payload: string, reading: string): Vector => ({
  says,
  topic,
  payload,
  readings: [reading],
});
const drop = (says: string, topic: string, payload: string, dropped: Vector['dropped'] = {}): Vector => ({
  says,
  topic,
  payload,
  dropped,
});
const refuse = (says: string, topic: string, payload: string, refused: NonNullable<Vector['refused']>): Vector => ({
  says,
  topic,
  payload,
  refused,
});

/** Messages in the shapes of Gen1, under the base `shellies`. */
export const SHELLY1: readonly Vector[] = [
  word('a relay is on', `${PLUG}/relay/0`, 'on', 'shellyplug-s-AABBCC/relay/0 switch.state 1'),
  word('a relay is off', `${PLUG}/relay/0`, 'off', 'shellyplug-s-AABBCC/relay/0 switch.state 0'),
  word('a relay gave up', `${PLUG}/relay/1`, 'overpower', 'shellyplug-s-AABBCC/relay/1 switch.state 0'),
  word('watts', `${PLUG}/relay/0/power`, '999', 'shellyplug-s-AABBCC/relay/0 power.active 999000'),
  word('no watts', `${PLUG}/relay/0/power`, '0.00', 'shellyplug-s-AABBCC/relay/0 power.active 0'),
  word('60 watt-minutes are 1 Wh', `${PLUG}/relay/0/energy`, '60', 'shellyplug-s-AABBCC/relay/0 energy.import 1000'),
  word('one watt-minute', `${PLUG}/relay/0/energy`, '1', 'shellyplug-s-AABBCC/relay/0 energy.import 17'),
  word('a roller', 'shellies/s25/roller/0/power', '80.5', 's25/roller/0 power.active 80500'),
  word('a roller’s energy', 'shellies/s25/roller/0/energy', '120', 's25/roller/0 energy.import 2000'),
  word('a dimmer', 'shellies/dimmer/light/0', 'on', 'dimmer/light/0 switch.state 1'),
  word('a white channel', 'shellies/rgbw2/white/3', 'off', 'rgbw2/white/3 switch.state 0'),
  word('a colour channel', 'shellies/rgbw2/color/0/power', '7', 'rgbw2/color/0 power.active 7000'),
  word('the mains of a 2.5', 'shellies/s25/voltage', '231.4', 's25 voltage 231400'),
  word('a clamp takes', `${METER}/emeter/0/power`, '1012.40', 'shellyem3-AABBCC/emeter/0 power.active 1012400'),
  word('a clamp gives', `${METER}/emeter/2/power`, '-1.00', 'shellyem3-AABBCC/emeter/2 power.active -1000'),
  word('a meter’s Wh', `${METER}/emeter/0/total`, '999', 'shellyem3-AABBCC/emeter/0 energy.import 999000'),
  word('a meter’s Wh back', `${METER}/emeter/0/total_returned`, '2.5', 'shellyem3-AABBCC/emeter/0 energy.export 2500'),
  word('a meter’s volts', `${METER}/emeter/0/voltage`, '230.12', 'shellyem3-AABBCC/emeter/0 voltage 230120'),
  word('a meter’s amperes', `${METER}/emeter/0/current`, '4.40', 'shellyem3-AABBCC/emeter/0 current 4400'),
  word('a door is open', `${DOOR}/sensor/state`, 'open', 'shellydw2-73C13B contact.state 1'),
  word('a door is closed', `${DOOR}/sensor/state`, 'close', 'shellydw2-73C13B contact.state 0'),
  word('a battery', `${DOOR}/sensor/battery`, '94', 'shellydw2-73C13B battery.percent 94'),
  word('Sense saw motion', 'shellies/sense/sensor/motion', 'true', 'sense occupancy.state 1'),
  word('Sense saw none', 'shellies/sense/sensor/motion', 'false', 'sense occupancy.state 0'),
  word('Sense says a number', 'shellies/sense/sensor/motion', '1', 'sense occupancy.state 1'),
  drop('a power that is not known', `${PLUG}/relay/0/power`, '-1', { outOfRange: 1 }),
  drop('a clamp that knows nothing', `${METER}/emeter/0/power`, '-1', { outOfRange: 1 }),
  drop('a door that knows nothing', `${DOOR}/sensor/state`, '-1', { outOfRange: 1 }),
  drop('a door that says so', `${DOOR}/sensor/state`, 'unknown', { null: 1 }),
  drop('the word of others', `${DOOR}/sensor/state`, 'closed', { malformed: 1 }),
  drop('motion that is not known', 'shellies/sense/sensor/motion', '-1', { outOfRange: 1 }),
  drop('a battery with an error', `${DOOR}/sensor/battery`, '999', { outOfRange: 1 }),
  drop('not a number', `${METER}/emeter/0/power`, 'nan', { null: 1 }),
  drop('the meter’s last round', `${METER}/emeter/0/energy`, '12', { unknownProperty: 1 }),
  drop('a power factor', `${METER}/emeter/0/pf`, '0.99', { unknownProperty: 1 }),
  drop('a temperature with an error', `${DOOR}/sensor/temperature`, '999', { unknownProperty: 1 }),
  word('an input is on', `${PLUG}/input/0`, '1', 'shellyplug-s-AABBCC/input/0 input.state 1'),
  word('an input is off', `${PLUG}/input/1`, '0', 'shellyplug-s-AABBCC/input/1 input.state 0'),
  drop('an input that says neither', `${PLUG}/input/0`, '2', { malformed: 1 }),
  drop('a button', `${PLUG}/input_event/0`, '{"event":"S","event_cnt":2}', { unknownProperty: 1 }),
  drop('no such channel', `${PLUG}/relay/x`, 'on', { unknownProperty: 1 }),
  drop('an inherited name', `${PLUG}/relay/0/constructor`, 'on', { unknownProperty: 1 }),
  drop('a roller’s state', 'shellies/s25/roller/0', 'open', { unknownProperty: 1 }),
  drop('an unknown device is reachable', `${PLUG}/online`, 'true'),
  {
    says: 'a motion sensor',
    topic: 'shellies/motion/status',
    payload: '{"motion":false,"timestamp":1757604717,"active":true,"vibration":false,"lux":70,"bat":67}',
    readings: ['motion battery.percent 67', 'motion occupancy.state 0'],
    dropped: { unknownProperty: 4 },
  },
  {
    says: 'a motion sensor that is switched off has not seen nobody',
    topic: 'shellies/motion/status',
    payload: '{"motion":false,"active":false,"bat":-1}',
    dropped: { null: 1, unknownProperty: 1, outOfRange: 1 },
  },
  {
    says: 'another device’s status',
    topic: 'shellies/trv/status',
    payload: '{"wifi_sta":{"ssid":"Family"},"mac":"A4CF","serial":1,"motion":null}',
    dropped: { null: 1, secret: 2, unknownProperty: 1 },
  },
  refuse('a command to all', 'shellies/command', 'announce', 'command'),
  refuse('a command', `${PLUG}/command`, 'update', 'command'),
  refuse('a command to a relay', `${PLUG}/relay/0/command`, 'on', 'command'),
  refuse('a command to a light', 'shellies/dimmer/light/0/set', '{"turn":"on"}', 'command'),
  refuse('others', 'shelly/plug/relay/0', 'on', 'foreignTopic'),
  refuse('nobody', 'shellies//relay/0', 'on', 'ignored'),
  refuse('a bare word', 'shellies/plug', 'on', 'ignored'),
  refuse('nothing', `${PLUG}/relay/0`, '', 'empty'),
  refuse('no JSON', 'shellies/motion/status', 'x', 'notJson'),
  refuse('no object', 'shellies/announce', '[]', 'notObject'),
  refuse('a name longer than any', `shellies/${'n'.repeat(250)}/relay/0`, 'on', 'oversize'),
];
