import type { DropReason, RefusalReason } from '../../../../devices/dialects/dialect.ts';

/** One message and what must be read of it; readings are written `thing kind value`. */
export interface Vector {
  readonly says: string;
  readonly topic: string;
  readonly payload: string;
  readonly readings?: readonly string[];
  readonly dropped?: Partial<Record<DropReason, number>>;
  readonly refused?: RefusalReason;
}

const frame = (method: string, params: unknown): string =>
  JSON.stringify({ src: 'shellypro4pm-f008d1d8b8b8', dst: 'shelly/plug/events', method, params });
const status = (params: object): string => frame('NotifyStatus', { ts: 1_631_186_545.04, ...params });

/** Messages in the shapes that the vendor's documentation shows, under the base `shelly`. */
export const SHELLY: readonly Vector[] = [
  {
    says: 'a metered plug says all it measures; its minutes and temperature are not read',
    topic: 'shelly/plug/status/switch:0',
    payload:
      '{"id":0,"source":"timer","output":true,"apower":8.9,"voltage":237.5,"current":0.085,"aenergy":{"total":6.532,"by_minute":[45.199,47.141,88.397],"minute_ts":1626935779},"ret_aenergy":{"total":1.25},"temperature":{"tC":23.5}}',
    readings: [
      'plug/switch:0 current 85',
      'plug/switch:0 energy.export 1250',
      'plug/switch:0 energy.import 6532',
      'plug/switch:0 power.active 8900',
      'plug/switch:0 switch.state 1',
      'plug/switch:0 voltage 237500',
    ],
    dropped: { secret: 1, unknownProperty: 3 },
  },
  {
    says: 'a delta says only what changed: no power is not zero power',
    topic: 'shelly/plug/events/rpc',
    payload: status({ 'switch:2': { id: 2, output: false, source: 'button' } }),
    readings: ['plug/switch:2 switch.state 0'],
    dropped: { secret: 1 },
  },
  {
    says: 'a power of zero is said',
    topic: 'shelly/plug/events/rpc',
    payload: status({ 'switch:0': { id: 0, apower: 0 } }),
    readings: ['plug/switch:0 power.active 0'],
  },
  {
    says: 'a key that has gone is null, and nothing is zero for it',
    topic: 'shelly/plug/events/rpc',
    payload: status({ 'switch:0': { id: 0, apower: null, aenergy: null, errors: null }, 'pm1:0': null }),
    dropped: { null: 3, unknownProperty: 1 },
  },
  {
    says: 'several components are several things',
    topic: 'shelly/plug/events/rpc',
    payload: frame('NotifyFullStatus', {
      ts: 1,
      'switch:0': { id: 0, output: true },
      'switch:1': { id: 1, output: false },
      'pm1:0': { id: 0, apower: 12.5 },
      'cover:0': { id: 0, state: 'open', apower: 3 },
      'light:0': { id: 0, output: true, brightness: 40 },
    }),
    readings: [
      'plug/cover:0 power.active 3000',
      'plug/light:0 switch.state 1',
      'plug/pm1:0 power.active 12500',
      'plug/switch:0 switch.state 1',
      'plug/switch:1 switch.state 0',
    ],
    dropped: { unknownProperty: 2 },
  },
  {
    says: 'network and system are counted and not read; an input is on, whatever that means',
    topic: 'shelly/plug/events/rpc',
    payload: status({
      sys: { mac: 'F008D1D8B8B8', uptime: 3 },
      wifi: { sta_ip: '192.168.1.7', status: 'got ip', ssid: 'Family', rssi: -50 },
      'input:0': { id: 0, state: true },
      cloud: { connected: false },
    }),
    readings: ['plug/input:0 input.state 1'],
    dropped: { secret: 3, unknownProperty: 4 },
  },
  {
    says: 'the network under its own topic',
    topic: 'shelly/plug/status/wifi',
    payload: '{"sta_ip":"192.168.1.7","ssid":"Family"}',
    dropped: { secret: 2 },
  },
  {
    says: 'a three-phase meter: its total, not its phases; negative is export',
    topic: 'shelly/meter/status/em:0',
    payload:
      '{"id":0,"a_current":4.029,"a_voltage":236.1,"a_act_power":951.2,"n_current":null,"total_current":11.1,"total_act_power":-2484.782}',
    readings: ['meter/em:0 power.active -2484782'],
    dropped: { unknownProperty: 5 },
  },
  {
    says: 'energy both ways of a three-phase meter',
    topic: 'shelly/meter/status/emdata:0',
    payload: '{"id":0,"a_total_act_energy":1.5,"total_act":4564.5,"total_act_ret":3.25}',
    readings: ['meter/emdata:0 energy.export 3250', 'meter/emdata:0 energy.import 4564500'],
    dropped: { unknownProperty: 1 },
  },
  {
    says: 'energy both ways of a clamp',
    topic: 'shelly/meter/status/em1data:1',
    payload: '{"id":1,"total_act_energy":1000.5,"total_act_ret_energy":2}',
    readings: ['meter/em1data:1 energy.export 2000', 'meter/em1data:1 energy.import 1000500'],
  },
  {
    says: 'nobody is in the zone',
    topic: 'shelly/hall/status/presencezone:201',
    payload: '{"id":201,"value":false,"num_objects":0}',
    readings: ['hall/presencezone:201 occupancy.state 0', 'hall/presencezone:201 presence.count 0'],
  },
  {
    says: 'a battery',
    topic: 'shelly/ht/status/devicepower:0',
    payload: '{"id":0,"battery":{"V":5.35,"percent":67},"external":{"present":false}}',
    readings: ['ht/devicepower:0 battery.percent 67', 'ht/devicepower:0 battery.voltage 5350'],
    dropped: { unknownProperty: 1 },
  },
  {
    says: 'a battery that is not there',
    topic: 'shelly/ht/status/devicepower:0',
    payload: '{"id":0,"battery":{"V":null,"percent":-1}}',
    dropped: { null: 1, outOfRange: 1 },
  },
  {
    says: 'a Bluetooth device',
    topic: 'shelly/gw/status/bthomedevice:200',
    payload: '{"id":200,"rssi":-71,"battery":88,"packet_id":3,"last_updated_ts":1706593991}',
    readings: ['gw/bthomedevice:200 battery.percent 88'],
    dropped: { unknownProperty: 3 },
  },
  {
    says: 'a Bluetooth value of which nobody said what it is',
    topic: 'shelly/gw/status/bthomesensor:200',
    payload: '{"id":200,"value":true,"last_updated_ts":1706593991}',
    dropped: { unknownProperty: 2 },
  },
  {
    says: 'a prefix of several levels',
    topic: 'shelly/first floor/kitchen/status/switch:0',
    payload: '{"id":0,"output":true}',
    readings: ['first floor/kitchen/switch:0 switch.state 1'],
  },
  {
    says: 'the base is the prefix',
    topic: 'shelly/status/switch:0',
    payload: '{"id":0,"output":true}',
    readings: ['switch:0 switch.state 1'],
  },
  {
    says: 'a device that kept its own prefix',
    topic: 'shellyplus1pm-a8032abe54dc/status/switch:0',
    payload: '{"id":0,"output":true}',
    readings: ['shellyplus1pm-a8032abe54dc/switch:0 switch.state 1'],
  },
  {
    says: 'a state that is neither',
    topic: 'shelly/plug/status/switch:0',
    payload: '{"id":0,"output":"maybe","apower":"x","voltage":1e9}',
    dropped: { malformed: 2, outOfRange: 1 },
  },
  {
    says: 'an input that is a button has no state, one that is a dimmer has percent',
    topic: 'shelly/plug/events/rpc',
    payload: status({
      'input:0': { id: 0, state: null },
      'input:1': { id: 1, state: false },
      'input:2': { id: 2, percent: 5 },
    }),
    readings: ['plug/input:1 input.state 0'],
    dropped: { null: 1, unknownProperty: 1 },
  },
  {
    says: 'buttons are not read',
    topic: 'shelly/plug/events/rpc',
    payload: frame('NotifyEvent', { ts: 1, events: [{ component: 'input:0', id: 0, event: 'single_push', ts: 1 }] }),
    refused: 'ignored',
  },
  { says: 'a method nobody knows', topic: 'shelly/plug/events/rpc', payload: frame('Other', {}), refused: 'ignored' },
  {
    says: 'a call to a device',
    topic: 'shelly/plug/rpc',
    payload: frame('Switch.Set', { on: true }),
    refused: 'command',
  },
  { says: 'a command', topic: 'shelly/plug/command', payload: 'status_update', refused: 'command' },
  { says: 'a command to a part', topic: 'shelly/plug/command/switch:0', payload: 'on', refused: 'command' },
  { says: 'a log', topic: 'shelly/plug/debug/log', payload: 'x', refused: 'ignored' },
  { says: 'another program’s status', topic: 'other/status/garden', payload: 'wet', refused: 'ignored' },
  {
    says: 'a deeper prefix of others',
    topic: 'a/b/status/switch:0',
    payload: '{"output":true}',
    refused: 'foreignTopic',
  },
  { says: 'a call to others', topic: 'other/rpc', payload: '{}', refused: 'foreignTopic' },
  { says: 'the server itself', topic: '$SYS/online', payload: 'true', refused: 'foreignTopic' },
  { says: 'nothing', topic: 'shelly/plug/status/switch:0', payload: '', refused: 'empty' },
  { says: 'no object', topic: 'shelly/plug/status/switch:0', payload: '[1]', refused: 'notObject' },
  { says: 'a key twice', topic: 'shelly/plug/status/switch:0', payload: '{"id":0,"id":1}', refused: 'duplicateKey' },
];

/** A device's own id. */
export const ID = 'shellypro4pm-f008d1d8b8b8';
/** A delta as devices publish it. */
export const notify = (params: object, src = ID) => JSON.stringify({ src, dst: 'x', method: 'NotifyStatus', params });

/** What the vendor's script says of a Bluetooth sensor. */
export function blu(address: string, data: object): string {
  const event = { component: 'script:1', id: 1, event: 'shelly-blu', data: { pid: 1, rssi: -60, address, ...data } };
  return JSON.stringify({ src: ID, method: 'NotifyEvent', params: { ts: 1, events: [event] } });
}
