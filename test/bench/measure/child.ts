import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { follow } from './processes.ts';

/** Runs a module of the bench in a process of its own; resolves with the one message it sends, rejects when it sends none. */
export function runChild<Result>(module: URL, words: readonly string[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = follow(
      spawn(process.execPath, [fileURLToPath(module), ...words], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        serialization: 'advanced',
      }),
    );
    child.once('message', (result) => resolve(result as Result));
    child.once('exit', (code) => reject(new Error(`${module.pathname} ended with ${code} and said nothing`)));
  });
}
