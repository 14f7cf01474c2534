import { FaultyMeter } from '../opcua/faulty-meter.ts';
import { HouseMeter } from '../opcua/house-meter.ts';
import { type OpcuaAddress, startMeterServer } from '../opcua/server.ts';
import { faultsAt } from '../scenario/scenario.ts';
import type { DayWorld } from '../world/house.ts';
import type { SimArguments } from './arguments.ts';
import { endOf, type HomeClock } from './clock.ts';

/** What a meter is offered for. */
export interface Offering {
  readonly asked: SimArguments;
  readonly address: OpcuaAddress;
  readonly clock: HomeClock;
  readonly signal: AbortSignal;
  say(sentence: string): void;
  /** Is shown each day of the house, and may ask to wait. */
  onDay(world: DayWorld): void;
  room(): Promise<void> | undefined;
}

/** A meter that is being offered; `stop` is for when it is to end before the home's time does, and may come always. */
export interface OfferedMeter {
  readonly finished: Promise<void>;
  stop(): Promise<void>;
}

/** Offers the home's meter by OPC UA until the run's end or `signal` is aborted; `ok` is false with the reason why it cannot. */
export async function offerMeter(
  offering: Offering,
): Promise<{ ok: true; meter: OfferedMeter } | { ok: false; reason: string }> {
  const { asked, address, clock, say } = offering;
  const { seed, timeZone, home } = asked;
  const startMs = Math.floor(asked.startMs ?? clock.homeMs());
  const house = new HouseMeter({ seed, timeZone, home, startMs, onDay: offering.onDay });
  const meter = new FaultyMeter(house, faultsAt(asked.faults, startMs, timeZone));
  const started = await startMeterServer(address, () => meter.read(clock.homeMs()));
  if (!started.ok) {
    return started;
  }
  const { server } = started;
  say(`the meter is at ${server.endpoint}, beside others ns=4;s=MAIN.fPower and ns=4;s=MAIN.nEnergy`);
  const over = new AbortController();
  const finished = walk(offering, meter, house, endOf(asked, startMs), AbortSignal.any([offering.signal, over.signal]));
  return {
    ok: true,
    meter: {
      finished,
      async stop() {
        over.abort();
        await finished.finally(() => server.stop());
      },
    },
  };
}

/** Lets the days pass also when nobody reads the meter. */
async function walk(
  { clock, room }: Offering,
  meter: FaultyMeter,
  house: HouseMeter,
  endMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && house.dayEndsMs < endMs) {
    await room();
    await clock.until(house.dayEndsMs, signal);
    if (!signal.aborted) {
      meter.read(clock.homeMs());
    }
  }
  await clock.until(endMs, signal);
}
