import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openDown, openUp } from '../../../proto/cell.ts';
import { encodeDown, encodeUp } from '../../../proto/codec.ts';
import type { GoldenCell } from './golden-cells.ts';
import { GOLDEN_KEYS, makeGoldenCells } from './golden-cells.ts';

const file = new URL('./golden/cells.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as { keys: typeof GOLDEN_KEYS; cells: GoldenCell[] };

describe('the golden cells', () => {
  const enrolmentKey = Buffer.from(golden.keys.enrolmentKey, 'hex');
  const hub = Buffer.from(golden.keys.hub, 'hex');

  it('are made today as they were made then', () => {
    expect({ keys: GOLDEN_KEYS, cells: makeGoldenCells() }).toEqual(golden);
  });

  it.each(golden.cells)('$name opens and says the same', ({ name, bytes, frame: hex }) => {
    const frame = Buffer.from(hex, 'hex');
    const run = golden.keys.run;
    const opened = name.startsWith('up')
      ? openUp({ frame, enrolmentKey, hub })
      : openDown({ frame, enrolmentKey, hub, run });
    if (!opened.ok) throw new Error(opened.reason);
    const again = 'run' in opened.body ? encodeUp(opened.body) : encodeDown(opened.body);
    expect(again.toString('hex')).toBe(bytes);
  });
});
