import type { Outgoing, TraceMessage } from '../message.ts';
import { randomStream } from '../random.ts';
import { countedBefore, MOST_PER_DAY_MWH } from '../things/energy-counter.ts';
import { Socket } from '../things/socket.ts';
import { drawnSteps, inputChanges, ticks } from '../things/watching.ts';
import { dayAt } from '../world/calendar.ts';
import type { DayWorld } from '../world/house.ts';
import { type Entity, entitiesOf } from './esphome-entities.ts';
import { macOf } from './mac.ts';
import type { DevicePlan, Moment, Speaker, SpeakerSettings } from './speaker.ts';

/** A sensor's update_interval. */
const UPDATE_MS = 60_000;

/** The values that are measured at each update; the others are said when they change. */
const MEASURED: readonly Entity['value'][] = ['power', 'energy'];
const CHANGED: readonly Entity['value'][] = ['on', 'locked', 'relay'];
const ALL = [...CHANGED, ...MEASURED];

/** One ESPHome node with its devices as entities, announced to Home Assistant. Throws RangeError for a camera. */
export function esphomeSpeaker(node: string, devices: readonly DevicePlan[], settings: SpeakerSettings): Speaker {
  if (devices.some(({ kind }) => kind === 'camera')) {
    throw new RangeError('an ESPHome node of the simulator has no camera');
  }
  return new Node(node, devices, settings);
}

interface Sensed {
  readonly device: DevicePlan;
  readonly entities: readonly Entity[];
  readonly socket: Socket;
  /** Whether anything was measured since the node started: before, a sensor's value is not a number. */
  measured: boolean;
  on: boolean;
}

class Node implements Speaker {
  readonly client: string;
  readonly devices: readonly DevicePlan[];
  readonly will: Outgoing;
  readonly listens: readonly string[];
  readonly #node: string;
  readonly #settings: SpeakerSettings;
  readonly #sensed: readonly Sensed[];

  constructor(node: string, devices: readonly DevicePlan[], settings: SpeakerSettings) {
    const mac = macOf(settings.seed, node).toLowerCase();
    const day = dayAt(settings.startMs, settings.timeZone);
    this.#node = node;
    this.#settings = settings;
    this.client = `${node}-${mac}`;
    this.devices = devices;
    this.will = { topic: `${node}/status`, payload: 'offline', retain: true, qos: 0 };
    this.listens = [`${node}/+/+/command`, 'homeassistant/status'];
    this.#sensed = devices.map((device) => ({
      device,
      entities: entitiesOf(device, node, mac),
      socket: new Socket(countedBefore(day, MOST_PER_DAY_MWH[device.kind === 'meter' ? 'meter' : 'plug'])),
      measured: false,
      on: device.kind === 'lock',
    }));
  }

  start(atMs: number): TraceMessage[] {
    for (const each of this.#sensed) {
      each.measured = false;
    }
    return this.again(atMs);
  }

  again(atMs: number): TraceMessage[] {
    return [
      this.#say(atMs, `${this.#node}/status`, 'online'),
      ...this.#discovery(atMs),
      ...this.#sensed.flatMap((each) => this.#states(atMs, each, ALL)),
    ];
  }

  stop(atMs: number): TraceMessage[] {
    return [this.#say(atMs, `${this.#node}/status`, 'offline')];
  }

  day(world: DayWorld): Moment[] {
    const moments = this.#sensed.flatMap((each) => this.#momentsOf(each, world));
    return moments.sort((left, right) => left.atMs - right.atMs);
  }

  answer(topic: string, payload: string, atMs: number): TraceMessage[] {
    if (topic === 'homeassistant/status') {
      return payload === 'online' ? this.#discovery(atMs) : [];
    }
    const [, component, id] = topic.split('/');
    const asked = this.#sensed.find(({ device }) => device.name === id);
    if (asked === undefined) {
      return [];
    }
    const word = payload.toUpperCase();
    if (component === 'switch' && asked.device.kind === 'plug') {
      const wanted = new Map([
        ['ON', true],
        ['OFF', false],
        ['TOGGLE', !asked.socket.on],
      ]).get(word);
      if (wanted === undefined) {
        return [];
      }
      asked.socket.turn(atMs, wanted);
      return this.#states(atMs, asked, CHANGED);
    }
    if (component === 'lock' && asked.device.kind === 'lock' && ['LOCK', 'UNLOCK'].includes(word)) {
      asked.on = word === 'LOCK';
      return this.#states(atMs, asked, CHANGED);
    }
    return [];
  }

  #momentsOf(each: Sensed, world: DayWorld): Moment[] {
    const { device } = each;
    const set = (atMs: number, on: boolean): Moment => ({
      atMs,
      speak: () => {
        each.on = on;
        return this.#states(atMs, each, CHANGED);
      },
    });
    if (device.kind === 'lock') {
      return world.passages.flatMap(({ unlockMs, lockMs }) => [set(unlockMs, false), set(lockMs, true)]);
    }
    if (device.kind === 'contact' || device.kind === 'motion') {
      const random = randomStream(this.#settings.seed, 'esphome', device.name, world.day);
      return inputChanges(device, world, random).map(({ atMs, on }) => set(atMs, on));
    }
    const drawn = drawnSteps(device, world).map(
      ({ atMs, powerMw }): Moment => ({
        atMs,
        speak: () => {
          each.socket.draw(atMs, powerMw);
          return [];
        },
      }),
    );
    const phaseMs = randomStream(this.#settings.seed, 'esphome', device.name).below(UPDATE_MS);
    const updates = ticks(world, UPDATE_MS, phaseMs).map(
      (atMs): Moment => ({
        atMs,
        speak: () => {
          each.measured = true;
          return this.#states(atMs, each, MEASURED);
        },
      }),
    );
    return [...drawn, ...updates];
  }

  #discovery(atMs: number): TraceMessage[] {
    return this.#sensed.flatMap(({ entities }) =>
      entities.map(({ configTopic, config }) => this.#say(atMs, configTopic, JSON.stringify(config))),
    );
  }

  #states(atMs: number, each: Sensed, values: readonly Entity['value'][]): TraceMessage[] {
    const { powerMw, on } = each.socket;
    const energyMwh = each.socket.energyMwh(atMs);
    const words: Record<Entity['value'], string> = {
      on: each.on ? 'ON' : 'OFF',
      locked: each.on ? 'LOCKED' : 'UNLOCKED',
      relay: on ? 'ON' : 'OFF',
      // A value that was never measured is published as it is printed.
      power: each.measured ? (Math.round(powerMw / 100) / 10).toFixed(1) : 'nan',
      energy: each.measured ? (Math.floor(energyMwh / 1000) / 1000).toFixed(3) : 'nan',
    };
    return each.entities
      .filter(({ value }) => values.includes(value))
      .map(({ stateTopic, value }) => this.#say(atMs, stateTopic, words[value]));
  }

  #say(atMs: number, topic: string, payload: string): TraceMessage {
    return { atMs, topic, payload, retain: true, qos: 0 };
  }
}
