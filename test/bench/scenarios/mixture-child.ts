import { readFileSync } from 'node:fs';
import { trace } from '../../../firmware-sim/simulate.ts';
import { LIMITS } from '../../../gateway/limits.ts';
import type { Offer } from '../../../proto/offer-document.ts';
import { BrokerInMemory } from '../../kit/broker-in-memory.ts';
import { HandClock, InnerHome } from '../../kit/inner-home.ts';
import { Line } from '../../kit/line.ts';
import { shippedOffer } from '../../kit/offers.ts';
import { testOperator } from '../../kit/test-operator.ts';

// One day of the simulated household through the real walk, the real store and the hub's own lanes, every message at its
// own moment of a clock that is stepped by hand, with everything the hub does by a timer done when it is due. What this
// process causes to be written is counted by the system. Words: folder, hours, offers (comma between them).

const SECOND_MS = 1_000;
const TIME_ZONE = 'Asia/Tokyo';
const START_MS = Date.UTC(2027, 0, 20, 15);
/** The shaped lane's cell. */
const CELL_MS = 10_000;
const SEED = 1;

const writtenBytes = (): number => Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'latin1'))?.[1]);

async function main([folder = '', hours = '24', names = '']: readonly string[]): Promise<void> {
  const machine = new HandClock(START_MS);
  const home = await InnerHome.open({ folder, machine, timeZone: TIME_ZONE });
  const operator = await testOperator();
  const offers = names.split(',').map((name) => shippedOffer(name) as unknown as Offer);
  await home.enrol(operator, offers);
  const broker = new BrokerInMemory(operator);
  const line = new Line(home, broker);
  const messages = trace({
    seed: SEED,
    startMs: START_MS,
    endMs: START_MS + Number(hours) * 3_600_000,
    timeZone: TIME_ZONE,
  });
  let before = 0;
  let count = 0;
  for (const message of messages) {
    if (message.atMs > START_MS && before === 0) {
      await agree(home, offers, line);
      before = writtenBytes();
    }
    await passUntil(home, line, machine, message.atMs);
    await home.publish(message.topic.replace(/^zigbee2mqtt\//, ''), Buffer.from(message.payload), {
      retained: message.retain,
    });
    await line.deliver();
    count += 1;
  }
  await passUntil(home, line, machine, START_MS + Number(hours) * 3_600_000);
  await home.store.settle();
  process.send?.({ bytes: writtenBytes() - before, messages: count, released: broker.ever.length });
  await home.crash();
}

async function agree(home: InnerHome, offers: readonly Offer[], line: Line): Promise<void> {
  await home.core.devices.approve('all', {});
  line.connect();
  await line.deliver();
  for (const { offer } of offers) {
    const given = await home.way.consent.give(offer, {});
    if (!given.ok) throw new Error(given.problem.error.en);
  }
}

/** Milliseconds from the start to the next whole second: messages come between them. */
const nextSecond = (machine: HandClock): number =>
  (Math.floor((machine.wallMs() - START_MS) / SECOND_MS) + 1) * SECOND_MS;

/** Steps the clock and does what falls due on the way. */
async function passUntil(home: InnerHome, line: Line, machine: HandClock, untilMs: number): Promise<void> {
  for (let nowMs = nextSecond(machine); START_MS + nowMs <= untilMs; nowMs += SECOND_MS) {
    machine.pass(START_MS + nowMs - machine.wallMs());
    await home.core.tick();
    if (nowMs % CELL_MS === 0) {
      line.tick();
      await line.deliver();
    }
    if (nowMs % LIMITS.lazyWriteMs === 0) await home.core.writeLazily();
    if (nowMs % LIMITS.settleMs === 0) await home.store.settle();
  }
  machine.pass(Math.max(0, untilMs - machine.wallMs()));
}

await main(process.argv.slice(2));
process.exit(0);
