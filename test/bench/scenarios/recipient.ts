import { DEVICES, withMachine } from '../machines/machine.ts';
import { engawaPair, preparePair } from '../machines/own-broker.ts';
import { measuredRun, sentence } from './one-run.ts';
import type { Scenario } from './scenario.ts';

const RATES_PER_S = [200, 1_000];
const SPAN_MS = 6_000;
const WARM_MS = 1_500;
const WHO = 'Engawa with its own data broker';

/** The whole way, from a device to the recipient that reads the feed of a real data broker. */
export const recipient: Scenario = {
  name: 'recipient',
  measures: 'from a device to the live feed of a recipient, through a real data broker',
  run: async ({ root, figures, runs, say, quick }) => {
    const machine = engawaPair(WHO, await preparePair(root, DEVICES));
    for (let run = 0; run < runs; run += 1) {
      for (const ratePerS of RATES_PER_S) {
        const offered = { ratePerS, spanMs: quick ? SPAN_MS / 2 : SPAN_MS };
        const measured = await withMachine(root, machine, (session) => measuredRun(session, offered, WARM_MS));
        say(`  ${sentence(WHO, ratePerS, measured)}`);
        const add = (what: string, unit: string, value: number) =>
          figures.add({ scenario: 'recipient', who: WHO, what: `${what} at ${ratePerS}/s` }, unit, value);
        add('publish to recipient, p50', 'ms', measured.cloudMs.p50);
        add('publish to recipient, p99', 'ms', measured.cloudMs.p99);
        add('acknowledged and lost', 'events', measured.missing);
        add('doubled', 'events', measured.total.doubled);
      }
    }
  },
};
