import { describe, expect, test } from 'vitest';
import type { Arrived } from '../../../../devices/intake.ts';
import type { Fate } from '../../../../gateway/intake/fate.ts';
import { IntakeMarks, type MarkRow } from '../../../../gateway/intake/intake-marks.ts';
import { LIMITS } from '../../../../gateway/limits.ts';

function packet(more: Partial<Arrived> = {}): Arrived {
  return {
    source: 'z2m',
    client: 'c1',
    base: 'zigbee2mqtt',
    topic: 'zigbee2mqtt/door',
    payload: Buffer.from('{"contact":true}'),
    packetId: 7,
    qos: 1,
    dup: false,
    connection: 1,
    retained: false,
    receivedAtMs: 0,
    ...more,
  };
}
const committed = Promise.resolve<Fate>('committed');

function noted(...packets: Arrived[]): IntakeMarks {
  const marks = new IntakeMarks([]);
  for (const one of packets) marks.note(one, committed);
  return marks;
}
/** The marks as a restart finds them. */
function stored(marks: IntakeMarks): IntakeMarks {
  const rows = new Map<string, MarkRow>();
  for (const [statement, source, client, packetId, hash] of marks.drain()) {
    if (statement === 'intakeMark.put')
      rows.set(`${source} ${client} ${packetId}`, {
        source: String(source),
        client: String(client),
        packet_id: Number(packetId),
        hash: hash as Buffer,
      });
    else if (statement === 'intakeMark.forgetPacket') rows.delete(`${source} ${client} ${packetId}`);
    else for (const [key, row] of rows) if (row.source === source && row.client === client) rows.delete(key);
  }
  return new IntakeMarks([...rows.values()]);
}

describe('a packet', () => {
  test.each<[string, boolean, Partial<Arrived>]>([
    ['equal and marked DUP', true, { dup: true }],
    ['equal on another connection, as MQTT.js sends it again', true, { connection: 2 }],
    ['equal, marked DUP, on another connection', true, { dup: true, connection: 2 }],
    ['equal on one connection without DUP', false, {}],
    ['marked DUP with another content', false, { dup: true, payload: Buffer.from('{"contact":false}') }],
    ['marked DUP with another topic', false, { dup: true, topic: 'zigbee2mqtt/window' }],
    ['marked DUP with another packet id', false, { dup: true, packetId: 8 }],
    ['marked DUP from another client', false, { dup: true, client: 'c2' }],
    ['marked DUP from another source', false, { dup: true, source: 'other' }],
    ['without a packet id', false, { packetId: undefined, qos: 0 }],
  ])('%s is sent again: %s', async (_, isRepeated, more) => {
    for (const marks of [noted(packet()), stored(noted(packet()))]) {
      const fate = marks.repeated(packet(more));
      // After a restart every connection is another one.
      const isAfterRestart = Object.keys(more).length === 0 && fate !== undefined;
      expect(fate !== undefined).toBe(isRepeated || isAfterRestart);
      if (fate) expect(await fate).toBe('committed');
    }
  });

  test('equal to its mark on another connection, but after the first news there, is new', () => {
    const marks = noted(packet());
    expect(marks.repeated(packet({ connection: 2 }))).toBeDefined();
    marks.note(packet({ connection: 3, packetId: 8 }), committed);
    expect(marks.repeated(packet({ connection: 3 }))).toBeUndefined();
    expect(marks.repeated(packet({ connection: 3, dup: true }))).toBeDefined();
  });

  test('whose topic and payload only join to the same bytes is another one', () => {
    const marks = noted(packet({ topic: 'zigbee2mqtt/ab', payload: Buffer.from('c') }));
    expect(marks.repeated(packet({ dup: true, topic: 'zigbee2mqtt/a', payload: Buffer.from('bc') }))).toBeUndefined();
  });

  test('is remembered until its id is used again', () => {
    const marks = noted(packet(), packet({ payload: Buffer.from('other') }));
    expect(marks.repeated(packet({ dup: true }))).toBeUndefined();
    expect(marks.repeated(packet({ dup: true, payload: Buffer.from('other') }))).toBeDefined();
  });

  test('has the fate of its first sending, also while that is not yet known', async () => {
    const { promise, resolve } = Promise.withResolvers<Fate>();
    const marks = new IntakeMarks([]);
    marks.note(packet(), promise);
    const again = marks.repeated(packet({ dup: true }));
    resolve('failed');
    expect(await again).toBe('failed');
  });

  test('at QoS 0 leaves no mark', () => {
    expect(noted(packet({ packetId: undefined, qos: 0 })).drain()).toEqual([]);
  });
});

describe('the packets of one client', () => {
  const most = LIMITS.marksPerClient;
  const again = (packetId: number) => packet({ packetId, dup: true });

  test('are kept, the latest of them, in memory and on disk: what was used again is not among the oldest', () => {
    const marks = noted(...Array.from({ length: most }, (_, packetId) => packet({ packetId })));
    for (const packetId of [0, most, 5, most + 1]) marks.note(packet({ packetId }), committed);
    for (const known of [marks, stored(marks)]) {
      const forgotten = Array.from({ length: most + 2 }, (_, id) => id).filter((id) => !known.repeated(again(id)));
      expect(forgotten).toEqual([1, 2]);
    }
  });

  test('are forgotten oldest first, however often they come', () => {
    const marks = noted();
    const order: number[] = [];
    for (let step = 0; step < most * 5; step += 1) {
      const packetId = (step * 7919) % (most + 300);
      marks.note(packet({ packetId }), committed);
      const at = order.indexOf(packetId);
      if (at >= 0) order.splice(at, 1);
      order.push(packetId);
      if (order.length > most) order.shift();
    }
    for (let id = 0; id < most + 300; id += 1) expect(marks.repeated(again(id)) !== undefined).toBe(order.includes(id));
  });
});

describe('clients', () => {
  test('beyond the latest few of a source are forgotten, in memory and on disk; those of other sources are not', () => {
    const clients = Array.from({ length: LIMITS.markedClients + 3 }, (_, index) => packet({ client: `c${index}` }));
    const marks = noted(packet({ source: 'other', client: 'steady' }), ...clients);
    for (const known of [marks, stored(marks)]) {
      expect(known.repeated({ ...packet({ client: 'c0' }), dup: true })).toBeUndefined();
      expect(known.repeated({ ...packet({ client: 'c2' }), dup: true })).toBeUndefined();
      expect(known.repeated({ ...packet({ client: 'c3' }), dup: true })).toBeDefined();
      expect(known.repeated({ ...packet({ source: 'other', client: 'steady' }), dup: true })).toBeDefined();
    }
  });
});
