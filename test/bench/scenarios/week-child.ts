import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HandClock, InnerHome } from '../../kit/inner-home.ts';

// A week without a cloud, in this process: the real walk and the real store, one message a second of home time, on a
// clock that is stepped by hand. Words: folder of the home, number of events, first moment in milliseconds.

const SECOND_MS = 1_000;
/** Messages taken in before their commits are waited for. */
const GROUP = 200;
/** Home seconds between two lazy writes: fewer than in life, which only spares this program time. */
const LAZY_EVERY = 1_800;
/** Watts that stand for no event of the load generator: 500 to 999. */
const WATTS = { first: 500, count: 500 };

async function main([folder = '', count = '0', startMs = '0']: readonly string[]): Promise<void> {
  const secret = readFileSync(join(folder, 'home.secret'));
  const machine = new HandClock(Number(startMs));
  const home = await InnerHome.open({ folder, secret, machine });
  let failed = 0;
  let group: Promise<void>[] = [];
  const fromMs = performance.now();
  for (let event = 0; event < Number(count); event += 1) {
    machine.pass(SECOND_MS);
    const device = event % 50;
    const message = home.message(`plug_${String(device).padStart(2, '0')}`, saying(event), {
      source: `plug-${device}`,
      client: `plug-${device}-client`,
    });
    const fate = home.core.pipeline.take(message).then((one) => {
      if (one === 'failed') failed += 1;
    });
    group.push(fate);
    if (group.length === GROUP) {
      await Promise.all(group);
      group = [];
    }
    if (event % LAZY_EVERY !== LAZY_EVERY - 1) continue;
    await home.core.tick();
    await home.core.writeLazily();
  }
  await Promise.all(group);
  const spanMs = performance.now() - fromMs;
  await home.core.close();
  await home.store.close();
  process.send?.({ failed, spanMs });
}

function saying(event: number): object {
  const power = WATTS.first + ((event * 7) % WATTS.count);
  return { current: 0.52, energy: 100 + event / 1_000, linkquality: 200, power, state: 'ON', voltage: 231 };
}

await main(process.argv.slice(2));
process.exit(0);
