import type { DropReason, RefusalReason, Traits } from '../../../../devices/dialects/dialect.ts';
import type { Kind } from '../../../../devices/vocabulary.ts';

/** One message and what must be read of it; readings are written `thing kind value`, `?` marks an uncertain one. */
export interface Vector {
  readonly says: string;
  readonly topic: string;
  readonly payload: string;
  readonly readings?: readonly `${string} ${Kind} ${number}${'' | '?'}`[];
  readonly dropped?: Partial<Record<DropReason, number>>;
  readonly refused?: RefusalReason;
  readonly traits?: Readonly<Record<string, Traits>>;
}

/** Messages in the shapes that the documentation of Zigbee2MQTT, its own tests and reports by its users show. */
const DOCUMENTED: readonly Vector[] = [
  {
    says: 'a motion sensor saw motion (Zigbee2MQTT documentation, MQTT topics and messages)',
    topic: 'zigbee2mqtt/FRIENDLY_NAME',
    payload: '{"occupancy": true}',
    readings: ['FRIENDLY_NAME occupancy.state 1'],
  },
  {
    says: 'a battery sensor re-sends all it knows, its voltage in millivolts (Home Assistant issue 99488)',
    topic: 'zigbee2mqtt/0x00158d0001b149eb',
    payload:
      '{"battery":100,"device_temperature":29,"illuminance":28,"illuminance_lux":28,"last_seen":"2023-09-01T18:11:52-04:00","linkquality":102,"occupancy":true,"power_outage_count":20,"voltage":3035}',
    readings: [
      '0x00158d0001b149eb occupancy.state 1',
      '0x00158d0001b149eb battery.voltage 3035',
      '0x00158d0001b149eb battery.percent 100',
      '0x00158d0001b149eb link.quality 102',
    ],
    dropped: { unknownProperty: 5 },
  },
  {
    says: 'a button has no state (test of Zigbee2MQTT, receive)',
    topic: 'zigbee2mqtt/button',
    payload: '{"action":"single","linkquality":10}',
    readings: ['button link.quality 10'],
    dropped: { unknownProperty: 1 },
  },
  {
    says: 'a lock whose attributions are all null (report of a Nimly user)',
    topic: 'zigbee2mqtt/lock',
    payload:
      '{"action":null,"action_source_name":null,"action_user":null,"auto_relock":null,"battery":100,"linkquality":255,"lock_state":"unlocked","sound_volume":"high_volume","state":"UNLOCK"}',
    readings: ['lock lock.state 2', 'lock battery.percent 100', 'lock link.quality 255'],
    dropped: { unknownProperty: 3, secret: 2 },
  },
  {
    says: 'a lock that says its PIN and its key-holder in clear (exposes of Onesti easyCodeTouch_v1)',
    topic: 'zigbee2mqtt/front_lock',
    payload:
      '{"last_unlock_source":"keypad","last_unlock_user":"3","last_used_pin_code":"1234","state":"UNLOCK","lock_state":"unlocked"}',
    readings: ['front_lock lock.state 2'],
    dropped: { secret: 3 },
  },
  {
    says: 'a plug, whose voltage is the mains (exposes of TS011F_plug_1)',
    topic: 'zigbee2mqtt/my_plug',
    payload: '{"state":"ON","power":12.4,"current":0.06,"voltage":230,"energy":1.57,"linkquality":200}',
    readings: [
      'my_plug switch.state 1',
      'my_plug power.active 12400',
      'my_plug energy.import 1570000',
      'my_plug current 60',
      'my_plug voltage 230000',
      'my_plug link.quality 200',
    ],
  },
  {
    says: 'link quality alone is no state',
    topic: 'zigbee2mqtt/door1',
    payload: '{"linkquality":65}',
    readings: ['door1 link.quality 65'],
  },
  {
    says: 'availability since 2.0 (test of Zigbee2MQTT, availability)',
    topic: 'zigbee2mqtt/bulb_color/availability',
    payload: '{"state":"online"}',
    readings: ['bulb_color device.online 1'],
  },
  {
    says: 'availability of 1.x (Zigbee2MQTT documentation, legacy_availability_payload)',
    topic: 'zigbee2mqtt/my_device/availability',
    payload: 'offline',
    readings: ['my_device device.online 0'],
  },
  { says: 'the bridge is up (1.x)', topic: 'zigbee2mqtt/bridge/state', payload: 'online', readings: [] },
  { says: 'the bridge is up (2.x)', topic: 'zigbee2mqtt/bridge/state', payload: '{"state":"online"}', readings: [] },
  {
    says: 'an announcement is no reading',
    topic: 'zigbee2mqtt/bridge/event',
    payload: '{"type":"device_announce","data":{"friendly_name":"0x90fd9ffffe6494fc"}}',
    refused: 'ignored',
  },
];

/** Polarity, nulls, voltages, endpoints: where a careless reader goes wrong. */
const TRAPS: readonly Vector[] = [
  {
    says: 'contact false is open',
    topic: 'zigbee2mqtt/d',
    payload: '{"contact":false}',
    readings: ['d contact.state 1'],
  },
  {
    says: 'contact true is closed',
    topic: 'zigbee2mqtt/d',
    payload: '{"contact":true}',
    readings: ['d contact.state 0'],
  },
  {
    says: 'null is not zero',
    topic: 'zigbee2mqtt/d',
    payload: '{"contact":null,"power":null}',
    readings: [],
    dropped: { null: 2 },
  },
  {
    says: 'a float switch says ON where its description tells so',
    topic: 'zigbee2mqtt/tank',
    payload: '{"contact":"OFF"}',
    traits: { tank: { contact: 'onIsClosed' } },
    readings: ['tank contact.state 1'],
  },
  {
    says: 'words are no contact otherwise',
    topic: 'zigbee2mqtt/tank',
    payload: '{"contact":"ON"}',
    readings: [],
    dropped: { malformed: 1 },
  },
  {
    says: 'a tilted window',
    topic: 'zigbee2mqtt/w',
    payload: '{"opening_state":"tilted"}',
    readings: ['w contact.state 2'],
  },
  {
    says: 'a door behind a lock',
    topic: 'zigbee2mqtt/w',
    payload: '{"door_state":"closed"}',
    readings: ['w contact.state 0'],
  },
  {
    says: 'a door nobody knows of',
    topic: 'zigbee2mqtt/w',
    payload: '{"door_state":"undefined"}',
    readings: [],
    dropped: { null: 1 },
  },
  {
    says: 'two detectors in one sensor add up',
    topic: 'zigbee2mqtt/p',
    payload: '{"presence":true,"occupancy":false}',
    readings: ['p occupancy.state 1'],
  },
  {
    says: 'the sensor of a lock wins over its commanded state, in doubt',
    topic: 'zigbee2mqtt/l',
    payload: '{"lock_state":"not_fully_locked","state":"LOCK"}',
    readings: ['l lock.state 0?'],
  },
  {
    says: 'not fully locked is what UNLOCK means then',
    topic: 'zigbee2mqtt/l',
    payload: '{"state":"UNLOCK","lock_state":"not_fully_locked"}',
    readings: ['l lock.state 0'],
  },
  {
    says: 'a lock without a sensor of its own',
    topic: 'zigbee2mqtt/l',
    payload: '{"state":"LOCK"}',
    readings: ['l lock.state 1'],
  },
  {
    says: 'an unknown lock state beside a known command',
    topic: 'zigbee2mqtt/l',
    payload: '{"state":"LOCK","lock_state":null}',
    readings: ['l lock.state 1'],
    dropped: { null: 1 },
  },
  {
    says: 'a cover is no lock',
    topic: 'zigbee2mqtt/c',
    payload: '{"state":"OPEN"}',
    readings: [],
    dropped: { unknownProperty: 1 },
  },
  {
    says: 'a voltage that could be either is not guessed',
    topic: 'zigbee2mqtt/v',
    payload: '{"voltage":3000}',
    readings: [],
    dropped: { unknownProperty: 1 },
  },
  {
    says: 'a voltage with its description',
    topic: 'zigbee2mqtt/v',
    payload: '{"voltage":3.1}',
    traits: { v: { voltage: 'batteryVolt' } },
    readings: ['v battery.voltage 3100'],
  },
  {
    says: 'a current in milliampere',
    topic: 'zigbee2mqtt/v',
    payload: '{"current":60}',
    traits: { v: { current: 'mA' } },
    readings: ['v current 60'],
  },
  {
    says: 'a pulse counter that calls itself energy',
    topic: 'zigbee2mqtt/v',
    payload: '{"energy":60}',
    traits: { v: { unread: ['energy'] } },
    readings: [],
    dropped: { unknownProperty: 1 },
  },
  {
    says: 'a three-phase meter: its sum is read, its phase A is not',
    topic: 'zigbee2mqtt/m',
    payload: '{"power":5,"total_power":15.5,"produced_energy":0.25}',
    traits: { m: { unread: ['power'] } },
    readings: ['m power.active 15500', 'm energy.export 250000'],
    dropped: { unknownProperty: 1 },
  },
  ...(
    [
      ['none', 0],
      ['NONE', 0],
      ['presence', 1],
      ['PRESENCE', 1],
      ['peaceful', 1],
      ['stationary', 1],
      ['motion', 1],
      ['small_movement', 1],
      ['large_movement', 1],
    ] as const
  ).map(
    ([word, value]): Vector => ({
      says: `a radar says ${word}`,
      topic: 'zigbee2mqtt/r',
      payload: JSON.stringify({ presence_state: word }),
      readings: [`r occupancy.state ${value}`],
    }),
  ),
  {
    says: 'a presence word that no model says',
    topic: 'zigbee2mqtt/r',
    payload: '{"presence_state":"dog"}',
    readings: [],
    dropped: { malformed: 1 },
  },
  {
    says: 'a garage door that is closed',
    topic: 'zigbee2mqtt/g',
    payload: '{"garage_door_contact":true}',
    readings: ['g contact.state 0'],
  },
  {
    says: 'a garage door that is open',
    topic: 'zigbee2mqtt/g',
    payload: '{"garage_door_contact":false}',
    readings: ['g contact.state 1'],
  },
  {
    says: 'a battery low in words',
    topic: 'zigbee2mqtt/b',
    payload: '{"battery_low":"Low"}',
    readings: ['b battery.low 1'],
  },
  {
    says: 'a battery well in words',
    topic: 'zigbee2mqtt/b',
    payload: '{"battery_low":"Normal"}',
    readings: ['b battery.low 0'],
  },
  {
    says: 'a power source is no power',
    topic: 'zigbee2mqtt/e',
    payload: '{"power":"battery"}',
    readings: [],
    dropped: { malformed: 1 },
  },
  {
    says: 'a friendly name with the word availability inside',
    topic: 'zigbee2mqtt/availability/door',
    payload: '{"contact":true}',
    readings: ['availability/door contact.state 0'],
  },
  {
    says: 'availability of 2.x, offline',
    topic: 'zigbee2mqtt/a/b/availability',
    payload: '{"state":"offline"}',
    readings: ['a/b device.online 0'],
  },
  {
    says: 'a renamed thing is cleared',
    topic: 'zigbee2mqtt/old/availability',
    payload: '',
    refused: 'empty',
  },
  {
    says: 'attribute output of a word',
    topic: 'zigbee2mqtt/d/state',
    payload: 'ON',
    refused: 'notJson',
  },
  {
    says: 'attribute output of a number',
    topic: 'zigbee2mqtt/d/power',
    payload: '12.4',
    refused: 'notObject',
  },
  {
    says: 'export is negative',
    topic: 'zigbee2mqtt/m',
    payload: '{"power":-812.5}',
    readings: ['m power.active -812500'],
  },
  { says: 'no negative zero', topic: 'zigbee2mqtt/m', payload: '{"power":-0.0001}', readings: ['m power.active 0'] },
  {
    says: 'each socket is a thing of its own, once described',
    topic: 'zigbee2mqtt/p',
    payload: '{"power_left":5,"power_bottom_left":7,"linkquality":9}',
    traits: { p: { endpoints: ['bottom_left', 'left'] } },
    readings: ['p link.quality 9', 'p/left power.active 5000', 'p/bottom_left power.active 7000'],
  },
  {
    says: 'a phase is not a socket',
    topic: 'zigbee2mqtt/meter',
    payload: '{"power_l1":5,"power_phase_b":7}',
    readings: [],
    dropped: { unknownProperty: 2 },
  },
  {
    says: 'a friendly name with slashes',
    topic: 'zigbee2mqtt/kitchen/door/left',
    payload: '{"contact":true}',
    readings: ['kitchen/door/left contact.state 0'],
  },
  {
    says: 'availability of a name with slashes',
    topic: 'zigbee2mqtt/kitchen/door/availability',
    payload: 'online',
    readings: ['kitchen/door device.online 1'],
  },
];

/** Bad input: refused or dropped by name, never guessed. */
const HOSTILE: readonly Vector[] = [
  { says: 'not JSON', topic: 'zigbee2mqtt/d', payload: 'contact=true', refused: 'notJson' },
  { says: 'cut off', topic: 'zigbee2mqtt/d', payload: '{"contact":tr', refused: 'notJson' },
  { says: 'a string without end', topic: 'zigbee2mqtt/d', payload: '{"contact', refused: 'notJson' },
  { says: 'empty', topic: 'zigbee2mqtt/d', payload: '', refused: 'empty' },
  { says: 'a list', topic: 'zigbee2mqtt/d', payload: '[true]', refused: 'notObject' },
  { says: 'null', topic: 'zigbee2mqtt/d', payload: 'null', refused: 'notObject' },
  { says: 'attribute output', topic: 'zigbee2mqtt/d/contact', payload: 'true', refused: 'notObject' },
  { says: 'NaN', topic: 'zigbee2mqtt/d', payload: '{"power":NaN}', refused: 'notJson' },
  { says: 'infinity', topic: 'zigbee2mqtt/d', payload: '{"power":1e999}', readings: [], dropped: { malformed: 1 } },
  { says: 'a key twice', topic: 'zigbee2mqtt/d', payload: '{"contact":true,"contact":false}', refused: 'duplicateKey' },
  {
    says: 'a key twice in disguise',
    topic: 'zigbee2mqtt/d',
    payload: '{"contact":true, "\\u0063ontact" : false}',
    refused: 'duplicateKey',
  },
  {
    says: 'a key twice below the top is nobody’s reading',
    topic: 'zigbee2mqtt/d',
    payload: '{"contact":true,"update":{"a":1,"a":2}}',
    readings: ['d contact.state 0'],
    dropped: { unknownProperty: 1 },
  },
  {
    says: 'keys of the prototype',
    topic: 'zigbee2mqtt/d',
    payload: '{"__proto__":{"contact":true},"constructor":1,"hasOwnProperty":2}',
    readings: [],
    dropped: { unknownProperty: 3 },
  },
  {
    says: 'a word of the prototype',
    topic: 'zigbee2mqtt/d',
    payload: '{"state":"constructor"}',
    readings: [],
    dropped: { unknownProperty: 1 },
  },
  {
    says: 'a number as a string',
    topic: 'zigbee2mqtt/d',
    payload: '{"power":"12.4"}',
    readings: [],
    dropped: { malformed: 1 },
  },
  {
    says: 'a boolean as a number',
    topic: 'zigbee2mqtt/d',
    payload: '{"contact":1}',
    readings: [],
    dropped: { malformed: 1 },
  },
  {
    says: 'an object for a number',
    topic: 'zigbee2mqtt/d',
    payload: '{"power":{"toString":1}}',
    readings: [],
    dropped: { malformed: 1 },
  },
  {
    says: 'an impossible power',
    topic: 'zigbee2mqtt/d',
    payload: '{"power":1e9}',
    readings: [],
    dropped: { outOfRange: 1 },
  },
  {
    says: 'an impossible battery',
    topic: 'zigbee2mqtt/d',
    payload: '{"battery":255}',
    readings: [],
    dropped: { outOfRange: 1 },
  },
  {
    says: 'a bare availability word nobody sends',
    topic: 'zigbee2mqtt/d/availability',
    payload: 'asleep',
    readings: [],
    dropped: { malformed: 1 },
  },
  { says: 'a command', topic: 'zigbee2mqtt/l/set', payload: '{"state":"UNLOCK"}', refused: 'command' },
  {
    says: 'a command of a name with slashes',
    topic: 'zigbee2mqtt/a/b/left/set',
    payload: '{"state":"ON"}',
    refused: 'command',
  },
  { says: 'a command to one attribute', topic: 'zigbee2mqtt/l/set/state', payload: 'UNLOCK', refused: 'command' },
  { says: 'a question', topic: 'zigbee2mqtt/l/get', payload: '{"state":""}', refused: 'command' },
  {
    says: 'a request to the bridge',
    topic: 'zigbee2mqtt/bridge/request/permit_join',
    payload: '{"time":254}',
    refused: 'ignored',
  },
  {
    says: 'the log of the bridge',
    topic: 'zigbee2mqtt/bridge/logging',
    payload: '{"message":"x"}',
    refused: 'ignored',
  },
  { says: 'no name', topic: 'zigbee2mqtt/', payload: '{"contact":true}', refused: 'ignored' },
  { says: 'the base alone', topic: 'zigbee2mqtt', payload: '{"contact":true}', refused: 'foreignTopic' },
  { says: 'another base', topic: 'zigbee2mqtt2/d', payload: '{"contact":true}', refused: 'foreignTopic' },
  {
    says: 'a list of things that is none',
    topic: 'zigbee2mqtt/bridge/devices',
    payload: '{"a":1}',
    refused: 'notObject',
  },
  {
    says: 'a list of things that are none',
    topic: 'zigbee2mqtt/bridge/devices',
    payload: '[null,1,"x",{},{"friendly_name":7}]',
    readings: [],
    dropped: { malformed: 5 },
  },
];

/** All vectors. */
export const VECTORS: readonly Vector[] = [...DOCUMENTED, ...TRAPS, ...HOSTILE];
