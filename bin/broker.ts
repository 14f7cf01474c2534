import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { command } from '../broker/command/command-client.ts';
import { COMMANDS, type Command, UnreadableDocument } from '../broker/command/commands.ts';
import type { BrokerSettings } from '../broker/main.ts';
import { StartError } from '../broker/refusal.ts';
import { readSettings, type Settings } from './settings.ts';

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  demo: { type: 'boolean' },
  renew: { type: 'boolean' },
  data: { type: 'string' },
} as const;

type Environment = NodeJS.ProcessEnv;
interface Values {
  readonly help?: boolean;
  readonly json?: boolean;
  readonly demo?: boolean;
  readonly renew?: boolean;
  readonly data?: string;
}

const usage = ({ words, argument, renew }: Command): string =>
  ['engawa broker', ...words, ...(argument ? [argument] : []), ...(renew ? ['[--renew]'] : [])].join(' ');

const HELP = [
  'engawa broker            run the data broker',
  '',
  ...COMMANDS.map((known) => `${usage(known).padEnd(45)}  ${known.help}`),
  '',
  'Options of every command:',
  "  --data DIR   the broker's folder (default $ENGAWA_DATA/home/broker)",
  "  --demo       the demonstration's broker ($ENGAWA_DATA/demo/broker)",
  '  --json       answer as JSON',
  '  --help       this, or the help of one command',
  '',
  'Settings: ENGAWA_DATA, ENGAWA_BIND, ENGAWA_BROKER_PORT (8490), ENGAWA_INGRESS_PORT (1884), ENGAWA_INGRESS_URL, ENGAWA_LOG_LEVEL',
].join('\n');

/** The settings, or a StartError that names everything wrong with them. */
function settingsIn(env: Environment): Settings {
  const read = readSettings(env);
  if (read.ok) return read.settings;
  throw new StartError(['The settings cannot be used:', ...read.problems].join('\n'));
}

/** The broker's folder: as asked, or the real home's or the demonstration's. */
function folderOf(values: Values, env: Environment): string {
  if (values.data !== undefined) return resolve(values.data);
  return join(settingsIn(env).dataFolder, values.demo ? 'demo' : 'home', 'broker');
}

function settingsOf(values: Values, env: Environment): BrokerSettings {
  const settings = settingsIn(env);
  const host = settings.ENGAWA_BIND;
  const ingressUrl = settings.ENGAWA_INGRESS_URL;
  return {
    dataFolder: folderOf(values, env),
    httpHost: host,
    httpPort: settings.ENGAWA_BROKER_PORT,
    ingressHost: host,
    ingressPort: settings.ENGAWA_INGRESS_PORT,
    ...(ingressUrl !== undefined && { ingressUrl }),
    logLevel: settings.ENGAWA_LOG_LEVEL,
  };
}

async function runBroker(settings: BrokerSettings): Promise<void> {
  // Loaded only here: a command needs none of it and should answer at once.
  const { startBroker } = await import('../broker/main.ts');
  const broker = await startBroker(settings);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void broker.close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Started by another program of Engawa: it ends with that one, however that one ended.
  if (process.connected) process.once('disconnect', stop);
}

function fail(message: string, json: boolean): number {
  if (json) console.log(JSON.stringify({ error: message }));
  else console.error(message);
  return 1;
}

async function runCommand(known: Command, argument: string, values: Values, env: Environment): Promise<number> {
  const json = values.json ?? false;
  const given = { argument, renew: values.renew ?? false, read: () => readFileSync(argument, 'utf8') };
  let body: unknown;
  try {
    body = known.body?.(given);
  } catch (fault) {
    const why = fault instanceof UnreadableDocument ? 'it is not JSON' : 'it cannot be opened';
    return fail(`The file ${argument} cannot be read: ${why}. Check its path and contents.`, json);
  }
  const reply = await command(folderOf(values, env), known.method, known.path, body);
  if (!reply.ok) return fail(`${reply.error} ${reply.remedy}`, json);
  console.log(json ? JSON.stringify(reply.value) : known.text(reply.value as never).join('\n'));
  return 0;
}

function find(words: readonly string[]): { known: Command; rest: readonly string[] } | undefined {
  const known = COMMANDS.find((one) => one.words.every((word, at) => words[at] === word));
  return known && { known, rest: words.slice(known.words.length) };
}

function parsed(args: readonly string[]): { values: Values; positionals: string[] } | string {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (fault) {
    return fault instanceof Error ? fault.message : 'The options cannot be read.';
  }
}

/** `engawa broker …`: resolves with the exit code; without a command it runs the broker and resolves with undefined. */
export async function broker(args: readonly string[], env: Environment): Promise<number | undefined> {
  const read = parsed(args);
  if (typeof read === 'string') return fail(`${read} See: engawa broker --help`, args.includes('--json'));
  const { values, positionals } = read;
  const found = find(positionals);
  if (values.help) {
    console.log(found ? `${usage(found.known)}\n\n${found.known.help}` : HELP);
    return 0;
  }
  if (positionals.length === 0) {
    await runBroker(settingsOf(values, env));
    return undefined;
  }
  const wanted = found?.known.argument === undefined ? 0 : 1;
  if (!found || found.rest.length !== wanted) {
    const expected = found ? `Write: ${usage(found.known)}` : `There is no such command. See: engawa broker --help`;
    return fail(expected, values.json ?? false);
  }
  return runCommand(found.known, found.rest[0] ?? '', values, env);
}

// As a program, whether Node was started on this file or `engawa broker` took it in.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const code = await broker(process.argv.slice(2), process.env);
    if (code !== undefined) process.exitCode = code;
  } catch (fault) {
    if (!(fault instanceof StartError)) throw fault;
    process.exit(fail(fault.message, process.argv.includes('--json')));
  }
}
