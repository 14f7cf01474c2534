import type { Household, Sensor } from '../household.ts';
import { mergeByTime } from '../merge.ts';
import type { Outgoing, TraceMessage } from '../message.ts';
import { randomStream } from '../random.ts';
import type { Fields, FieldValue, Report, Thing } from '../things/thing.ts';
import { thingOf } from '../things/thing-of.ts';
import { dayAt } from '../world/calendar.ts';
import type { DayWorld } from '../world/house.ts';
import type { Moment, Speaker } from './speaker.ts';
import { bridgeMessage, startMessages, stateMessage, type Zigbee2mqttSettings } from './zigbee2mqtt.ts';
import { type Exposed, exposedBy } from './zigbee2mqtt-exposed.ts';

/** What the simulated Zigbee2MQTT remembers of one sensor. */
interface Remembered {
  readonly sensor: Sensor;
  readonly thing: Thing;
  readonly exposed: Exposed;
  readonly index: number;
  fields: Fields;
  heardMs: number;
  linkquality: number;
}

/** The household's Zigbee2MQTT: one client for all its Zigbee sensors, which remembers what each said. */
export function zigbee2mqttSpeaker(home: Household, settings: Zigbee2mqttSettings, startMs: number): Speaker {
  const { base, timeZone } = settings;
  const firstDay = dayAt(startMs, timeZone);
  const memory = home.sensors.map((sensor, index): Remembered => {
    const thing = thingOf(sensor, home.residents);
    const exposed = exposedBy(sensor.product);
    const fields = { ...exposed.unreported, ...exposed.of({ tamper: false, ...thing.initial(firstDay) }) };
    return { sensor, thing, exposed, index, fields, heardMs: startMs, linkquality: sensor.baseLinkquality };
  });
  const state = (each: Remembered, atMs: number): TraceMessage => {
    const heardMs = Math.min(each.heardMs, atMs);
    return stateMessage(each.sensor, each.fields, { atMs, heardMs, linkquality: each.linkquality }, settings);
  };
  return {
    client: `${base}-${home.seed}`,
    devices: home.sensors,
    drawsClientId: true,
    repeatsRetained: true,
    will: bridgeMessage(base, 'offline'),
    listens: [`${base}/+/set`, `${base}/+/get`, `${base}/bridge/request/#`],
    start: (atMs) => [...startMessages(home, settings, atMs), ...memory.map((each) => state(each, atMs))],
    again: (atMs) => [{ atMs, ...bridgeMessage(base, 'online') }],
    stop: (atMs) => [{ atMs, ...bridgeMessage(base, 'offline') }],
    day(world): Iterable<Moment> {
      const signal = randomStream(home.seed, 'signal', world.day);
      const hear = (each: Remembered, report: Report): TraceMessage[] => {
        const said = each.exposed.of(report.fields);
        if (Object.keys(said).length === 0) {
          return [];
        }
        each.fields = { ...each.fields, ...said };
        each.heardMs = report.atMs;
        each.linkquality = Math.min(255, Math.max(1, signal.around(each.sensor.baseLinkquality, 14)));
        return [state(each, report.atMs)];
      };
      const reports = reportsOf(memory, home.seed, world);
      const sources = memory.map((each) => momentsOf(reports[each.index] ?? [], (report) => hear(each, report)));
      // At the same instant the sensors keep the order of the household.
      return mergeByTime(sources, timeOf);
    },
    answer(topic, payload, atMs): TraceMessage[] {
      const asked = topic.startsWith(`${base}/`) ? topic.slice(base.length + 1) : '';
      if (asked.startsWith('bridge/request/')) {
        const reply = answerRequest(asked.slice('bridge/request/'.length), readJson(payload));
        return [{ atMs, topic: `${base}/bridge/response/${asked.slice('bridge/request/'.length)}`, ...reply }];
      }
      const [, name, verb] = /^(.*)\/(set|get)$/.exec(asked) ?? [];
      const device = memory.find(({ sensor }) => sensor.name === name);
      if (device === undefined) {
        return [];
      }
      if (verb === 'set') {
        device.fields = { ...device.fields, ...device.exposed.of(settable(device, readJson(payload))) };
      }
      return [state(device, atMs)];
    },
  };
}

/** What each thing reports in a day. Apart from `day`, whose closures would keep the whole world as long as its moments last. */
function reportsOf(memory: readonly Remembered[], seed: number, world: DayWorld): Report[][] {
  return memory.map(({ thing, index }) => thing.day(world, randomStream(seed, 'thing', index, world.day)));
}

function timeOf({ atMs }: Moment): number {
  return atMs;
}

/** When a thing's reports reach the coordinator; moments are made one at a time, because a fleet has millions. */
function* momentsOf(reports: readonly Report[], hear: (report: Report) => TraceMessage[]): Generator<Moment> {
  for (const report of reports) {
    yield { atMs: report.atMs, speak: () => hear(report) };
  }
}

/** What a command changes: a plug's relay, a lock's bolt. Everything else a device of ours cannot be told. */
function settable({ sensor, fields }: Remembered, asked: unknown): Fields {
  const word = typeof asked === 'string' ? asked : isRecord(asked) ? asked.state : undefined;
  const wanted = typeof word === 'string' ? word.toUpperCase() : '';
  if (sensor.kind === 'plug' && ['ON', 'OFF', 'TOGGLE'].includes(wanted)) {
    const state = wanted === 'TOGGLE' ? (fields.state === 'ON' ? 'OFF' : 'ON') : wanted;
    return state === 'OFF' ? { state, power: 0, current: 0 } : { state };
  }
  if (sensor.kind === 'lock' && ['LOCK', 'UNLOCK'].includes(wanted)) {
    return { state: wanted, lock_state: wanted === 'LOCK' ? 'locked' : 'unlocked', last_lock_source: 'zigbee' };
  }
  return {};
}

/** Zigbee2MQTT's answer to a request: its data, the state of success, and the asker's transaction. */
function answerRequest(name: string, asked: unknown): Omit<Outgoing, 'topic'> & { qos: 0 } {
  const known: Record<string, unknown> = { health_check: { healthy: true }, permit_join: { time: 0 }, options: {} };
  const transaction = isRecord(asked) && asked.transaction !== undefined ? { transaction: asked.transaction } : {};
  const data = known[name];
  const body =
    data === undefined
      ? { data: {}, error: `Unknown request '${name}'`, status: 'error', ...transaction }
      : { data, status: 'ok', ...transaction };
  return { payload: JSON.stringify(body), retain: false, qos: 0 };
}

function readJson(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return payload;
  }
}

function isRecord(value: unknown): value is Record<string, FieldValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
