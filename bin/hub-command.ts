import type { Reply } from './hub-client.ts';

/** What a command was given: its arguments, its options, and the language to answer in. */
export interface Given {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly language: 'ja' | 'en';
}

/** One command of the household. `ask` sends a request to the hub. */
export interface Command {
  readonly words: readonly string[];
  readonly usage: string;
  readonly help: string;
  /** How many arguments it takes, at least and at most. */
  readonly arguments: readonly [number, number];
  readonly run: (
    given: Given,
    ask: (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Reply>,
  ) => Promise<Reply>;
  readonly text: (value: never, given: Given) => readonly string[];
}
