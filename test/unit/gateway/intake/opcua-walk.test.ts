import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Arrived } from '../../../../devices/intake.ts';
import { MAPPING_TOPIC, valuePayload } from '../../../../devices/opcua/decode.ts';
import { arrival } from '../../../../devices/opcua/point-line.ts';
import { interpret } from '../../../../gateway/intake/interpret.ts';
import { happenedAtMs } from '../../../../gateway/intake/source-time.ts';
import { InnerHome, NOON_MS } from '../../../kit/inner-home.ts';

const MAPPING = JSON.stringify({
  points: [
    { nodeId: 'i=1', thing: 'heating', kind: 'power.active', factor: 1000 },
    { nodeId: 'i=3', thing: 'door', kind: 'contact.state', words: { true: 1, false: 0 } },
  ],
});
const mapping = arrival({
  topic: MAPPING_TOPIC,
  payload: Buffer.from(MAPPING),
  retained: true,
  receivedAtMs: NOON_MS,
});
const value = (topic: string, said: unknown, more: Partial<Arrived> = {}): Arrived => ({
  ...arrival({ topic, payload: valuePayload(0, said), retained: false, receivedAtMs: NOON_MS }),
  ...more,
});

let home: InnerHome;
beforeEach(async () => {
  home = await InnerHome.open();
});
afterEach(() => home.remove());

function look(arrived: Arrived, nowMs = NOON_MS, estimated = false) {
  const { devices, lastValues } = home.core.state;
  const known = { devices, lastValues, dialectOf: home.core.devices.dialectOf };
  const { seen } = interpret(arrived, known, { ms: nowMs, estimated });
  return seen.map(({ observation: { property, value, origin, atMs } }) => [property, value, origin, atMs - nowMs]);
}

describe('an OPC UA server in the walk', () => {
  test('is in quarantine as the mapping describes it, and seen once it is approved; the same mapping again changes nothing', async () => {
    const { pipeline, state, devices } = home.core;
    expect(await pipeline.take(mapping)).toBe('committed');
    expect(state.devices.all()).toMatchObject([
      { source: 'opcua:server', thing: 'heating', claim: { kinds: ['power.active'] }, approvedAtMs: undefined },
      { source: 'opcua:server', thing: 'door', claim: { kinds: ['contact.state'] }, approvedAtMs: undefined },
    ]);
    await pipeline.take(value('i=3', true));
    expect(state.lastValues.ofDevice(2)).toEqual([]);
    await devices.approve('all', {});
    const before = state.devices.all();
    await pipeline.take(mapping);
    expect(state.devices.all()).toEqual(before);
    await pipeline.take(value('i=3', true, { retained: true }));
    expect(look(value('i=3', true))).toEqual([['contact.state', 1, 'repeat', 0]]);
    expect(look(value('i=3', false))).toEqual([['contact.state', 0, 'change', 0]]);
    expect(look(value('i=1', 2))).toEqual([['power.active', 2000, 'sample', 0]]);
  });

  test('dates what happens, never before what the device said last, and only by a trusted clock', async () => {
    await home.core.pipeline.take(mapping);
    await home.core.devices.approve('all', {});
    await home.core.pipeline.take(value('i=1', 1));
    const nowMs = NOON_MS + 30_000;
    const at = (sourceMs: number, estimated?: boolean) => look(value('i=1', 2, { sourceMs }), nowMs, estimated)[0]?.[3];
    expect(at(nowMs - 400)).toBe(-400);
    expect(at(nowMs - 400, true)).toBe(0);
    expect(at(NOON_MS - 5_000)).toBe(-30_000);
  });

  test.each<[string, number, number]>([
    ['a moment ago', 20_000 - 300, 20_000 - 300],
    ['in the minute before: windows of it may be told', -100, 0],
    ['two minutes ago at most', 20_000 - 120_000, 0],
    ['longer ago: that clock is wrong', 20_000 - 120_001, 20_000],
    ['ahead of us', 20_001, 20_000],
  ])('a source time: %s', (_, saidMs, countsMs) => {
    const now = { ms: NOON_MS + 20_000, estimated: false };
    expect(happenedAtMs(NOON_MS + saidMs, now) - NOON_MS).toBe(countsMs);
  });
});
