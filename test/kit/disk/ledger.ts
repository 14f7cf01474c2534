import { type Packet, parser } from 'mqtt-packet';
import type { NumberedPublisher } from './numbered-publisher.ts';
import { portsOf, type TraceRecord } from './trace.ts';

/** Slugs of the two offers: of the second the yes is taken back in the middle. */
export const KEPT = 'every-sample';
export const WITHDRAWN = 'second-sample';

const PUBLISH = 3;

/** What was promised to whom and when: every number is a count of records of the trace, after which it was said. */
export interface Ledger {
  /** By offer: every value that its yes ever covered. */
  readonly permitted: Readonly<Record<string, ReadonlySet<number>>>;
  /** When the PUBACK of a value was first on its socket. */
  readonly acknowledged: ReadonlyMap<number, number>;
  /** When the data broker had acknowledged a value, for each offer that was granted. */
  readonly delivered: ReadonlyMap<number, number>;
  readonly enrolled: number;
  readonly granted: number;
  /** The withdrawal: asked for, answered to the household, and its receipt sent by the data broker. */
  readonly withdrawal: { readonly asked: number; readonly reported: number; readonly receipted: number };
  /** The operator's identity, hexadecimal. */
  readonly operator: string;
  /** Where each phase of the life ended. */
  readonly phases: readonly { readonly name: string; readonly end: number }[];
}

/** What a life noted while it was lived: times are lengths of the trace, in bytes. */
export interface Notes {
  readonly enrolled: number;
  readonly granted: number;
  readonly asked: number;
  readonly reported: number;
  readonly receipted: number;
  /** The newest value that was published when the withdrawal was answered. */
  readonly valueReported: number;
  /** When every value up to one was seen to be delivered. */
  readonly delivered: readonly { readonly values: number; readonly bytes: number }[];
  readonly phases: readonly { readonly name: string; readonly bytes: number }[];
}

/** Whose words the ledger is made of. */
export interface Parties {
  readonly publishers: readonly NumberedPublisher[];
  /** Port of the hub's listener, and of the data broker's ingress. */
  readonly ports: { readonly mqtt: number; readonly ingress: number };
  readonly operator: string;
}

/** Reads from a trace when each promise went out over its socket. */
export function ledgerOf(
  records: readonly TraceRecord[],
  notes: Notes,
  { publishers, ports, operator }: Parties,
): Ledger {
  const countAt = (bytes: number): number => {
    const index = records.findIndex(({ endBytes }) => endBytes >= bytes);
    return index < 0 ? records.length : index + 1;
  };
  /** When the data broker had sent the last of its frames before a note was taken. */
  const answeredAt = (bytes: number): number =>
    records.slice(0, countAt(bytes)).findLastIndex((record) => isFrame(record, ports.ingress)) + 1;
  const published = publishers.flatMap(({ values }) => [...values.values()]).filter((value) => value > 0);
  const delivered = new Map<number, number>();
  for (const { values, bytes } of [...notes.delivered].reverse()) {
    const answered = answeredAt(bytes);
    for (const value of published.filter((one) => one <= values)) delivered.set(value, answered);
  }
  return {
    permitted: {
      [KEPT]: new Set(published),
      [WITHDRAWN]: new Set(published.filter((value) => value <= notes.valueReported)),
    },
    acknowledged: acknowledgedIn(records, publishers, ports.mqtt),
    delivered,
    enrolled: countAt(notes.enrolled),
    granted: countAt(notes.granted),
    withdrawal: {
      asked: countAt(notes.asked),
      reported: countAt(notes.reported),
      receipted: answeredAt(notes.receipted),
    },
    operator,
    phases: notes.phases.map(({ name, bytes }) => ({ name, end: countAt(bytes) })),
  };
}

/** Whether a record is a frame from the data broker to the hub. */
function isFrame(record: TraceRecord, ingressPort: number): boolean {
  return record.kind === 'sent' && portsOf(record).own === ingressPort && (record.data[0] ?? 0) >> 4 === PUBLISH;
}

/** After how many records each value's PUBACK was on its socket; a socket's bytes are read in their order. */
function acknowledgedIn(
  records: readonly TraceRecord[],
  publishers: readonly NumberedPublisher[],
  port: number,
): Map<number, number> {
  const acknowledged = new Map<number, number>();
  const parsers = new Map<number, ReturnType<typeof parser>>();
  let count = 0;
  const parserOf = (socket: number, { values }: NumberedPublisher): ReturnType<typeof parser> => {
    const reading = parsers.get(socket) ?? parser({ protocolVersion: 4 });
    if (parsers.has(socket)) return reading;
    parsers.set(socket, reading);
    return reading.on('packet', ({ cmd, messageId = 0 }: Packet) => {
      const value = values.get(messageId) ?? 0;
      // What was said before any yes has the value 0.
      if (cmd === 'puback' && value > 0 && !acknowledged.has(value)) acknowledged.set(value, count);
    });
  };
  for (const record of records) {
    count += 1;
    if (record.kind !== 'sent' || portsOf(record).own !== port) continue;
    const publisher = publishers.find(({ ports }) => ports.has(portsOf(record).peer));
    if (publisher) parserOf(record.inode, publisher).parse(record.data);
  }
  return acknowledged;
}
