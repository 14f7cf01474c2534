import type { Fault, FaultKind, FaultOf } from '../faults/fault.ts';
import { covers } from '../faults/filter.ts';
import type { HouseMeter, HouseReading } from './house-meter.ts';

/** The topic by which the faults of a scenario name this meter. */
const METER_TOPIC = 'opcua/meter';

/** Why there is no value: the sensor says nonsense, or the controller does not reach the meter. */
export type Trouble = 'sensorFailure' | 'noCommunication';

/** What the controller says of a reading. */
export interface SaidReading extends HouseReading {
  /** Its clock, in milliseconds of UTC. */
  readonly sourceMs: number;
  readonly trouble: Trouble | undefined;
}

/**
 * A meter with the faults of a scenario that mean something to it: `sentinel`, `stuck`, `unitFlip` of power, `powerCut`,
 * `wifiLoss` and those of the clock. The others are of MQTT and leave it alone.
 */
export class FaultyMeter {
  readonly #meter: Pick<HouseMeter, 'read'>;
  readonly #faults: readonly Fault[];
  readonly #held = new Map<Fault, HouseReading>();

  constructor(meter: Pick<HouseMeter, 'read'>, faults: readonly Fault[]) {
    this.#meter = meter;
    this.#faults = faults
      .filter(({ topics }) => topics === undefined || covers(topics, METER_TOPIC))
      .sort((left, right) => left.fromMs - right.fromMs);
  }

  /** What is said at an instant of home time. */
  read(atMs: number): SaidReading {
    for (const fault of this.#faults) {
      if (fault.kind === 'stuck' && fault.fromMs <= atMs && !this.#held.has(fault)) {
        this.#held.set(fault, this.#meter.read(fault.fromMs));
      }
    }
    const truth = this.#meter.read(atMs);
    const now = this.#faults.filter(({ fromMs, toMs }) => fromMs <= truth.atMs && truth.atMs < toMs);
    const stuck = now.find(({ kind }) => kind === 'stuck');
    const reading = (stuck === undefined ? undefined : this.#held.get(stuck)) ?? truth;
    return {
      ...reading,
      powerMw: of('unitFlip', now).reduce(flipped, reading.powerMw),
      sourceMs: Math.max(0, truth.atMs + shiftOf(now)),
      trouble: troubleOf(now),
    };
  }
}

function of<Kind extends FaultKind>(kind: Kind, faults: readonly Fault[]): FaultOf<Kind>[] {
  return faults.filter((fault): fault is FaultOf<Kind> & Fault => fault.kind === kind);
}

/** Another unit under the same name; the counter is in watt-hours anyway. */
function flipped(powerMw: number, { to }: FaultOf<'unitFlip'>): number {
  return to === 'kW' ? powerMw / 1000 : to === 'mW' ? powerMw * 1000 : powerMw;
}

function shiftOf(faults: readonly Fault[]): number {
  const skews = of('clockSkew', faults).map(({ byMs }) => byMs);
  const begins = of('clock1970', faults).map(({ fromMs }) => -fromMs);
  return [...skews, ...begins].reduce((sum, byMs) => sum + byMs, 0);
}

function troubleOf(faults: readonly Fault[]): Trouble | undefined {
  if (faults.some(({ kind }) => kind === 'powerCut' || kind === 'wifiLoss')) {
    return 'noCommunication';
  }
  return faults.some(({ kind }) => kind === 'sentinel') ? 'sensorFailure' : undefined;
}
