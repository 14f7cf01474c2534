import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Command } from './hub-command.ts';
import { settingsOrExit } from './settings.ts';

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  demo: { type: 'boolean' },
  all: { type: 'boolean' },
  rehearse: { type: 'boolean' },
  minor: { type: 'boolean' },
  guest: { type: 'boolean' },
  later: { type: 'boolean' },
  inverted: { type: 'boolean' },
  qr: { type: 'boolean' },
  tls: { type: 'boolean' },
  dialect: { type: 'string' },
  base: { type: 'string' },
  room: { type: 'string' },
  is: { type: 'string' },
  category: { type: 'string' },
  level: { type: 'string' },
  limit: { type: 'string' },
  person: { type: 'string' },
  guardian: { type: 'string' },
  for: { type: 'string' },
  to: { type: 'string' },
  device: { type: 'string' },
  hours: { type: 'string' },
} as const;

const help = (commands: readonly Command[]): string =>
  [
    'engawa hub                run the hub of a real home',
    '',
    ...commands.map((one) => `engawa hub ${one.usage}\n    ${one.help}`),
    '',
    'Options of every command:',
    "  --demo   speak to the demonstration's hub instead of the real home's",
    '  --json   answer as JSON',
    '  --help   this, or the help of one command',
    '',
    'Settings come from the environment: see .env.example.',
  ].join('\n');

/** `engawa hub …`: 0 when it did what was asked, 1 when it could not, 2 when the words are wrong. */
async function main(args: readonly string[]): Promise<number | undefined> {
  const json = args.includes('--json');
  const parsed = parse(args);
  if (typeof parsed === 'string') return fail(parsed, 'See: engawa hub --help', json, 2);
  const { values, positionals } = parsed;
  if (positionals.length === 0 && !values.help) {
    const { runHub } = await import('./run-hub.ts');
    await runHub(settingsOrExit(process.env));
    return undefined;
  }
  // Loaded only here: a hub that runs needs no commands.
  const { COMMANDS } = await import('./hub-commands.ts');
  const command = COMMANDS.find((one) => one.words.every((word, at) => positionals[at] === word));
  if (values.help) {
    console.log(command ? `engawa hub ${command.usage}\n    ${command.help}` : help(COMMANDS));
    return 0;
  }
  if (!command) return fail(`There is no command "${positionals.join(' ')}".`, 'See: engawa hub --help', json, 2);
  return await run(command, positionals.slice(command.words.length), values, json);
}

async function run(
  command: Command,
  words: readonly string[],
  values: Record<string, string | boolean | undefined>,
  json: boolean,
): Promise<number> {
  const [least, most] = command.arguments;
  const enough = words.length >= least && words.length <= most;
  if (!enough || (command.words[1] === 'approve' && words.length === 0 && !values.all))
    return fail('That is not how this command is written.', `Write: engawa hub ${command.usage}`, json, 2);
  const folder = join(settingsOrExit(process.env).dataFolder, values.demo ? 'demo' : 'home');
  const { askHub, preferredLanguage } = await import('./hub-client.ts');
  const given = { words, options: values, language: preferredLanguage(process.env) };
  const reply = await command.run(given, (method, path, body) => askHub(folder, method, path, body));
  if (!reply.ok) return fail(reply.error, reply.remedy, json, 1);
  console.log(json ? JSON.stringify(reply.value) : command.text(reply.value as never, given).join('\n'));
  return 0;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (fault) {
    return fault instanceof Error ? fault.message : 'The options cannot be read.';
  }
}

function fail(error: string, remedy: string, json: boolean, code: number): number {
  if (json) console.log(JSON.stringify({ error, remedy }));
  else console.error(`${error}\n${remedy}`);
  return code;
}

const code = await main(process.argv.slice(2));
if (code !== undefined) process.exitCode = code;
