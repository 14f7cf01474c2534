import { createRequire } from 'node:module';
import type { Logger, pino } from 'pino';

const require = createRequire(import.meta.url);

/** A log for what programs say of themselves: sentences, never content. Goes to standard error as JSON lines. */
export function log(level: string): (level: 'info' | 'warn' | 'error', sentence: string) => void {
  let logger: Logger | undefined;
  return (severity, sentence) => {
    logger ??= open(level);
    logger[severity](sentence);
  };
}

/** The library is loaded with the first sentence: a hub that starts well has nothing to say until its doors are open. */
function open(level: string): Logger {
  const { pino: create } = require('pino') as { pino: typeof pino };
  return create({ level, base: null }, create.destination({ dest: 2, sync: true }));
}
