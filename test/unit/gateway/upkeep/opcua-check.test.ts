import { expect, test } from 'vitest';
import type { OpcuaState } from '../../../../devices/opcua/opcua-intake.ts';
import type { Condition } from '../../../../gateway/upkeep/condition.ts';
import { opcuaChecks } from '../../../../gateway/upkeep/opcua-check.ts';

const checks = (opcua: OpcuaState | undefined) => opcuaChecks({ opcua } as Condition);

test('a home without an OPC UA server has no such check', () => {
  expect(checks(undefined)).toEqual([]);
});

test('what is read in full is well; nodes that are not shown are named', () => {
  expect(checks({ connected: true, refusedNodes: [] })).toMatchObject([{ name: 'opcua', state: 'ok', step: null }]);
  const refusedNodes = Array.from({ length: 9 }, (_, i) => `i=${i}`);
  const [check] = checks({ connected: true, refusedNodes });
  expect(check).toMatchObject({ state: 'look', figures: { refusedNodes: 9 } });
  expect(check?.sentence.en).toContain('9 nodes it does not show: i=0, i=1, i=2, i=3, i=4 ….');
});

const TROUBLES: readonly OpcuaState[] = [
  { connected: false, trouble: 'unreachable' },
  { connected: false, trouble: 'refused' },
  { connected: false, trouble: 'noSecurity' },
  { connected: false, trouble: 'wrongAccount' },
  { connected: false, trouble: 'tooManySessions' },
  { connected: false, trouble: 'password' },
  { connected: false, trouble: 'ended' },
  { connected: false, trouble: 'noPackage' },
  { connected: false, trouble: 'pki' },
  { connected: false, trouble: 'processEnded' },
  { connected: false, trouble: 'mapping', problem: '/data/home/opcua.json: points must be a list.' },
  { connected: false, trouble: 'untrusted', thumbprint: 'ab', file: '/a', moveTo: '/b' },
];

test.each(TROUBLES)('what is wrong is said in both languages, with what helps: %j', (state) => {
  const [check] = checks(state);
  expect(check?.state).toBe('act');
  for (const text of [check?.sentence, check?.step]) {
    expect(text?.ja).toMatch(/\p{Script=Hiragana}/u);
    expect(text?.en).toMatch(/^[^\p{Script=Hiragana}]+$/u);
  }
  if (!state.connected && state.trouble === 'mapping') expect(check?.sentence.en).toContain(state.problem);
  if (!state.connected && state.trouble === 'untrusted') expect(check?.step?.en).toContain('mv /a /b');
});
