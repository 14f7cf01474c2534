import type { Readable, Writable } from 'node:stream';
import { LIMITS } from '../gateway/limits.ts';
import type { Reply } from './hub-client.ts';
import type { Settings } from './settings.ts';

/** Where a passphrase can be asked for: a terminal's keys, and where to write the question. */
export interface Terminal {
  readonly input: Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  readonly output: Writable;
}

type Read = { readonly ok: true; readonly passphrase: string } | Extract<Reply, { ok: false }>;

const SENTENCES = {
  en: {
    ask: 'Passphrase of the backup: ',
    again: 'The same again: ',
    different: ['The two were not the same.', 'Try again.'],
    short: [
      `A passphrase of a backup has at least ${LIMITS.passphraseCharacters} characters; whoever finds the file can guess as often as he likes.`,
      'Take four or five words that do not belong together.',
    ],
    nowhere: [
      'There is no terminal to ask for the passphrase.',
      'Put it into a file that only you can read, and name that file in ENGAWA_PASSPHRASE_FILE.',
    ],
    stopped: ['No passphrase was given.', 'Try again.'],
  },
  ja: {
    ask: 'バックアップの合言葉: ',
    again: 'もう一度: ',
    different: ['二つが一致しません。', 'もう一度お試しください。'],
    short: [
      `合言葉は${LIMITS.passphraseCharacters}文字以上にしてください。ファイルを手にした人は、何度でも試せるからです。`,
      '関係のない言葉を四つか五つ並べるのがよい方法です。',
    ],
    nowhere: [
      '合言葉をたずねる端末がありません。',
      '自分だけが読めるファイルに書き、そのファイルを ENGAWA_PASSPHRASE_FILE に指定してください。',
    ],
    stopped: ['合言葉が入力されませんでした。', 'もう一度お試しください。'],
  },
} as const;

/** The passphrase from the settings, or typed without being shown: twice where a new one is chosen. */
export async function passphraseFor(
  use: 'new' | 'known',
  settings: Pick<Settings, 'ENGAWA_PASSPHRASE'>,
  language: 'ja' | 'en',
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<Read> {
  const said = SENTENCES[language];
  const given = settings.ENGAWA_PASSPHRASE;
  if (given === undefined && !terminal.input.isTTY) return no(said.nowhere);
  const passphrase = given ?? (await typed(terminal, said.ask));
  if (passphrase === undefined) return no(said.stopped);
  if (use === 'known') return passphrase === '' ? no(said.stopped) : { ok: true, passphrase };
  if ([...passphrase].length < LIMITS.passphraseCharacters) return no(said.short);
  if (given === undefined && (await typed(terminal, said.again)) !== passphrase) return no(said.different);
  return { ok: true, passphrase };
}

function no([error, remedy]: readonly [string, string]): Read {
  return { ok: false, error, remedy };
}

const ENTER = new Set(['\r', '\n', '\u0004']);
const STOP = '\u0003';
const ERASE = new Set(['\u007f', '\b']);

/** One line from the terminal, unseen; undefined when it was broken off. */
function typed({ input, output }: Terminal, question: string): Promise<string | undefined> {
  output.write(question);
  input.setRawMode?.(true);
  input.setEncoding('utf8');
  return new Promise((resolve) => {
    let line: string[] = [];
    const end = (value: string | undefined): void => {
      input.off('data', take);
      input.off('end', broken);
      input.setRawMode?.(false);
      input.pause();
      output.write('\n');
      resolve(value);
    };
    const broken = (): void => end(undefined);
    const take = (text: string): void => {
      for (const key of text) {
        if (key === STOP || ENTER.has(key)) {
          end(key === STOP ? undefined : line.join(''));
          return;
        }
        if (ERASE.has(key)) line = line.slice(0, -1);
        else line.push(key);
      }
    };
    input.on('data', take);
    input.on('end', broken);
    input.resume();
  });
}
