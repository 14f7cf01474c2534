import { LIMITS } from '../limits.ts';
import type { TraceMessage } from '../message.ts';
import type { HomeClock } from './clock.ts';
import type { Link } from './link.ts';

/** What became of the messages of a run; `lost` are those that came while there was no connection, as with Zigbee2MQTT. */
export interface PublishCounts {
  sent: number;
  lost: number;
}

/** What is published, where to, and at which pace. */
export interface PublishSettings {
  readonly messages: Iterable<TraceMessage> | AsyncIterable<TraceMessage>;
  readonly link: Link;
  readonly clock: HomeClock;
  /** The least quality of service; a message that asks for more keeps it. */
  readonly qos: 0 | 1 | 2;
  readonly signal: AbortSignal;
  readonly counts?: PublishCounts;
}

/** Publishes each message when its home time has come; resolves when all are acknowledged, the connection is gone, or `signal` is aborted. */
export async function publishTrace(settings: PublishSettings): Promise<PublishCounts> {
  const { messages, link, clock, qos, signal } = settings;
  const counts = settings.counts ?? { sent: 0, lost: 0 };
  let inFlight = 0;
  let wake = (): void => {};
  const woken = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const settled = (kind: 'sent' | 'lost'): void => {
    inFlight -= 1;
    counts[kind] += 1;
    wake();
  };
  link.onChange(() => wake());
  signal.addEventListener('abort', () => wake(), { once: true });
  for await (const message of messages) {
    await clock.until(message.atMs, signal);
    while (inFlight >= LIMITS.inFlightMessages && link.connected() && !signal.aborted) {
      await woken();
    }
    if (signal.aborted) {
      break;
    }
    if (!link.connected()) {
      counts.lost += 1;
      continue;
    }
    inFlight += 1;
    link.publish({ ...message, qos: Math.max(message.qos, qos) as 0 | 1 | 2 }).then(
      () => settled('sent'),
      () => settled('lost'),
    );
  }
  while (inFlight > 0 && link.connected() && !signal.aborted) {
    await woken();
  }
  return counts;
}
