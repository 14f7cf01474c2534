import { parseArgs } from 'node:util';
import { simulate } from './link.ts';

/** Replays one seed for a person: `npm run simulate -- --seed N [--days D] [--steps]`. */

const STEPS_PER_DAY = 110;
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    days: { type: 'string' },
    steps: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
const seed = Number(values.seed ?? 'none');
const days = Number(values.days ?? 1);

if (values.help === true || !Number.isSafeInteger(seed) || !(days > 0)) {
  console.log(`simulate --seed N [--days D] [--steps]
  Runs the protocol's simulation for one seed and says what was broken, if anything.
  --days D   as many stretches of ${STEPS_PER_DAY} steps before the quiet phase (1)
  --steps    print every step`);
  process.exitCode = values.help === true ? 0 : 2;
} else {
  const onStep = values.steps === true ? { onStep: (line: string) => console.log(line) } : {};
  const result = simulate({ seed, ...(days === 1 ? {} : { steps: Math.round(days * STEPS_PER_DAY) }), ...onStep });
  console.log(JSON.stringify(result, undefined, 2));
  process.exitCode = result.violations.length === 0 ? 0 : 1;
}
