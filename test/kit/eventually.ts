import { setTimeout as wait } from 'node:timers/promises';

const LOOK_AGAIN_MS = 25;

/** Asks again and again until the answer holds, for what no program tells by itself; fails with the last answer. */
export async function eventually<Value>(
  ask: () => Promise<Value> | Value,
  holds: (value: Value) => boolean,
  withinMs = 30_000,
): Promise<Value> {
  const ends = Date.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (Date.now() > ends) throw new Error(`Not so after ${withinMs} ms: ${JSON.stringify(value)?.slice(0, 2_000)}`);
    await wait(LOOK_AGAIN_MS);
  }
}
