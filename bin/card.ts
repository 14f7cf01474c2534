import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { text as allOf } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { writeSecret } from '../gateway/backup/backup-file.ts';
import type { Answer } from '../gateway/household/answer.ts';
import {
  highestOrdinal,
  type KnownBroker,
  meet,
  type Reaching,
  termsOfOffers,
} from '../gateway/recovery/broker-of-card.ts';
import { readCard } from '../gateway/recovery/card-text.ts';
import { eraseAll } from '../gateway/recovery/erase.ts';
import { type Counting, countOf, epochsOf, everyName, LEFT } from '../gateway/recovery/every-name.ts';
import { Progress } from '../gateway/recovery/progress.ts';
import { unusableFile } from '../gateway/recovery/refusals.ts';
import { readWithdrawals, writeWithdrawals } from '../gateway/recovery/withdrawal-file.ts';
import { operatorIdOf, operatorOf, type Range, rangeOf } from './card-range.ts';
import { CARD_TEXTS } from './card-texts.ts';
import { preferredLanguage } from './hub-client.ts';
import { settingsOrExit } from './settings.ts';

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  demo: { type: 'boolean' },
  broker: { type: 'string' },
  operator: { type: 'string' },
  card: { type: 'string' },
  receipts: { type: 'string', default: 'engawa-receipts.jsonl' },
  ordinals: { type: 'string' },
  devices: { type: 'string', default: '64' },
  'epoch-days': { type: 'string', default: '28' },
  since: { type: 'string' },
} as const;

const USUAL_ORDINALS = 64;
const BATCH_NAMES = 500;

type Values = ReturnType<typeof parse>['values'];
/** What the program says: lines for people and a value for `--json`, or why not. */
type Said =
  | { readonly ok: true; readonly value: object; readonly lines: readonly string[] }
  | { readonly ok: false; readonly error: string; readonly remedy: string; readonly code: number };

const language = preferredLanguage(process.env);
const TEXTS = CARD_TEXTS[language];

const parse = (args: readonly string[]) => parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
const no = ([error, remedy]: readonly string[], code = 1): Said => ({
  ok: false,
  error: error ?? '',
  remedy: remedy ?? '',
  code,
});
const refusal = (answer: Extract<Answer<unknown>, { ok: false }>): Said =>
  no([answer.problem.error[language], answer.problem.remedy[language]]);
/** Progress goes to where questions go, so that what is answered stays clean. */
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** The card's secret, from a file, a pipe or the terminal. */
async function secretOf(values: Values): Promise<Answer<Buffer>> {
  if (values.card !== undefined) {
    try {
      return readCard(readFileSync(values.card, 'utf8'));
    } catch {
      return unusableFile(values.card);
    }
  }
  if (!process.stdin.isTTY) return readCard(await allOf(process.stdin));
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const typed = await terminal.question(TEXTS.ask);
  terminal.close();
  return readCard(typed);
}

const reachingOf = (url: string): Reaching => ({ url, fetch, wait: (ms) => wait(ms) });

async function check(values: Values): Promise<Said> {
  const read = await secretOf(values);
  return read.ok ? { ok: true, value: { good: true }, lines: [TEXTS.good] } : refusal(read);
}

/** How far to count: what the broker and the operator's offers say, and what was asked for besides. */
async function countingWith(
  reaching: Reaching,
  broker: KnownBroker,
  secret: Buffer,
  range: Range,
): Promise<Answer<Counting>> {
  const highest = await highestOrdinal(reaching, broker, secret, Date.now());
  if (!highest.ok) return highest;
  const terms = await termsOfOffers(reaching, broker);
  return {
    ok: true,
    value: {
      secret,
      operator: broker.operator,
      highestOrdinal: Math.max(highest.value, range.ordinals ?? 0),
      epochDays: [...new Set([...terms.epochDays, ...range.epochDays])],
      sinceMs: range.sinceMs,
      untilMs: Date.now(),
      highestDevice: terms.hasDevices ? range.devices : 0,
    },
  };
}

async function erase(values: Values): Promise<Said> {
  const range = rangeOf(values);
  if (!range) return no(TEXTS.number, 2);
  const named = values.operator === undefined ? undefined : operatorOf(values.operator);
  if (values.operator !== undefined && !named) return no(TEXTS.operator, 2);
  const read = await secretOf(values);
  if (!read.ok) return refusal(read);
  const reaching = reachingOf(values.broker ?? '');
  const met = await meet(reaching, named);
  if (!met.ok) return refusal(met);
  if (!met.value.isPinned) tell(TEXTS.unpinned(met.value.operator.toString('hex')));
  const counting = await countingWith(reaching, met.value, read.value, range);
  if (!counting.ok) return refusal(counting);
  const { operator, highestOrdinal: highest, highestDevice } = counting.value;
  tell(TEXTS.counting(countOf(counting.value)));
  const work = ['card', operator.toString('hex'), highest, highestDevice, ...epochsOf(counting.value)];
  const batches = everyName(counting.value, BATCH_NAMES);
  return await post({ reaching, broker: met.value, categories: LEFT }, values, work, batches);
}

async function post(
  posting: Pick<Parameters<typeof eraseAll>[0], 'reaching' | 'broker' | 'categories'>,
  values: Values,
  work: readonly (string | number)[],
  batches: Parameters<typeof eraseAll>[1],
): Promise<Said> {
  const file = resolve(values.receipts);
  const progress = Progress.open(file, work);
  if (!progress) return no(TEXTS.receipts(file));
  const onBatch = (names: number): void => tell(TEXTS.progress(names));
  const erased = await eraseAll({ ...posting, progress, onBatch }, batches);
  if (!erased.ok) return refusal(erased);
  const { value } = erased;
  return {
    ok: true,
    value: { ...value, receipts: file },
    lines: [value.erased > 0 ? TEXTS.done(value.erased, file) : TEXTS.nothing],
  };
}

async function write(values: Values, file: string): Promise<Said> {
  const range = rangeOf(values);
  if (!range) return no(TEXTS.number, 2);
  // Without network the whole of it is needed: names are made from it.
  const operator = operatorIdOf(values.operator ?? '');
  if (!operator) return no(TEXTS.operator, 2);
  const read = await secretOf(values);
  if (!read.ok) return refusal(read);
  const { devices: highestDevice, epochDays, sinceMs } = range;
  const highest = range.ordinals ?? USUAL_ORDINALS;
  const counting = { secret: read.value, operator, highestOrdinal: highest, epochDays, sinceMs, highestDevice };
  const names = countOf({ ...counting, untilMs: Date.now() });
  const head = { engawa: 'withdrawals/1', operator: operator.toString('hex'), categories: LEFT, names } as const;
  try {
    writeWithdrawals(file, head, everyName({ ...counting, untilMs: Date.now() }, BATCH_NAMES));
  } catch {
    return no(TEXTS.file(file));
  }
  return { ok: true, value: { file, names }, lines: [TEXTS.written(names, file)] };
}

async function postFile(values: Values, file: string): Promise<Said> {
  const read = await readWithdrawals(file);
  if (!read) return no(TEXTS.file(file));
  const { head, batches } = read;
  const reaching = reachingOf(values.broker ?? '');
  const met = await meet(reaching, Buffer.from(head.operator, 'hex'));
  if (!met.ok) return refusal(met);
  const work = ['file', head.operator, head.names, file];
  return await post({ reaching, broker: met.value, categories: head.categories }, values, work, batches);
}

async function newHub(values: Values): Promise<Said> {
  const read = await secretOf(values);
  if (!read.ok) return refusal(read);
  const folder = join(settingsOrExit(process.env).dataFolder, values.demo ? 'demo' : 'home');
  try {
    await writeSecret(join(folder, 'home.secret'), read.value);
  } catch {
    return no(TEXTS.file(join(folder, 'home.secret')));
  }
  return { ok: true, value: { folder }, lines: [TEXTS.hub(folder)] };
}

async function run(values: Values, [command, file, ...more]: readonly string[]): Promise<Said> {
  const needsFile = command === 'write' || command === 'post';
  const needsBroker = command === 'erase' || command === 'post';
  if (more.length > 0 || needsFile !== (file !== undefined)) return no(TEXTS.words, 2);
  if (needsBroker && values.broker === undefined) return no(TEXTS.words, 2);
  if (command === 'check') return await check(values);
  if (command === 'erase') return await erase(values);
  if (command === 'write') return await write(values, resolve(file ?? ''));
  if (command === 'post') return await postFile(values, resolve(file ?? ''));
  return command === 'hub' ? await newHub(values) : no(TEXTS.words, 2);
}

async function main(args: readonly string[]): Promise<number> {
  let parsed: ReturnType<typeof parse> | undefined;
  try {
    parsed = parse(args);
  } catch {
    parsed = undefined;
  }
  if (!parsed || parsed.values.help || parsed.positionals.length === 0) {
    console.log(TEXTS.help);
    return parsed ? 0 : 2;
  }
  const said = await run(parsed.values, parsed.positionals);
  const { json } = parsed.values;
  if (said.ok) console.log(json ? JSON.stringify(said.value) : said.lines.join('\n'));
  else if (json) console.log(JSON.stringify({ error: said.error, remedy: said.remedy }));
  else console.error(`${said.error}\n${said.remedy}`);
  return said.ok ? 0 : said.code;
}

process.exitCode = await main(process.argv.slice(2));
