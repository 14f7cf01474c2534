import { LIMITS } from '../limits.ts';
import type { TraceMessage } from '../message.ts';
import type { HomeClock } from './clock.ts';
import type { Link } from './link.ts';

/** What became of the messages of a run; `lost` are those that came while there was no connection, as with real devices. */
export interface PublishCounts {
  sent: number;
  lost: number;
}

/** What is published, where to, and at which pace. */
export interface PublishSettings<M extends TraceMessage> {
  readonly messages: Iterable<M> | AsyncIterable<M>;
  /** The connection of the client that says a message. */
  linkOf(message: M): Link;
  readonly clock: HomeClock;
  /** The least quality of service; a message that asks for more keeps it. */
  readonly qos: 0 | 1 | 2;
  readonly signal: AbortSignal;
  readonly counts?: PublishCounts;
  /** Is told of each message that is handed to its connection, just before; `index` as in `onSettled`. */
  onPublish?(message: M, index: number): void;
  /** Is told what became of each message, `index` counting them from 0 in the order in which they were due. */
  onSettled?(message: M, index: number, outcome: 'sent' | 'lost'): void;
  /** Is asked before each message; what it gives is waited for. */
  room?(): Promise<void> | undefined;
}

/** Publishes each message when its home time has come; resolves when all are acknowledged, the connection is gone, or `signal` is aborted. */
export async function publishTrace<M extends TraceMessage>(settings: PublishSettings<M>): Promise<PublishCounts> {
  const { messages, clock, qos, signal } = settings;
  const counts = settings.counts ?? { sent: 0, lost: 0 };
  const lanes = new Map<Link, { inFlight: number }>();
  let wake = (): void => {};
  const woken = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const laneOf = (link: Link): { inFlight: number } => {
    const known = lanes.get(link);
    if (known !== undefined) {
      return known;
    }
    const made = { inFlight: 0 };
    lanes.set(link, made);
    link.onChange(() => wake());
    return made;
  };
  const waiting = (): boolean => [...lanes].some(([link, { inFlight }]) => inFlight > 0 && link.connected());
  signal.addEventListener('abort', () => wake(), { once: true });
  let index = 0;
  for await (const message of messages) {
    await clock.until(message.atMs, signal);
    await settings.room?.();
    const link = settings.linkOf(message);
    const lane = laneOf(link);
    while (lane.inFlight >= LIMITS.inFlightMessages && link.connected() && !signal.aborted) {
      await woken();
    }
    if (signal.aborted) {
      break;
    }
    const number = index;
    index += 1;
    const settled = (outcome: 'sent' | 'lost'): void => {
      counts[outcome] += 1;
      settings.onSettled?.(message, number, outcome);
    };
    if (!link.connected()) {
      settled('lost');
      continue;
    }
    const back = (outcome: 'sent' | 'lost') => (): void => {
      lane.inFlight -= 1;
      settled(outcome);
      wake();
    };
    lane.inFlight += 1;
    settings.onPublish?.(message, number);
    link.publish({ ...message, qos: Math.max(message.qos, qos) as 0 | 1 | 2 }).then(back('sent'), back('lost'));
  }
  while (waiting() && !signal.aborted) {
    await woken();
  }
  return counts;
}
