import type { Outgoing, TraceMessage } from '../message.ts';
import type { DayWorld } from '../world/house.ts';

/** What a device of a home is, whatever firmware it runs; `watches` names what of the world it looks at. */
export interface DevicePlan {
  /** The device's own name: part of its topics, and its key in the ground truth. */
  readonly name: string;
  readonly kind: 'contact' | 'motion' | 'plug' | 'lock' | 'meter' | 'camera';
  /** An opening's name (contact, lock), a place (motion, camera) or a load's name (plug, meter), or several loads joined by +. */
  readonly watches: string;
}

/** What a speaker is made for; `startMs` is about when it begins, in milliseconds of UTC. */
export interface SpeakerSettings {
  readonly seed: number;
  readonly timeZone: string;
  readonly startMs: number;
}

/** An instant at which a client says something; `speak` is called once, in the order of time over all days. */
export interface Moment {
  readonly atMs: number;
  /** Changes what the client knows, and gives what it publishes because of it: none, one or several messages of that instant. */
  speak(): TraceMessage[];
}

/** One MQTT client with one or more devices behind it: a bridge program, or a device that speaks for itself. */
export interface Speaker {
  /** The client's name, as its firmware forms it: its MQTT client id and its key in the ground truth. */
  readonly client: string;
  /** The devices behind it. */
  readonly devices: readonly DevicePlan[];
  /** Whether it connects under an id drawn at each start, instead of its name. */
  readonly drawsClientId?: boolean;
  /** Whether it says its retained messages once more soon after its start. */
  readonly repeatsRetained?: boolean;
  /** What the server says for it when it vanishes. */
  readonly will: Outgoing | undefined;
  /** The topic filters it subscribes to for commands. */
  readonly listens: readonly string[];
  /** Birth: what it says when it has connected, with what it knows at that instant; comes again after a power cut. */
  start(atMs: number): TraceMessage[];
  /** What it says when a lost connection is back. */
  again(atMs: number): TraceMessage[];
  /** When it speaks in one day of the house, in the order of time; days come one after the other. What it knows changes only in `speak`. */
  day(world: DayWorld): Iterable<Moment>;
  /** What it answers to a message that reached it. */
  answer(topic: string, payload: string, atMs: number): TraceMessage[];
  /** What it says when it is switched off in good order. */
  stop(atMs: number): TraceMessage[];
}
