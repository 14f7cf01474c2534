import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { LIMITS } from '../../limits.ts';
import { StartError } from '../../refusal.ts';
import { hubOfTopic, type Ingress, type TakeFrame } from '../ingress.ts';

/** What reading cells from another MQTT server needs. */
export interface ExternalIngress {
  /** mqtt:// or mqtts://, with user name and password where that server asks for them. */
  readonly url: string;
  readonly take: TakeFrame;
  /** Called with true when cells can arrive and false when they no longer can; `reason` never holds a credential. */
  readonly onState: (connected: boolean, reason?: string) => void;
  readonly random: (bytes: number) => Buffer;
}

const TOPIC = 'engawa/1/+/up';

/** The URL without user name and password, as it may be shown and told to hubs. */
export function publicUrl(url: string): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.toString().replace(/\/$/, '');
}

function checked(url: string): void {
  const fits = URL.canParse(url) && ['mqtt:', 'mqtts:', 'tcp:', 'ssl:'].includes(new URL(url).protocol);
  if (!fits)
    throw new StartError('ENGAWA_INGRESS_URL is not an MQTT URL. Write it like mqtt://user:password@host:1883.');
}

function answering(client: MqttClient, hub: string, answer: Buffer | undefined): void {
  // An answer that cannot go now is not kept: the hub sends its cell again and is answered anew.
  if (answer && client.connected) client.publish(`engawa/1/${hub}/down`, answer, { qos: 1, retain: false }, () => {});
}

const why = (fault: Error): string => ('code' in fault ? String(fault.code) : 'refused');

const optionsFor = (random: (bytes: number) => Buffer): IClientOptions => ({
  protocolVersion: 4,
  clean: true,
  clientId: `engawa-broker-${random(8).toString('hex')}`,
  connectTimeout: LIMITS.mqttConnectMs,
  reconnectPeriod: 1_000,
  reconnectOnConnackError: true,
  resubscribe: false,
  queueQoSZero: false,
});

/** Connects to another MQTT server and keeps trying, with pauses that grow and differ between brokers. */
export function startExternalIngress({ url, take, onState, random }: ExternalIngress): Ingress {
  checked(url);
  let subscribed = false;
  let tries = 0;
  const state = (connected: boolean, reason?: string): void => {
    subscribed = connected;
    onState(connected, reason);
  };
  const client = mqtt.connect(url, optionsFor(random));
  const subscribe = (): void => {
    client.subscribe(TOPIC, { qos: 1 }, (fault, granted) => {
      const ok = !fault && granted?.every((grant) => grant.qos !== 128);
      if (ok) tries = 0;
      state(ok === true, ok ? undefined : `the server does not let this account read ${TOPIC}`);
    });
  };
  client.on('connect', () => {
    // With Nagle's algorithm every answer would wait for the acknowledgement of the packet before it, some 40 ms.
    if ('setNoDelay' in client.stream && typeof client.stream.setNoDelay === 'function') client.stream.setNoDelay(true);
    subscribe();
  });
  client.on('close', () => {
    tries = Math.min(tries + 1, 5);
    client.options.reconnectPeriod = Math.min(LIMITS.mqttPauseMs, 500 * 2 ** tries) + random(2).readUInt16BE() / 64;
    if (subscribed) state(false, 'the connection closed');
  });
  client.on('error', (fault) => state(false, why(fault)));
  client.on('message', (topic, payload) => {
    const hub = hubOfTopic(topic);
    if (hub !== undefined) void take(hub, payload).then((answer) => answering(client, hub, answer));
  });
  return {
    connected: () => subscribed && client.connected,
    connections: () => (client.connected ? 1 : 0),
    close: () => client.endAsync(true),
  };
}
