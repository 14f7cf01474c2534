/**
 * The intake contract: what the listener and the subscriber hand to the gateway, and the one promise they need back.
 * A message is acknowledged to its sender only after `take` has resolved with `committed`.
 */

/** One MQTT PUBLISH as it arrived, before anything is known about its content. */
export interface Arrived {
  /** The credential's name for the listener, `source-url` for the subscriber. */
  readonly source: string;
  /** The MQTT client id of the publisher (listener) or of our own session (subscriber). */
  readonly client: string;
  /** The topic under which the dialect's topics hang, without a trailing slash, e.g. `zigbee2mqtt`. */
  readonly base: string;
  readonly topic: string;
  readonly payload: Buffer;
  /** The packet identifier, 1–65535; undefined at QoS 0. */
  readonly packetId: number | undefined;
  readonly qos: 0 | 1 | 2;
  /** True when the sender says that it has sent this packet before [MQTT-3.3.1-1]. */
  readonly dup: boolean;
  /**
   * Grows with every connection, across restarts too while the clock does not run backwards. Zigbee2MQTT's MQTT library
   * sends unacknowledged packets again without DUP, so a packet equal to its mark on another connection is that packet.
   */
  readonly connection: number;
  /** True when the message is a stored one rather than news: its content is a snapshot, never an event. */
  readonly retained: boolean;
  /** Wall clock of this machine in milliseconds at receipt. */
  readonly receivedAtMs: number;
  /** When the source says that it happened, in milliseconds UTC, where its word counts (OPC UA). */
  readonly sourceMs?: number | undefined;
}

/**
 * Resolves with `committed` only when everything derived from the message is on disk (or was refused and counted),
 * with `failed` when nothing of it was kept and the sender must send again.
 */
export type Take = (arrived: Arrived) => Promise<'committed' | 'failed'>;

/**
 * Told that a client has taken its leave: it disconnected of its own accord after everything it had sent was answered,
 * so it repeats none of it, and the same packet id with the same content on a later connection is news. Not told when
 * a connection broke, was ended or taken over: then a packet may come again. Told before anything of the same client
 * that comes later arrives.
 */
export type Gone = (source: string, client: string) => void;

/** Why content was refused or a connection closed at the intake: a closed list, each counted under its name. */
export const INTAKE_REASONS = [
  'wrongCredential',
  'anonymous',
  'slowedDown',
  'foreignTopic',
  'systemTopic',
  'wildcardTopic',
  'deepTopic',
  'emptyTopic',
  'oversizePayload',
  'oversizePacket',
  'foreignSubscription',
  'tooManySubscriptions',
  'longClientId',
  'takeover',
  'protocolVersion',
  'protocolError',
  'connectTimeout',
  'tlsHandshake',
  'tooManyConnections',
  'commitFailed',
  'lateValue',
  'lostValue',
] as const;
export type IntakeReason = (typeof INTAKE_REASONS)[number];

/** Counts one refusal at the intake; called with a reason only, never with content. */
export type CountIntake = (reason: IntakeReason) => void;
