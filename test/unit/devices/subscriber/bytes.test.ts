import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { Acknowledgements } from '../../../../devices/subscriber/acknowledgements.ts';
import { OversizeFilter } from '../../../../devices/subscriber/oversize-filter.ts';
import { readSourceUrl } from '../../../../devices/subscriber/source-url.ts';

/** A PUBACK of MQTT 3.1.1, and one of MQTT 5 with its reason. */
const puback = (id: number) => Buffer.from([0x40, 2, id >> 8, id & 0xff]);
const puback5 = (id: number) => Buffer.from([0x40, 3, id >> 8, id & 0xff, 0]);
const publish = (topic: string, bytes: number, qos: 0 | 1, messageId: number) =>
  generate({ cmd: 'publish', topic, payload: Buffer.alloc(bytes, 0x41), qos, messageId, dup: false, retain: false });
const PING = Buffer.from([0xc0, 0]);

/** Cuts bytes into pieces of the given sizes, the rest in one. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  let at = 0;
  return [...sizes, bytes.length].map((size) => {
    const from = at;
    at += size;
    return bytes.subarray(from, at);
  });
}

describe('acknowledgements', () => {
  test('wait for their commit, in the order of arrival; everything else passes', () => {
    const gate = new Acknowledgements();
    for (const id of [1, 2, 3]) gate.expect(id);
    expect(Buffer.concat(gate.write(Buffer.concat([puback(1), PING, puback(2)])))).toEqual(PING);
    expect(gate.committed(2)).toEqual([]);
    expect(Buffer.concat(gate.committed(1))).toEqual(Buffer.concat([puback(1), puback(2)]));
    expect(gate.committed(3)).toEqual([]);
    expect(Buffer.concat(gate.write(puback(3)))).toEqual(puback(3));
    expect(gate.waiting).toBe(0);
  });

  test('none leaves before its commit and each leaves once, however bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(5)),
        fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 }),
        fc.constantFrom(puback, puback5),
        (sizes, commits, acknowledgement) => {
          const gate = new Acknowledgements();
          const ids = [1, 2, 3, 4, 5, 6];
          for (const id of ids) gate.expect(id);
          const bytes = Buffer.concat(ids.flatMap((id) => [acknowledgement(id), publish('a', id, 1, id)]));
          const others = Buffer.concat(cut(bytes, sizes).flatMap((piece) => gate.write(piece)));
          expect(others).toEqual(Buffer.concat(ids.map((id) => publish('a', id, 1, id))));
          const left: Buffer[] = [];
          const done = new Set<number>();
          for (const id of commits) {
            done.add(id);
            left.push(...gate.committed(id));
            expect(left.length).toBe(
              ids.findIndex((each) => !done.has(each)) === -1 ? 6 : ids.findIndex((each) => !done.has(each)),
            );
          }
          expect(Buffer.concat(left)).toEqual(Buffer.concat(ids.map(acknowledgement)));
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('oversize filter', () => {
  test('leaves out what is too long, with its packet id, however bytes are cut', () => {
    const bytes = Buffer.concat([
      publish('a', 5, 1, 1),
      publish('long/topic', 500, 1, 0x1234),
      PING,
      publish('b', 600, 0, 0),
      publish('c', 7, 1, 3),
    ]);
    const kept = Buffer.concat([publish('a', 5, 1, 1), PING, publish('c', 7, 1, 3)]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }), (sizes) => {
        const filter = new OversizeFilter(100);
        const results = cut(bytes, sizes).map((piece) => filter.feed(piece));
        expect(Buffer.concat(results.flatMap(({ pass }) => pass))).toEqual(kept);
        expect(results.flatMap(({ leftOut }) => leftOut)).toEqual([{ packetId: 0x1234 }, { packetId: undefined }]);
      }),
      { numRuns: 200 },
    );
  });

  test('says when there is no header', () => {
    expect(new OversizeFilter(100).feed(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff])).malformed).toBe(true);
  });
});

describe('source URL', () => {
  test.each([
    ['mqtt://host', { secure: false, host: 'host', port: 1883, user: undefined, password: undefined }],
    ['mqtts://host', { secure: true, host: 'host', port: 8883, user: undefined, password: undefined }],
    ['mqtt://a:p%40ss%25@[::1]:1885', { secure: false, host: '::1', port: 1885, user: 'a', password: 'p@ss%' }],
    ['mqtt://a:50%@h', { secure: false, host: 'h', port: 1883, user: 'a', password: '50%' }],
  ])('%s', (url, source) => {
    expect(readSourceUrl(url)).toEqual({ ok: true, source });
  });

  test.each([
    ['', 'notUrl'],
    ['host:1883', 'scheme'],
    ['ws://host', 'scheme'],
    ['mqtt://', 'host'],
  ])('%s is refused: %s', (url, reason) => {
    expect(readSourceUrl(url)).toEqual({ ok: false, reason });
  });
});
