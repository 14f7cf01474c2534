import { parseArgs } from 'node:util';
import { simulate } from './link.ts';
import { stampede, unbearable } from './stampede.ts';

/**
 * Replays one seed for a person: `npm run simulate -- --seed N [--days D] [--steps]`, or lets a million hubs come back at
 * once: `npm run simulate -- --stampede [--hubs N] [--seed N]`.
 */

const STEPS_PER_DAY = 110;
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    days: { type: 'string' },
    steps: { type: 'boolean' },
    stampede: { type: 'boolean' },
    hubs: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const seed = Number(values.seed ?? 'none');
const days = Number(values.days ?? 1);

if (values.stampede === true) {
  const hubs = Number(values.hubs ?? 1_000_000);
  const settings = { seed: Number(values.seed ?? 1), hubs, outageMs: 3_600_000, backlogCells: 5 };
  const result = stampede(settings);
  console.log(JSON.stringify({ ...settings, ...result, unbearable: unbearable(result) }, undefined, 2));
  process.exitCode = unbearable(result).length === 0 ? 0 : 1;
} else if (values.help === true || !Number.isSafeInteger(seed) || !(days > 0)) {
  console.log(`simulate --seed N [--days D] [--steps]
  Runs the protocol's simulation for one seed and says what was broken, if anything.
  --days D   as many stretches of ${STEPS_PER_DAY} steps before the quiet phase (1)
  --steps    print every step
simulate --stampede [--hubs N] [--seed N]
  Lets N hubs (1,000,000) lose the data broker for an hour and come back at once, and says what the broker saw.`);
  process.exitCode = values.help === true ? 0 : 2;
} else {
  const onStep = values.steps === true ? { onStep: (line: string) => console.log(line) } : {};
  const result = simulate({ seed, ...(days === 1 ? {} : { steps: Math.round(days * STEPS_PER_DAY) }), ...onStep });
  console.log(JSON.stringify(result, undefined, 2));
  process.exitCode = result.violations.length === 0 ? 0 : 1;
}
