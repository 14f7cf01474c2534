import { describe, expect, test } from 'vitest';
import { Outlet } from '../../../../devices/opcua/outlet.ts';
import { BETWEEN, type ValueSaid } from '../../../../devices/opcua/said.ts';

const value = (point: number, said: number) => ({
  point,
  status: 0,
  value: said,
  sourceMs: undefined,
  heardMs: 0,
  isFirst: false,
});

function outlet(): { readonly outlet: Outlet; readonly sent: ValueSaid[] } {
  const sent: ValueSaid[] = [];
  return { outlet: new Outlet((one) => sent.push(one)), sent };
}

describe('the outlet to the hub', () => {
  test('sends as much as the hub deals with, in each node’s order', () => {
    const { outlet: out, sent } = outlet();
    for (let said = 0; said < BETWEEN.underWay; said += 1) out.put(value(0, said));
    expect(sent.length).toBe(BETWEEN.underWay);
    for (const said of [100, 101]) for (const point of [1, 2]) out.put(value(point, said));
    expect(sent.length).toBe(BETWEEN.underWay);
    out.done(3);
    out.done(1);
    expect(sent.slice(BETWEEN.underWay).map((one) => [one.point, one.value])).toEqual([
      [1, 100],
      [2, 100],
      [1, 101],
      [2, 101],
    ]);
  });

  test('while the hub deals with nothing, keeps the newest of each node and counts the others', () => {
    const { outlet: out, sent } = outlet();
    for (let said = 0; said < 100_000; said += 1) out.put(value(said % 2, said));
    expect(sent.length).toBe(BETWEEN.underWay);
    out.done(BETWEEN.underWay);
    const later = sent.slice(BETWEEN.underWay);
    expect(later.length).toBe(2 * BETWEEN.waitingOfPoint);
    expect(Math.max(...later.map((one) => Number(one.value)))).toBe(99_999);
    expect(later.map(({ lost }) => lost).filter(Boolean)).toEqual([BETWEEN.lost]);
  });
});
