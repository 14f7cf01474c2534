import { describe, expect, test } from 'vitest';
import { hints, type Look, waitForDevice } from '../../../bin/device-wait.ts';
import type { Reply } from '../../../bin/hub-client.ts';

const account = { name: 'plug', dialect: 'tasmota', base: 'tasmota' };
const thing = { id: 1, name: 'kettle', source: 'plug', kinds: ['power.active'], vendor: null, model: null };
const look = (counts: Record<string, number>): Look => ({
  things: [],
  account,
  counts,
  listener: 'mqtt://192.168.1.2:1883',
});

/** A hub that shows one look after the other, the last for ever. */
function hub(
  ...looks: { things?: readonly object[]; counts?: Record<string, number>; account?: boolean; listener?: string }[]
) {
  let at = -1;
  return async (_method: string, path: string): Promise<Reply> => {
    if (path === '/api/devices') at = Math.min(at + 1, looks.length - 1);
    const { things = [], counts = {}, account: has = true, listener = 'mqtt://192.168.1.2:1883' } = looks[at] ?? {};
    if (path === '/api/status') return { ok: true, value: { intake: { counts, listener } } };
    return { ok: true, value: { devices: things, credentials: has ? [account] : [] } };
  };
}
const wait = (ask: ReturnType<typeof hub>, said: string[] = [], language: 'ja' | 'en' = 'en') =>
  waitForDevice({ words: ['plug'], options: {}, language }, ask, (sentence) => void said.push(sentence), {
    looks: 5,
    lookMs: 0,
  });

describe('waiting for a program’s first message', () => {
  test('ends with what was seen of that program, and of no other', async () => {
    const other = { ...thing, source: 'other' };
    expect(await wait(hub({ things: [other] }, { things: [other, thing] }))).toEqual({
      ok: true,
      value: { devices: [thing] },
    });
  });

  test('tells once what goes wrong at the door meanwhile, in the language of the terminal', async () => {
    const looks = [
      { counts: { wrongCredential: 3 } },
      { counts: { wrongCredential: 4 } },
      { counts: { wrongCredential: 9 } },
    ];
    const said: string[] = [];
    expect(await wait(hub(...looks), said)).toMatchObject({ ok: false, error: 'Nothing came from "plug".' });
    expect(said).toEqual([
      'Waiting for the first message of "plug" …',
      'Something tried a wrong user name or password. Paste the printed lines again; if they are lost, "device remove NAME" and "device add NAME" make new ones.',
    ]);
    const japanese: string[] = [];
    await wait(hub(...looks), japanese, 'ja');
    expect(japanese.join('')).toContain('パスワードが違う');
  });

  test('says at once when no device of the home can reach this hub', async () => {
    const said: string[] = [];
    await wait(hub({ listener: 'mqtt://127.0.0.1:1883' }), said);
    expect(said[1]).toContain('no address in the home network');
  });

  test('says so when there is no such account, and when the hub does not answer', async () => {
    expect(await wait(hub({ account: false }))).toMatchObject({ ok: false, error: 'There is no account "plug".' });
    const gone: Reply = { ok: false, error: 'No hub', remedy: 'Start it' };
    expect(await wait(async () => gone)).toBe(gone);
  });

  test.each([
    ['anonymous', 'nobody gets in anonymously'],
    ['foreignTopic', 'must be that of its account: "tasmota"'],
    ['protocolVersion', 'MQTT 3.1.1'],
    ['protocolError', 'TLS'],
  ])('%s is explained', (reason, words) => {
    expect(
      hints(look({}), look({ [reason]: 1 }))
        .map(({ step }) => step.en)
        .join(),
    ).toContain(words);
    expect(hints(look({ [reason]: 1 }), look({ [reason]: 1 }))).toEqual([]);
  });
});
