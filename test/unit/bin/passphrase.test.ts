import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { passphraseFor, type Terminal } from '../../../bin/passphrase.ts';

const LONG = 'seven rivers under one roof';
const NONE = { ENGAWA_PASSPHRASE: undefined };

/** A terminal at which these keys are typed, one after each question; what it shows is collected. */
function terminal(...typed: readonly string[]): Terminal & { shown: string; raw: boolean[] } {
  const input = new PassThrough();
  const state = { shown: '', raw: [] as boolean[] };
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      state.shown += chunk.toString();
      if (chunk.toString().includes(': ')) input.write(typed[state.raw.filter((raw) => !raw).length] ?? '\u0003');
      done();
    },
  });
  const setRawMode = (raw: boolean) => state.raw.push(raw);
  return Object.assign(state, { input: Object.assign(input, { isTTY: true, setRawMode }), output });
}

async function refusal(reading: ReturnType<typeof passphraseFor>): Promise<string> {
  const read = await reading;
  return read.ok ? 'taken' : read.error;
}

describe('a passphrase', () => {
  test('is asked for twice, and never shown', async () => {
    const at = terminal(`${LONG}\r`, `${LONG}\r`);
    expect(await passphraseFor('new', NONE, 'en', at)).toEqual({ ok: true, passphrase: LONG });
    expect(at.shown).not.toContain('rivers');
    expect(at.raw).toEqual([true, false, true, false]);
  });

  test('can be corrected while it is typed', async () => {
    expect(await passphraseFor('known', NONE, 'en', terminal('abx\u007fc\n'))).toEqual({ ok: true, passphrase: 'abc' });
  });

  test.each<[string, string[], RegExp]>([
    ['empty', ['\r'], /at least 12/],
    ['short', ['eleven char\r'], /at least 12/],
    ['not repeated', [`${LONG}\r`, `${LONG}x\r`], /not the same/],
    ['broken off', ['abc\u0003'], /No passphrase/],
  ])('that is %s is refused', async (_, typed, words) => {
    const at = terminal(...typed);
    expect(await refusal(passphraseFor('new', NONE, 'en', at))).toMatch(words);
    expect(at.raw.at(-1)).toBe(false);
  });

  test('comes from the settings where there is one, and is judged the same', async () => {
    const nobody: Terminal = { input: new PassThrough(), output: new PassThrough() };
    expect(await passphraseFor('new', { ENGAWA_PASSPHRASE: LONG }, 'en', nobody)).toEqual({
      ok: true,
      passphrase: LONG,
    });
    expect(await refusal(passphraseFor('new', { ENGAWA_PASSPHRASE: 'abc' }, 'en', nobody))).toMatch(/at least 12/);
    expect(await refusal(passphraseFor('new', NONE, 'ja', nobody))).toMatch(/端末がありません/);
  });
});
