import { createCipheriv, createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DOWN_CELL_BYTES,
  openDown,
  openUp,
  peekUp,
  sealDown,
  sealUp,
  topicDown,
  topicUp,
  UP_CELL_BYTES,
} from '../../../proto/cell.ts';
import { runKey } from '../../../proto/keys.ts';
import { downBody, upBody } from './arbitrary.ts';
import { record } from './link-kit.ts';

const enrolmentKey = createHash('sha256').update('an enrolment').digest();
const hub = Buffer.alloc(16, 0xab);
const randomNonce = Buffer.alloc(12, 5);
const run = '0102030405060708';

const UP = { run, cell: 7, highestOrdinal: 3, ranges: [], records: [], withdrawals: [] };
const DOWN = { cell: 7, acknowledged: [], credit: 2, highestOrdinal: 3, receipts: [] };
const seal = () => sealUp({ enrolmentKey, hub, body: UP });
const sealAnswer = () => sealDown({ enrolmentKey, hub, run, body: DOWN, randomNonce });

describe('a sealed cell', () => {
  it('has one size, and the same body gives the same bytes', () => {
    fc.assert(
      fc.property(upBody, (body) => {
        const frame = sealUp({ enrolmentKey, hub, body });
        expect(frame.length).toBe(UP_CELL_BYTES);
        expect(sealUp({ enrolmentKey, hub, body })).toEqual(frame);
        const opened = openUp({ frame, enrolmentKey, hub });
        expect(opened.ok && [opened.body.cell, opened.body.version]).toEqual([body.cell, body.version]);
      }),
      { numRuns: 40 },
    );
    fc.assert(
      fc.property(downBody, (body) => {
        const frame = sealDown({ enrolmentKey, hub, run, version: 3, body, randomNonce });
        expect(frame.length).toBe(DOWN_CELL_BYTES);
        expect(openDown({ frame, enrolmentKey, hub, run })).toMatchObject({ ok: true, body: { cell: body.cell } });
      }),
      { numRuns: 40 },
    );
  });

  it('shows its header before it is opened', () => {
    expect(peekUp(seal())).toEqual({ ok: true, version: 1, run, cell: 7 });
    expect(peekUp(Buffer.alloc(10))).toEqual({ ok: false, reason: 'size' });
  });

  it('does not open when any bit of it is turned or its end is cut', () => {
    const frames = [seal(), sealAnswer()] as const;
    fc.assert(
      fc.property(fc.boolean(), fc.nat(), fc.nat({ max: 7 }), (isUp, at, bit) => {
        const frame = Buffer.from(isUp ? frames[0] : frames[1]);
        const where = at % frame.length;
        frame[where] = (frame[where] as number) ^ (1 << bit);
        const open = isUp ? openUp({ frame, enrolmentKey, hub }) : openDown({ frame, enrolmentKey, hub, run });
        expect(open).toEqual({ ok: false, reason: 'seal' });
      }),
      { numRuns: 300 },
    );
    expect(openUp({ frame: seal().subarray(1), enrolmentKey, hub })).toEqual({ ok: false, reason: 'size' });
  });

  it('does not open for another hub, run, direction, number or key', () => {
    const refused = { ok: false, reason: 'seal' };
    const frame = seal();
    expect(openUp({ frame, enrolmentKey, hub: Buffer.alloc(16, 1) })).toEqual(refused);
    expect(openUp({ frame, enrolmentKey: Buffer.alloc(32, 1), hub })).toEqual(refused);
    const renumbered = Buffer.from(frame);
    renumbered.writeBigUInt64BE(8n, 9);
    expect(openUp({ frame: renumbered, enrolmentKey, hub })).toEqual(refused);
    const moved = Buffer.from(frame);
    moved[1] = 0xff;
    expect(openUp({ frame: moved, enrolmentKey, hub })).toEqual(refused);
    const answer = sealAnswer();
    expect(openDown({ frame: answer, enrolmentKey, hub, run: 'ff'.repeat(8) })).toEqual(refused);
    expect(openDown({ frame: answer, enrolmentKey, hub: Buffer.alloc(16, 1), run })).toEqual(refused);
    const reflected = Buffer.concat([answer, Buffer.alloc(UP_CELL_BYTES - DOWN_CELL_BYTES)]);
    expect(openUp({ frame: reflected, enrolmentKey, hub })).toEqual(refused);
  });

  it('of a later version is told apart from a forged one', () => {
    const header = Buffer.from(seal().subarray(0, 17));
    header[0] = 4;
    const key = runKey(enrolmentKey, header.subarray(1, 9), 'up');
    const cipher = createCipheriv('aes-256-gcm', key, Buffer.concat([Buffer.alloc(4), header.subarray(9)]));
    cipher.setAAD(
      Buffer.concat([header.subarray(0, 1), hub, header.subarray(1, 9), Buffer.from('up'), header.subarray(9)]),
    );
    const sealed = Buffer.concat([
      cipher.update(Buffer.alloc(UP_CELL_BYTES - 33)),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    const frame = Buffer.concat([header, sealed]);
    expect(openUp({ frame, enrolmentKey, hub })).toEqual({ ok: false, reason: 'version' });
    expect(peekUp(frame)).toMatchObject({ ok: true, version: 4 });
    const forged = Buffer.from(seal());
    forged[0] = 4;
    expect(openUp({ frame: forged, enrolmentKey, hub })).toEqual({ ok: false, reason: 'seal' });
  });

  it('of version 1 says nothing that version 1 has no word for', () => {
    const late = { ...record(1), backlog: true as const };
    const body = { ...UP, ranges: [{ run, first: 1, count: 1, void: false }], records: [late] };
    expect(() => sealUp({ enrolmentKey, hub, body })).toThrow(RangeError);
    const pacing = { backlogWaitMs: 1, reconnectSpreadMs: 1 };
    expect(() => sealDown({ enrolmentKey, hub, run, body: { ...DOWN, pacing }, randomNonce })).toThrow(RangeError);
    const opened = openUp({ frame: sealUp({ enrolmentKey, hub, body: { version: 2, ...body } }), enrolmentKey, hub });
    expect(opened).toEqual({ ok: true, body: { version: 2, ...body } });
  });

  it('says leases, inquiries and what answers them from version 3 on', () => {
    const ranges = [{ run, first: 1, count: 1, void: false }];
    const body = { ...UP, ranges, leases: [{ writeKey: '0a'.repeat(16), hours: 24 }], inquiries: ['0b'.repeat(16)] };
    expect(() => sealUp({ enrolmentKey, hub, body: { version: 2, ...body } })).toThrow(RangeError);
    const opened = openUp({ frame: sealUp({ enrolmentKey, hub, body: { version: 3, ...body } }), enrolmentKey, hub });
    expect(opened).toEqual({ ok: true, body: { version: 3, ...body } });
    const said = {
      lapsed: ['0a'.repeat(16)],
      standings: [{ pseudonym: '0b'.repeat(16), attestation: 'overdue' as const }],
    };
    const down = { ...DOWN, ...said };
    expect(() => sealDown({ enrolmentKey, hub, run, version: 2, body: down, randomNonce })).toThrow(RangeError);
    const answer = openDown({
      frame: sealDown({ enrolmentKey, hub, run, version: 3, body: down, randomNonce }),
      ...{ enrolmentKey, hub, run },
    });
    expect(answer).toEqual({ ok: true, body: down });
  });

  it('answers a version nobody here knows in the newest that is known', () => {
    const frame = sealDown({ enrolmentKey, hub, run, version: 9, body: DOWN, randomNonce });
    expect(frame[0]).toBe(3);
    expect(openDown({ frame, enrolmentKey, hub, run })).toEqual({ ok: true, body: DOWN });
    expect(sealDown({ enrolmentKey, hub, run, version: 0, body: DOWN, randomNonce })[0]).toBe(1);
  });

  it('refuses to hold more than fits', () => {
    const receipt = {
      pseudonym: '00'.repeat(16),
      categories: ['lock.state' as const],
      erasedAtS: 1,
      signature: '00'.repeat(64),
    };
    const body = { ...DOWN, receipts: Array.from({ length: 20 }, () => receipt) };
    expect(() => sealDown({ enrolmentKey, hub, run, body, randomNonce })).toThrow(RangeError);
  });

  it('never throws on random frames', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 0, maxLength: 64 }),
        fc.constantFrom(0, UP_CELL_BYTES, DOWN_CELL_BYTES),
        (bytes, size) => {
          const frame =
            size === 0 ? Buffer.from(bytes) : Buffer.concat([Buffer.from(bytes), Buffer.alloc(size)]).subarray(0, size);
          expect(openUp({ frame, enrolmentKey, hub }).ok).toBe(false);
          expect(openDown({ frame, enrolmentKey, hub, run }).ok).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('topics', () => {
  it('name the hub in hexadecimal', () => {
    expect(topicUp(hub)).toBe(`engawa/1/${'ab'.repeat(16)}/up`);
    expect(topicDown(hub)).toBe(`engawa/1/${'ab'.repeat(16)}/down`);
  });
});
