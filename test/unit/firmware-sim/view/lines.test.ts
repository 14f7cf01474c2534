import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsOf, cut } from '../../../../firmware-sim/view/cells.ts';
import { progressLine, viewLines } from '../../../../firmware-sim/view/lines.ts';
import type { ViewState } from '../../../../firmware-sim/view/state.ts';

const START_MS = Date.UTC(2026, 10, 23, 9);
const HOUR_MS = 3_600_000;

const STATE: ViewState = {
  homeMs: START_MS + 6 * HOUR_MS,
  timeZone: 'Asia/Tokyo',
  speed: 60,
  startMs: START_MS,
  endMs: START_MS + 24 * HOUR_MS,
  clients: { connected: 4, total: 5 },
  sent: 1234,
  lost: 3,
  perSecond: 12.5,
  lateMs: 1500,
  acting: ['drop', 'broker-cut'],
  incidents: [
    ['drop', 12],
    ['power-cut', 40],
  ],
  last: [
    { topic: 'zigbee2mqtt/front_door', payload: '{"contact":false}', outcome: 'sent' },
    { topic: 'tele/strip/STATE', payload: '{"POWER":"ON"}', outcome: 'lost' },
  ],
};

/** A message with any text in it, control characters and halves of characters included. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 })
  .map((units) => String.fromCharCode(...units));

describe('the lines of the live view', () => {
  it('say where the run stands', () => {
    expect(viewLines(STATE, 100, 30)).toEqual([
      '2026-11-24 00:00:00 Asia/Tokyo   speed 60',
      `[${'#'.repeat(12)}${'-'.repeat(38)}] 25 %, 00:18:00 left`,
      'clients 4/5   sent 1234   lost 3   13 a second   1.5 s late',
      'faults now: drop, broker-cut',
      'incidents: drop 12, power-cut 40',
      'zigbee2mqtt/front_door {"contact":false}',
      'lost tele/strip/STATE {"POWER":"ON"}',
    ]);
    expect(progressLine(STATE)).toBe(
      'home time 2026-11-24 00:00:00; 25 %, 00:18:00 left; clients 4/5, sent 1234, lost 3, 13 a second, 1.5 s late; faults: drop, broker-cut',
    );
  });

  it('have no bar for a run without end, and none before it began', () => {
    expect(viewLines({ ...STATE, endMs: undefined }, 100, 30).join('\n')).not.toContain('%');
    expect(viewLines({ ...STATE, startMs: undefined }, 100, 30)[0]).toContain('connecting');
    expect(progressLine({ ...STATE, endMs: undefined })).not.toContain('%');
  });

  it('never leave the terminal, and never carry a control or format character to it', () => {
    fc.assert(
      fc.property(
        anyText,
        anyText,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 40 }),
        (topic, payload, columns, rows) => {
          const last = Array.from({ length: 10 }, () => ({ topic, payload, outcome: 'sent' as const }));
          const lines = viewLines({ ...STATE, last }, columns, rows);
          expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
          for (const line of lines) {
            expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
            expect(cellsOf(line)).toBeLessThanOrEqual(Math.max(1, columns - 1));
          }
        },
      ),
    );
  });

  it('keep the latest messages where there is little room', () => {
    expect(viewLines(STATE, 100, 7).at(-1)).toContain('tele/strip/STATE');
    expect(viewLines(STATE, 100, 7)).toHaveLength(6);
    expect(viewLines(STATE, 100, 3)).toHaveLength(2);
  });

  it.each([
    ['\u001b[2J\u001b]0;owned\u0007', 40, '?[2J?]0;owned?'],
    ['a\r\nb\tc\u0085d\u009b31m', 40, 'a??b?c?d?31m'],
    ['\u202egnp.exe\u200b', 40, '?gnp.exe?'],
    ['玄関のドアが開いた', 12, '玄関のドア..'],
    ['玄関のドアが開いた', 18, '玄関のドアが開いた'],
    ['ﾄﾞｱ', 3, 'ﾄﾞｱ'],
    ['か\u3099', 2, 'が'],
    [`a${'\u0301'.repeat(50)}b`, 9, 'á\u0301\u0301b'],
    ['ab🚪cd', 5, 'ab..'],
    ['abc', 2, 'ab'],
    ['\ud83d', 2, '?'],
  ])('%j in %i cells is %j', (text, cells, shown) => {
    expect(cut(text, cells)).toBe(shown);
  });

  it('do not read a payload of megabytes to its end', () => {
    expect(cut('x'.repeat(4_000_000), 10)).toBe('xxxxxxxx..');
  });
});
