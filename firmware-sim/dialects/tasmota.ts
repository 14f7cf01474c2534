import type { Outgoing, TraceMessage } from '../message.ts';
import { randomStream } from '../random.ts';
import { countedBefore, MOST_PER_DAY_MWH } from '../things/energy-counter.ts';
import { Socket } from '../things/socket.ts';
import { drawnSteps, inputChanges, ticks } from '../things/watching.ts';
import { dayAt, wallMs } from '../world/calendar.ts';
import type { DayWorld } from '../world/house.ts';
import { macOf } from './mac.ts';
import type { DevicePlan, Moment, Speaker, SpeakerSettings } from './speaker.ts';
import { configOf, sampleOf } from './tasmota-discovery.ts';

/** Tasmota's TelePeriod: a device reports by itself so often. */
const TELE_MS = 300_000;

/** A change of power that is reported at once (PowerDelta), in milliwatts, and the least time between two such reports. */
const DELTA_MW = 10_000;
const DELTA_GAP_MS = 10_000;

/** One Tasmota device: a plug that measures, or a wired contact or motion sensor. Throws RangeError for any other kind. */
export function tasmotaSpeaker(device: DevicePlan, settings: SpeakerSettings): Speaker {
  if (device.kind !== 'plug' && device.kind !== 'contact' && device.kind !== 'motion') {
    throw new RangeError('a Tasmota of the simulator is a plug, a contact or a motion sensor');
  }
  return new Tasmota(device, settings);
}

class Tasmota implements Speaker {
  readonly client: string;
  readonly devices: readonly DevicePlan[];
  readonly will: Outgoing;
  readonly listens: readonly string[];
  readonly #device: DevicePlan;
  readonly #seed: number;
  readonly #timeZone: string;
  readonly #startMs: number;
  readonly #mac: string;
  readonly #socket: Socket;
  #input = false;
  #reportedMw = 0;
  #reportedMs = 0;
  #day: { number: number; beganMwh: number; yesterdayMwh: number };
  #periodMwh: number;

  constructor(device: DevicePlan, { seed, timeZone, startMs }: SpeakerSettings) {
    this.#device = device;
    this.#seed = seed;
    this.#timeZone = timeZone;
    this.#startMs = startMs;
    this.#mac = macOf(seed, device.name);
    this.client = `DVES_${this.#mac.slice(6)}`;
    this.devices = [device];
    this.will = { topic: `tele/${device.name}/LWT`, payload: 'Offline', retain: true, qos: 1 };
    this.listens = [`cmnd/${device.name}/#`, 'cmnd/tasmotas/#', `cmnd/${this.client}_fb/#`];
    const number = dayAt(startMs, timeZone);
    this.#periodMwh = countedBefore(number, MOST_PER_DAY_MWH.plug);
    this.#socket = new Socket(this.#periodMwh);
    this.#day = { number, beganMwh: this.#periodMwh, yesterdayMwh: 0 };
  }

  start(atMs: number): TraceMessage[] {
    const { name } = this.#device;
    const version = '14.2.0(release-tasmota)';
    const plug = this.#device.kind === 'plug';
    const discovery = `tasmota/discovery/${this.#mac}`;
    return [
      this.#say(atMs, `tele/${name}/LWT`, 'Online', true),
      // It empties a command that the server may have kept for it.
      this.#say(atMs, `cmnd/${name}/POWER`, '', false),
      this.#tell(atMs, 'tele', 'INFO1', {
        Info1: {
          Module: plug ? 'Nous A1T' : 'Generic',
          Version: version,
          FallbackTopic: `cmnd/${this.client}_fb/`,
          GroupTopic: 'cmnd/tasmotas/',
        },
      }),
      this.#tell(atMs, 'tele', 'INFO2', {
        Info2: { WebServerMode: 'Admin', Hostname: `${name}-4097`, IPAddress: '192.168.1.57' },
      }),
      this.#tell(atMs, 'tele', 'INFO3', { Info3: { RestartReason: 'Power On', BootCount: 11 } }),
      ...(plug ? this.#relay(atMs) : []),
      this.#say(atMs, `${discovery}/config`, JSON.stringify(configOf(this.#device, this.#mac)), true),
      this.#say(atMs, `${discovery}/sensors`, JSON.stringify(sampleOf(this.#sensor(atMs))), true),
      ...this.#telemetry(atMs),
    ];
  }

  again(atMs: number): TraceMessage[] {
    return [this.#say(atMs, `tele/${this.#device.name}/LWT`, 'Online', true), ...this.#telemetry(atMs)];
  }

  /** A Tasmota has no way to say goodbye: it is unplugged, and the server says its will. */
  stop(): TraceMessage[] {
    return [];
  }

  day(world: DayWorld): Moment[] {
    const random = randomStream(this.#seed, 'tasmota', this.#device.name, world.day);
    const phaseMs = randomStream(this.#seed, 'tasmota', this.#device.name).below(TELE_MS);
    const moments: Moment[] =
      this.#device.kind === 'plug'
        ? drawnSteps(this.#device, world).map(({ atMs, powerMw }) => ({
            atMs,
            speak: () => this.#drawn(atMs, powerMw),
          }))
        : inputChanges(this.#device, world, random).map(({ atMs, on }) => ({
            atMs,
            speak: () => this.#switched(atMs, on),
          }));
    for (const atMs of ticks(world, TELE_MS, phaseMs)) {
      moments.push({ atMs, speak: () => this.#telemetry(atMs) });
    }
    return moments.sort((left, right) => left.atMs - right.atMs);
  }

  answer(topic: string, payload: string, atMs: number): TraceMessage[] {
    const command = topic.split('/').at(-1)?.toUpperCase() ?? '';
    const word = payload.trim().toUpperCase();
    if (this.#device.kind === 'plug' && ['POWER', 'POWER1'].includes(command)) {
      const wanted = { ON: true, '1': true, OFF: false, '0': false, TOGGLE: !this.#socket.on, '2': !this.#socket.on }[
        word
      ];
      if (wanted !== undefined) {
        this.#socket.turn(atMs, wanted);
      }
      return this.#relay(atMs);
    }
    if (command === 'STATE') {
      return [this.#tell(atMs, 'stat', 'RESULT', this.#state(atMs))];
    }
    if (command === 'TELEPERIOD') {
      return [this.#tell(atMs, 'stat', 'RESULT', { TelePeriod: TELE_MS / 1000 })];
    }
    if (command === 'STATUS' && ['8', '10'].includes(word)) {
      return [this.#tell(atMs, 'stat', `STATUS${word}`, { StatusSNS: this.#sensor(atMs) })];
    }
    return [this.#tell(atMs, 'stat', 'RESULT', { Command: 'Unknown' })];
  }

  #drawn(atMs: number, powerMw: number): TraceMessage[] {
    this.#socket.draw(atMs, powerMw);
    const changed = Math.abs(this.#socket.powerMw - this.#reportedMw) >= DELTA_MW;
    return changed && atMs >= this.#reportedMs + DELTA_GAP_MS ? [this.#measured(atMs)] : [];
  }

  #switched(atMs: number, on: boolean): TraceMessage[] {
    this.#input = on;
    return [this.#tell(atMs, 'stat', 'RESULT', { Switch1: { Action: on ? 'ON' : 'OFF' } })];
  }

  /** Every change of a relay is said twice. */
  #relay(atMs: number): TraceMessage[] {
    const state = this.#socket.on ? 'ON' : 'OFF';
    return [
      this.#tell(atMs, 'stat', 'RESULT', { POWER: state }),
      this.#say(atMs, `stat/${this.#device.name}/POWER`, state, false),
    ];
  }

  #telemetry(atMs: number): TraceMessage[] {
    return [this.#tell(atMs, 'tele', 'STATE', this.#state(atMs)), this.#measured(atMs)];
  }

  #measured(atMs: number): TraceMessage {
    const message = this.#tell(atMs, 'tele', 'SENSOR', this.#sensor(atMs));
    this.#reportedMw = this.#socket.powerMw;
    this.#reportedMs = atMs;
    this.#periodMwh = this.#socket.energyMwh(atMs);
    return message;
  }

  #state(atMs: number): object {
    const uptimeS = Math.max(0, Math.floor((atMs - this.#startMs) / 1000)) + 10;
    return {
      Time: this.#time(atMs),
      Uptime: `${Math.floor(uptimeS / 86_400)}T${new Date((uptimeS % 86_400) * 1000).toISOString().slice(11, 19)}`,
      UptimeSec: uptimeS,
      Heap: 26,
      SleepMode: 'Dynamic',
      Sleep: 50,
      LoadAvg: 19,
      MqttCount: 1,
      ...(this.#device.kind === 'plug' ? { POWER: this.#socket.on ? 'ON' : 'OFF' } : {}),
      Wifi: {
        AP: 1,
        SSId: 'home',
        BSSId: '02:00:00:00:00:01',
        Channel: 6,
        Mode: '11n',
        RSSI: 78,
        Signal: -61,
        LinkCount: 1,
        Downtime: '0T00:00:03',
      },
    };
  }

  #sensor(atMs: number): Record<string, unknown> {
    const Time = this.#time(atMs);
    if (this.#device.kind !== 'plug') {
      return { Time, Switch1: this.#input ? 'ON' : 'OFF' };
    }
    const day = dayAt(atMs, this.#timeZone);
    const energyMwh = this.#socket.energyMwh(atMs);
    const { powerMw } = this.#socket;
    if (day !== this.#day.number) {
      this.#day = { number: day, beganMwh: energyMwh, yesterdayMwh: energyMwh - this.#day.beganMwh };
    }
    const kwh = (mwh: number): number => Math.floor(mwh / 1000) / 1000;
    return {
      Time,
      ENERGY: {
        TotalStartTime: '2026-01-01T00:00:00',
        Total: kwh(energyMwh),
        Yesterday: kwh(this.#day.yesterdayMwh),
        Today: kwh(energyMwh - this.#day.beganMwh),
        Period: Math.floor((energyMwh - this.#periodMwh) / 1000),
        Power: Math.round(powerMw / 1000),
        ApparentPower: Math.round((powerMw * 104) / 100_000),
        ReactivePower: Math.round((powerMw * 28) / 100_000),
        Factor: powerMw === 0 ? 0 : 0.96,
        Voltage: 101,
        Current: Math.round(powerMw / 97) / 1000,
      },
    };
  }

  /** Local time without its offset, as the firmware writes it. */
  #time(atMs: number): string {
    return new Date(wallMs(atMs, this.#timeZone)).toISOString().slice(0, 19);
  }

  #tell(atMs: number, prefix: 'tele' | 'stat', word: string, value: object): TraceMessage {
    return this.#say(atMs, `${prefix}/${this.#device.name}/${word}`, JSON.stringify(value), false);
  }

  #say(atMs: number, topic: string, payload: string, retain: boolean): TraceMessage {
    return { atMs, topic, payload, retain, qos: 0 };
  }
}
