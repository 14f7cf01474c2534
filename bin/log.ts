import pino from 'pino';

/** A log for what programs say of themselves: sentences, never content. Goes to standard error as JSON lines. */
export function log(level: string): (level: 'info' | 'warn' | 'error', sentence: string) => void {
  const logger = pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
  return (severity, sentence) => logger[severity](sentence);
}
