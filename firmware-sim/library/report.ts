import type { TruthLine } from '../truth/truth.ts';

/** A message as a client received it; `atMs` is real time in milliseconds, on the clock of the program that published. */
export interface Heard {
  readonly topic: string;
  readonly payload: string;
  readonly atMs: number;
  /** Whether the server had kept it and said it at the beginning of a subscription. */
  readonly retain?: boolean;
}

/** What became of a home's messages between the home and a receiver. */
export interface Report {
  /** Messages that were handed to the MQTT server, whatever the receiver made of them. */
  readonly published: number;
  readonly received: number;
  /** Published, and never received. */
  readonly lost: number;
  /** Never published, because there was no connection. */
  readonly unsent: number;
  /** Received more often than published. */
  readonly duplicated: number;
  /** Received after a later message of the same client and quality of service; between two qualities MQTT promises no order. */
  readonly reordered: number;
  /** Received, and never published by this home: wills, what somebody else says, payloads that were changed. */
  readonly unknown: number;
  /** Real milliseconds between publishing and receiving; undefined when nothing arrived. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly most: number } | undefined;
}

interface Said {
  readonly order: number;
  /** The client and its quality of service: what has an order. */
  readonly lane: string;
  readonly publishedMs: number;
}

/**
 * Compares what a home published with what was received, in the order in which it was received. `truth` is what `simulate` told
 * `onTruth`: the lines `message` and `aside`. Messages of the same topic and payload are told apart by their time and order
 * alone; where two come within the latency, one that is reordered and one that is lost may change places.
 */
export function report(truth: Iterable<TruthLine>, received: readonly Heard[]): Report {
  const { byWords, published, unsent } = saidIn(truth);
  const waiting = new Map([...byWords].map(([words, said]) => [words, [...said]]));
  const lastOfTopic = new Map<string, number>();
  const lastOfLane = new Map<string, number>();
  const latencies: number[] = [];
  const counts = { duplicated: 0, reordered: 0, unknown: 0 };
  for (const { topic, payload, atMs } of received) {
    const words = wordsOf(topic, payload);
    const said = takeFitting(waiting.get(words) ?? [], lastOfTopic.get(topic) ?? -1, atMs);
    if (said === undefined) {
      const isRepeated = byWords.get(words)?.some(({ publishedMs }) => publishedMs <= atMs) === true;
      counts[isRepeated ? 'duplicated' : 'unknown'] += 1;
      continue;
    }
    latencies.push(atMs - said.publishedMs);
    const last = lastOfLane.get(said.lane) ?? -1;
    counts.reordered += said.order < last ? 1 : 0;
    lastOfLane.set(said.lane, Math.max(last, said.order));
    lastOfTopic.set(topic, Math.max(lastOfTopic.get(topic) ?? -1, said.order));
  }
  const lost = published - latencies.length;
  return { published, received: received.length, lost, unsent, ...counts, latencyMs: percentiles(latencies) };
}

/** What was published, by its words and in the order of publishing. */
function saidIn(truth: Iterable<TruthLine>): { byWords: Map<string, Said[]>; published: number; unsent: number } {
  const byWords = new Map<string, Said[]>();
  let published = 0;
  let unsent = 0;
  for (const { is, client, topic, payload, qos, order, publishedMs, outcome } of truth) {
    if (is !== 'message' && is !== 'aside') {
      continue;
    }
    if (typeof order !== 'number' || typeof publishedMs !== 'number' || outcome === 'lost') {
      unsent += 1;
      continue;
    }
    published += 1;
    const words = wordsOf(String(topic), String(payload));
    const alike = byWords.get(words);
    const said = { order, lane: `${qos} ${client}`, publishedMs };
    if (alike === undefined) {
      byWords.set(words, [said]);
    } else {
      alike.push(said);
    }
  }
  for (const alike of byWords.values()) {
    alike.sort((left, right) => left.order - right.order);
  }
  return { byWords, published, unsent };
}

function wordsOf(topic: string, payload: string): string {
  return `${topic}\0${payload}`;
}

/** Takes out the first that was published by then and after the topic's last, or else the first that was published by then. */
function takeFitting(waiting: Said[], after: number, byMs: number): Said | undefined {
  const later = waiting.findIndex(({ order, publishedMs }) => order > after && publishedMs <= byMs);
  const index = later === -1 ? waiting.findIndex(({ publishedMs }) => publishedMs <= byMs) : later;
  return index === -1 ? undefined : waiting.splice(index, 1)[0];
}

function percentiles(values: readonly number[]): Report['latencyMs'] {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (percent: number): number => sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
  return sorted.length === 0 ? undefined : { p50: at(50), p99: at(99), most: at(100) };
}
