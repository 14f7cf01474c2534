import { connectAsync, type MqttClient } from 'mqtt';
import type { LineFile } from '../runner/line-file.ts';
import { serverOptions } from '../runner/server-options.ts';

/** What is captured, and where to. */
export interface CaptureSettings {
  readonly url: string;
  /** MQTT topic filter. */
  readonly topics: string;
  readonly file: LineFile;
  readonly signal: AbortSignal;
  realMs(): number;
  say(sentence: string): void;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Writes every message of an MQTT server to a file until `signal` is aborted; resolves with their number, or the reason why not. */
export async function capture(
  settings: CaptureSettings,
): Promise<{ ok: true; count: number } | { ok: false; reason: string }> {
  const { url, topics, file, signal, say } = settings;
  const server = serverOptions(url);
  if (!server.ok) {
    return server;
  }
  let client: MqttClient;
  try {
    client = await connectAsync({ ...server.options, reconnectOnConnackError: false });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'no answer';
    return {
      ok: false,
      reason: `no connection to the MQTT server (${code}); check --url, its user name and its password`,
    };
  }
  let count = 0;
  let trouble: unknown;
  const ended = Promise.withResolvers<void>();
  // The next packet is read only when the file has room for it.
  client.handleMessage = ({ topic, payload, retain, qos }, next) => {
    count += 1;
    file.add({ topic, ...written(payload), retained: retain, atMs: settings.realMs(), qos });
    const room = file.room();
    if (room === undefined) {
      next();
      return;
    }
    room.then(
      () => next(),
      (error) => {
        trouble = error;
        ended.resolve();
      },
    );
  };
  client.on('close', () => say('connection lost; what is said until it is back is missing in the file'));
  client.on('error', () => undefined);
  signal.addEventListener('abort', () => ended.resolve(), { once: true });
  if (signal.aborted) {
    ended.resolve();
  }
  try {
    await client.subscribeAsync(topics, { qos: 1 });
    say(`capturing ${topics}; Ctrl-C ends it`);
    await ended.promise;
  } finally {
    client.removeAllListeners('close');
    await client.endAsync(true).catch(() => undefined);
  }
  if (trouble !== undefined) {
    throw trouble;
  }
  return { ok: true, count };
}

function written(payload: Buffer | string): { payload: string } | { payload_base64: string } {
  const bytes = Buffer.from(payload);
  try {
    return { payload: decoder.decode(bytes) };
  } catch {
    return { payload_base64: bytes.toString('base64') };
  }
}
