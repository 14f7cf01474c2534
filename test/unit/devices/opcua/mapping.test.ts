import { describe, expect, test } from 'vitest';
import { isEndpoint, MAPPING_LIMITS, readMapping } from '../../../../devices/opcua/mapping.ts';

const point = { nodeId: 'ns=2;s=Power', thing: 'heating', kind: 'power.active', factor: 1000 };
const file = { points: [point] };

describe('the OPC UA mapping file', () => {
  test('asks for encryption where it says nothing', () => {
    expect(readMapping(JSON.stringify(file))).toEqual({
      ok: true,
      mapping: {
        ...file,
        securityMode: 'SignAndEncrypt',
        securityPolicy: 'Basic256Sha256',
        points: [{ ...point, samplingMs: 1_000 }],
      },
    });
  });

  const withPoint = (more: object) => ({ ...file, points: [{ ...point, ...more }] });
  const many = Array.from({ length: MAPPING_LIMITS.points + 1 }, (_, i) => ({
    ...point,
    nodeId: `i=${i}`,
    thing: `${i}`,
  }));
  test.each<[string, unknown, RegExp]>([
    ['no object', [], /^The file must be/],
    ['an unknown field', { ...file, polices: 1 }, /unknown field polices/],
    ['an endpoint, which is a setting', { ...file, endpoint: 'opc.tcp://a:secret@plc' }, /unknown field endpoint/],
    ['no security', { ...file, securityMode: 'None' }, /^securityMode must be one of/],
    ['an old policy', { ...file, securityPolicy: 'Basic256' }, /^securityPolicy must be one of/],
    ['a user without password', { ...file, user: 'a' }, /^user and passwordFile/],
    ['no points', { ...file, points: [] }, /^points must be a list/],
    ['too many points', { ...file, points: many }, /^points must be a list/],
    ['a bad node', withPoint({ nodeId: 'Power' }), /^points\[0\]\.nodeId/],
    ['an unknown kind', withPoint({ kind: 'temperature' }), /^points\[0\]\.kind/],
    ['factor 0', withPoint({ factor: 0 }), /^points\[0\]\.factor/],
    ['too fast sampling', withPoint({ samplingMs: 1 }), /^points\[0\]\.samplingMs/],
    ['a code without words', withPoint({ kind: 'contact.state', factor: undefined }), /^points\[0\]\.words is missing/],
    [
      'a code outside its kind',
      withPoint({ kind: 'contact.state', factor: undefined, words: { true: 9 } }),
      /^points\[0\]\.words\.true/,
    ],
    [
      'a node twice',
      { ...file, points: [point, { ...point, thing: 'other' }] },
      /^points\[1\]\.nodeId is mapped twice/,
    ],
    ['a meaning twice', { ...file, points: [point, { ...point, nodeId: 'i=1' }] }, /^points\[1\]: its thing/],
  ])('names the field: %s', (_, said, problem) => {
    const read = readMapping(JSON.stringify(said));
    expect(read).toEqual({ ok: false, problem: expect.stringMatching(problem) });
    expect(JSON.stringify(read)).not.toContain('secret');
  });

  test('is no JSON', () => {
    expect(readMapping('{')).toEqual({ ok: false, problem: expect.stringMatching(/no JSON/) });
  });
});

test.each([
  ['opc.tcp://plc.local:4840', true],
  ['opc.tcp://192.168.1.9:4840/UA/Server', true],
  ['http://plc.local:4840', false],
  ['opc.tcp://', false],
  ['opc.tcp://user:secret@plc.local', false],
  ['plc.local', false],
])('%s is an address of a server: %s', (text, is) => {
  expect(isEndpoint(text)).toBe(is);
});
