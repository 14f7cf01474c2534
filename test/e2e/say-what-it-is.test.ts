import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.ts';
import { type Home, makeHome } from '../kit/home.ts';
import { type Account, publish } from '../kit/mosquitto-clients.ts';
import { mindPrograms, type Program, runProgram } from '../kit/programs.ts';

mindPrograms();

let home: Home;
let program: Program;
beforeAll(async () => {
  home = await makeHome();
  program = await home.start('hub');
});
afterAll(async () => {
  await program?.stop();
  home?.remove();
});

interface Listed {
  readonly id: number;
  readonly name: string;
  readonly approved: boolean;
  readonly kinds: readonly string[];
  readonly needsMeaning: boolean;
  readonly meaning: { readonly is: string; readonly inverted: boolean } | null;
  readonly last: readonly { readonly kind: string; readonly value: number }[];
}
const list = async () => ((await home.hub('device', 'list')) as { devices: Listed[] }).devices;
const named = async (name: string) => (await list()).find((device) => device.name === name);
const say = async (account: Account, topic: string, payload: string): Promise<void> => {
  expect(await publish(account, { topic, payload })).toEqual({ code: 0, said: '' });
};

/** The lines a command prints for a person. */
async function printed(...words: readonly string[]): Promise<string[]> {
  const { code, out, err } = await runProgram('hub', words, home.settings);
  if (code !== 0) throw new Error(`engawa hub ${words.join(' ')}: ${err}`);
  return out.split('\n');
}

test('from nothing to the first approved event in three actions, with nothing but what was printed', async () => {
  const actions: string[] = [];
  const act = (what: string) => void actions.push(what);

  act('device add');
  const lines = await printed('device', 'add', 'sketch', '--dialect', 'plain');
  const field = (name: string) =>
    lines
      .find((line) => line.trim().startsWith(`${name}:`))
      ?.trim()
      .split(/\s+/)[1] ?? '';
  const example = lines.map((line) => /^\s*publish:?\s+(\S+)\s+(\S+)/.exec(line)).find((found) => found !== null);
  const [topic, word] = [example?.[1] ?? '', example?.[2] ?? ''];
  const port = Number(new URL(field('server')).port);

  act('paste');
  const account = { port, user: field('user'), password: field('password') };
  await say(account, topic, word);

  act('device approve');
  await printed('device', 'approve', '--all', '--room', 'hall');
  // Its first word is where it stands; the other one is an event.
  await say(account, topic, word);
  await say(
    account,
    topic,
    lines.map((line) => line.trim().split(/\s+/)).find(([first]) => first === topic)?.[1] ?? '',
  );
  const heard = await eventually(list, (all) => all.some(({ last }) => last[0]?.value === 0));
  expect(heard).toMatchObject([{ approved: true, room: 'hall', kinds: ['contact.state'] }]);
  expect(actions).toHaveLength(3);
});

test('a wired input waits until a resident says what hangs on it, and means that across a restart', async () => {
  const added = (await home.hub('device', 'add', 'garage', '--dialect', 'shelly')) as { password: string };
  const account: Account = { port: home.ports.mqtt, user: 'garage', password: added.password };
  const input = (at: number, state: boolean) =>
    say(account, `shelly/garage/status/input:${at}`, JSON.stringify({ id: at, state }));
  await say(account, 'shelly/garage/status/switch:0', '{"id":0,"output":true}');
  await input(0, false);
  await input(1, false);

  const answer = (await home.hub('device', 'approve', '--all')) as { approved: Listed[]; waiting: Listed[] };
  expect(answer.approved.map(({ name }) => name)).toEqual(['garage/switch:0']);
  expect(answer.waiting.map(({ name }) => name)).toEqual(['garage/input:0', 'garage/input:1']);
  const [door = { id: 0 }, bolt = { id: 0 }] = answer.waiting;
  expect((await printed('device', 'approve', '--all')).join('\n')).toContain(
    `still waiting: ${door.id} garage/input:0: say what hangs on it: engawa hub device approve ${door.id} --is door`,
  );
  const refused = await runProgram('hub', ['device', 'approve', String(door.id)], home.settings);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('door, window, motion, animal, lock, switch');

  await home.hub('device', 'approve', String(door.id), '--room', 'garage', '--is', 'door');
  await home.hub('device', 'approve', String(bolt.id), '--is', 'lock', '--inverted');
  expect(await named('garage/input:0')).toMatchObject({
    kinds: ['contact.state', 'device.online'],
    needsMeaning: false,
  });
  await program.stop();
  program = await home.start('hub');
  expect(await named('garage/input:1')).toMatchObject({
    approved: true,
    meaning: { is: 'lock', inverted: true },
    kinds: ['lock.state', 'device.online'],
  });
  await input(0, true);
  await input(1, true);
  const shown = await printed('device', 'list');
  expect(shown.filter((line) => line.length > 100)).toEqual([]);
  expect(shown.find((line) => line.includes('garage/input:0'))).toMatch(/garage\/input:0 \(garage\) +heard 0 min ago/);
});

test('what goes wrong at the door is told apart: nobody, a wrong password, a wrong topic', async () => {
  const account: Account = { port: home.ports.mqtt };
  const wrong = async (as: Account) => (await publish(as, { topic: 'home/a/contact', payload: 'open' })).code;
  expect(await wrong(account)).not.toBe(0);
  expect(await wrong({ ...account, user: 'sketch', password: 'wrong' })).not.toBe(0);
  const { intake } = await home.hubStatus();
  expect(intake.counts).toMatchObject({ anonymous: 1, wrongCredential: 1 });
  await home.hub('device', 'add', 'unused', '--dialect', 'homie');
  const doctor = (await printed('doctor')).find((line) => line.includes('intake'));
  expect(doctor).toContain('without a user name');
  expect(doctor).toContain('wrong user name or password');
  expect(doctor).toContain('Nothing came from unused yet.');
});

test('a QR code is printed only when it is asked for', async () => {
  expect((await printed('device', 'add', 'one', '--dialect', 'plain')).join('')).not.toContain('█');
  expect((await printed('device', 'add', 'two', '--dialect', 'plain', '--qr')).join('')).toContain('█');
  const { uri } = (await home.hub('device', 'add', 'three', '--dialect', 'plain', '--qr')) as { uri: string };
  expect(uri).toMatch(new RegExp(`^mqtt://three:[A-Za-z0-9_-]{24}@[^/]+:${home.ports.mqtt}/home$`));
});
