import { expect, test } from 'vitest';
import { MAPPING_LIMITS, readMapping } from '../../../../devices/opcua/mapping.ts';
import { KINDS, vocabularyOf } from '../../../../devices/vocabulary.ts';
import { PAGE, PAGE_MAPPING } from '../../../kit/opcua-page.ts';

const namesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
const rows = PAGE.split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [, first = '', second = ''] = line.split('|').map((cell) => cell.trim());
    return { names: namesIn(first), second };
  });
const kindRows = rows.filter(({ names }) => names.some((name) => KINDS.some((kind) => kind === name)));

test('the mapping of docs/connect/opc-ua.md can be used as it stands', () => {
  expect(readMapping(JSON.stringify(PAGE_MAPPING))).toMatchObject({ ok: true });
});

test('its table of kinds says units and codes as the vocabulary has them', () => {
  expect(kindRows.length).toBeGreaterThan(5);
  for (const { names, second } of kindRows)
    for (const name of names) {
      const kind = KINDS.find((one) => one === name);
      if (kind === undefined) throw new Error(`${name} is no kind`);
      const { unit, codes } = vocabularyOf(kind);
      if (unit !== '') expect(second.split(', ')).toContain(unit);
      const said = second.split(', ').flatMap((one) => [...one.matchAll(/^(\d) (.+)$/g)]);
      expect(said.length > 0).toBe(codes !== undefined);
      for (const [, code, word = ''] of said) {
        const name = word.replaceAll(' ', '_');
        expect([name, codes?.[name]]).toEqual([name, Number(code)]);
      }
    }
});

test('it names every field there is, and the limits as they are', () => {
  const fields = ['user', 'passwordFile', 'securityMode', 'securityPolicy', 'nodeId', 'thing', 'factor', 'words'];
  const named = [...PAGE.matchAll(/^\| (`[^|]+)/gm)].flatMap(([, cell = '']) => cell.match(/\w+/g) ?? []);
  for (const field of [...fields, 'points', 'kind', 'samplingMs']) expect(named).toContain(field);
  expect(PAGE).toContain(`up to ${MAPPING_LIMITS.points} nodes`);
  expect(PAGE).toContain(MAPPING_LIMITS.samplingMs.join(' to '));
});
