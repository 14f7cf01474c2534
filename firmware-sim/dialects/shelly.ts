import type { Outgoing, TraceMessage } from '../message.ts';
import { randomStream } from '../random.ts';
import { countedBefore, MOST_PER_DAY_MWH } from '../things/energy-counter.ts';
import { Socket } from '../things/socket.ts';
import { drawnSteps, inputChanges, ticks } from '../things/watching.ts';
import { dayAt } from '../world/calendar.ts';
import type { DayWorld } from '../world/house.ts';
import { macOf } from './mac.ts';
import type { DevicePlan, Moment, Speaker, SpeakerSettings } from './speaker.ts';

/** It tells its energy once a minute. */
const MINUTE_MS = 60_000;

/** A smaller change of power is told only with the next minute, in milliwatts. */
const DELTA_MW = 1000;

/** What a device of a kind is: its id's beginning, its model, and the component that holds its values. */
const MODELS = {
  plug: { id: 'shellyplusplugs', model: 'SNPL-00112EU', component: 'switch:0' },
  meter: { id: 'shellyproem50', model: 'SPEM-002CEBEU50', component: 'em1:0' },
  contact: { id: 'shellyplusi4', model: 'SNSN-0024X', component: 'input:0' },
  motion: { id: 'shellyplusi4', model: 'SNSN-0024X', component: 'input:0' },
} as const;

/** One Shelly of the second generation: a plug, a meter, or a wired contact or motion sensor at an input. */
export function shellySpeaker(device: DevicePlan, settings: SpeakerSettings): Speaker {
  if (!(device.kind in MODELS)) {
    throw new RangeError('a Shelly of the simulator is a plug, a meter, a contact or a motion sensor');
  }
  return new Shelly(device, device.kind as keyof typeof MODELS, settings);
}

class Shelly implements Speaker {
  readonly client: string;
  readonly devices: readonly DevicePlan[];
  readonly will: Outgoing;
  readonly listens: readonly string[];
  readonly #device: DevicePlan;
  readonly #kind: keyof typeof MODELS;
  readonly #settings: SpeakerSettings;
  readonly #socket: Socket;
  #input = false;
  #toldMw = 0;
  /** What the counter showed at the last four full minutes, the newest first. */
  #minutes: number[];

  constructor(device: DevicePlan, kind: keyof typeof MODELS, settings: SpeakerSettings) {
    this.#device = device;
    this.#kind = kind;
    this.#settings = settings;
    this.client = `${MODELS[kind].id}-${macOf(settings.seed, device.name).toLowerCase()}`;
    this.devices = [device];
    this.will = { topic: `${device.name}/online`, payload: 'false', retain: true, qos: 0 };
    this.listens = [`${device.name}/rpc`, `${device.name}/command`];
    const most = MOST_PER_DAY_MWH[kind === 'meter' ? 'meter' : 'plug'];
    const counted = countedBefore(dayAt(settings.startMs, settings.timeZone), most);
    this.#socket = new Socket(counted);
    this.#minutes = [counted, counted, counted, counted];
  }

  start(atMs: number): TraceMessage[] {
    return [
      this.#say(atMs, 'online', true, true),
      this.#notify(atMs, 'NotifyFullStatus', {
        ble: {},
        cloud: { connected: false },
        mqtt: { connected: true },
        ...this.#components(atMs),
        sys: {
          mac: macOf(this.#settings.seed, this.#device.name),
          restart_required: false,
          unixtime: Math.floor(atMs / 1000),
        },
        wifi: { sta_ip: '192.168.1.58', status: 'got ip', ssid: 'home', rssi: -58 },
      }),
    ];
  }

  again(atMs: number): TraceMessage[] {
    return this.start(atMs);
  }

  /** A Shelly that is switched off says nothing; the server says its will. */
  stop(): TraceMessage[] {
    return [];
  }

  day(world: DayWorld): Moment[] {
    const random = randomStream(this.#settings.seed, 'shelly', this.#device.name, world.day);
    if (this.#kind === 'contact' || this.#kind === 'motion') {
      return inputChanges(this.#device, world, random).map(({ atMs, on }) => ({
        atMs,
        speak: () => {
          this.#input = on;
          return [this.#notify(atMs, 'NotifyStatus', { 'input:0': { id: 0, state: on } })];
        },
      }));
    }
    const moments: Moment[] = drawnSteps(this.#device, world).map(({ atMs, powerMw }) => ({
      atMs,
      speak: () => this.#drawn(atMs, powerMw),
    }));
    for (const atMs of ticks(world, MINUTE_MS, 0)) {
      moments.push({ atMs, speak: () => this.#minute(atMs) });
    }
    return moments.sort((left, right) => left.atMs - right.atMs);
  }

  answer(topic: string, payload: string, atMs: number): TraceMessage[] {
    if (topic.endsWith('/command')) {
      return payload === 'status_update'
        ? Object.entries(this.#components(atMs)).map(([name, value]) => this.#say(atMs, `status/${name}`, value, false))
        : [];
    }
    const asked = readRequest(payload);
    if (asked === undefined) {
      return [];
    }
    const { id, src, method, params } = asked;
    const reply = (body: object): TraceMessage => ({
      ...this.#say(atMs, '', { id, src: this.client, dst: src, ...body }, false),
      topic: `${src}/rpc`,
    });
    if (method === 'Shelly.GetStatus') {
      return [reply({ result: this.#components(atMs) })];
    }
    if (method === 'Shelly.GetDeviceInfo') {
      const { model } = MODELS[this.#kind];
      return [reply({ result: { id: this.client, model, gen: 2, ver: '1.4.4', app: model, auth_en: false } })];
    }
    if (method === 'Switch.GetStatus' && this.#kind === 'plug') {
      return [reply({ result: this.#components(atMs)['switch:0'] })];
    }
    if (method === 'Switch.Set' && this.#kind === 'plug' && typeof params.on === 'boolean') {
      const was = this.#socket.on;
      this.#socket.turn(atMs, params.on);
      const told = { id: 0, output: params.on, source: 'mqtt', apower: watts(this.#socket.powerMw) };
      return [reply({ result: { was_on: was } }), this.#notify(atMs, 'NotifyStatus', { 'switch:0': told })];
    }
    return [reply({ error: { code: 404, message: `No handler for ${method}` } })];
  }

  #drawn(atMs: number, powerMw: number): TraceMessage[] {
    this.#socket.draw(atMs, powerMw);
    if (Math.abs(this.#socket.powerMw - this.#toldMw) < DELTA_MW) {
      return [];
    }
    this.#toldMw = this.#socket.powerMw;
    const flow = this.#flow();
    return [this.#notify(atMs, 'NotifyStatus', { [MODELS[this.#kind].component]: { id: 0, ...flow } })];
  }

  /** The energy of the last full minutes, and with it whatever small change of power was not told yet. */
  #minute(atMs: number): TraceMessage[] {
    this.#minutes = [this.#socket.energyMwh(atMs), ...this.#minutes.slice(0, 3)];
    const flow = this.#toldMw === this.#socket.powerMw ? {} : this.#flow();
    this.#toldMw = this.#socket.powerMw;
    const told: Record<string, object> =
      this.#kind === 'plug'
        ? { 'switch:0': { id: 0, ...flow, aenergy: this.#energy(atMs) } }
        : { ...('act_power' in flow ? { 'em1:0': { id: 0, ...flow } } : {}), 'em1data:0': this.#energyData(atMs) };
    return [this.#notify(atMs, 'NotifyStatus', told)];
  }

  #flow(): Record<string, unknown> {
    const { powerMw } = this.#socket;
    const current = Math.round(powerMw / 98) / 1000;
    return this.#kind === 'plug'
      ? { apower: watts(powerMw), current, voltage: 101.2 }
      : {
          act_power: watts(powerMw),
          aprt_power: watts(Math.round(powerMw * 1.03)),
          current,
          freq: 50,
          pf: 0.97,
          voltage: 101.2,
        };
  }

  #energy(atMs: number): object {
    const [now = 0, ...before] = this.#minutes;
    const [first = now, second = first, third = second] = before;
    return {
      by_minute: [now - first, first - second, second - third],
      minute_ts: Math.floor(atMs / MINUTE_MS) * 60,
      total: Math.floor(this.#socket.energyMwh(atMs)) / 1000,
    };
  }

  #energyData(atMs: number): object {
    return { id: 0, total_act_energy: Math.floor(this.#socket.energyMwh(atMs) / 10) / 100, total_act_ret_energy: 0 };
  }

  #components(atMs: number): Record<string, object> {
    if (this.#kind === 'plug') {
      const temperature = { tC: 31.4, tF: 88.5 };
      const { on } = this.#socket;
      return {
        'switch:0': { id: 0, source: 'init', output: on, ...this.#flow(), aenergy: this.#energy(atMs), temperature },
      };
    }
    if (this.#kind === 'meter') {
      return { 'em1:0': { id: 0, ...this.#flow(), calibration: 'factory' }, 'em1data:0': this.#energyData(atMs) };
    }
    return { 'input:0': { id: 0, state: this.#input } };
  }

  #notify(atMs: number, method: string, status: object): TraceMessage {
    const params = { ts: Math.round(atMs / 10) / 100, ...status };
    return this.#say(
      atMs,
      'events/rpc',
      { src: this.client, dst: `${this.#device.name}/events`, method, params },
      false,
    );
  }

  #say(atMs: number, word: string, value: unknown, retain: boolean): TraceMessage {
    return { atMs, topic: `${this.#device.name}/${word}`, payload: JSON.stringify(value), retain, qos: 0 };
  }
}

/** Watts with one decimal, as the firmware rounds them. */
function watts(powerMw: number): number {
  return Math.round(powerMw / 100) / 10;
}

interface Request {
  readonly id: unknown;
  readonly src: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Reads an RPC request; undefined for what a Shelly leaves without an answer. */
function readRequest(payload: string): Request | undefined {
  try {
    const { id, src, method, params } = JSON.parse(payload) as Record<string, unknown>;
    if (typeof src !== 'string' || src === '' || /[+#]/.test(src) || typeof method !== 'string') {
      return undefined;
    }
    const given = typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : {};
    return { id, src, method, params: given };
  } catch {
    return undefined;
  }
}
