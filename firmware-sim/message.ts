/** One MQTT message before it has an instant. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly qos: 0 | 1 | 2;
}

/** One MQTT message at an instant of the home's time; `payload` is text. */
export interface TraceMessage {
  readonly atMs: number;
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly qos: 0 | 1;
}

/** A message, and the client that says it. */
export interface Told extends TraceMessage {
  readonly client: string;
}
