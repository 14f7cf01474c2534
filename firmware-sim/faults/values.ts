import { LIMITS } from '../limits.ts';
import type { TraceMessage } from '../message.ts';
import { type Act, changed, changedValue, type Verdict } from './act.ts';
import type { FaultOf } from './fault.ts';
import { isDescription, mapValues, readPayload } from './payload.ts';

/** Names under which the dialects say what is measured. */
const POWER = new Set(['power', 'Power', 'apower', 'act_power']);
const ENERGY = new Set(['energy', 'Total', 'Today', 'Yesterday']);
const ELECTRIC = ['current', 'Current', 'voltage', 'Voltage', 'total'];
const OTHERS = [...ELECTRIC, 'illuminance', 'battery', 'temperature', 'device_temperature', 'humidity'];
const MEASURED = new Set([...POWER, ...ENERGY, ...OTHERS]);

/** What goes on though the values are stuck: when it was said, and how well it was heard. */
const GOES_ON = new Set(['last_seen', 'linkquality', 'Time', 'ts', 'Uptime', 'UptimeSec', 'unixtime', 'minute_ts']);

const NUMBER = /^-?\d+(\.\d+)?$/;

/** Numbers that are measured become one that means nothing. */
export function sentinel({ value }: FaultOf<'sentinel'>): Act {
  return measuredAs(
    (_name, measured) => (typeof measured === 'number' ? value : measured),
    () => String(value),
  );
}

/** Power or energy in another unit under the same name. */
export function unitFlip({ to }: FaultOf<'unitFlip'>): Act {
  const names = to === 'Wh' ? ENERGY : POWER;
  const flip = (measured: number): number =>
    to === 'kW' ? Math.round(measured * 1000) / 1_000_000 : Math.round(measured * 1_000_000) / 1000;
  const suffix = to === 'Wh' ? '_energy/state' : '_power/state';
  return measuredAs(
    (name, measured) => (names.has(name) && typeof measured === 'number' ? flip(measured) : measured),
    (text, topic) => (topic.endsWith(suffix) ? String(flip(Number(text))) : text),
  );
}

function measuredAs(
  named: (name: string, value: unknown) => unknown,
  bare: (text: string, topic: string) => string,
): Act {
  return {
    during(message): Verdict {
      const { topic, payload } = message;
      if (isDescription(topic)) {
        return 'pass';
      }
      const read = readPayload(payload);
      if (read.is === 'text') {
        return NUMBER.test(payload) ? changed(message, bare(payload, topic)) : 'pass';
      }
      const value = mapValues(read.value, (path, inner) => {
        const name = path.at(-1) ?? '';
        return MEASURED.has(name) ? named(name, inner) : inner;
      });
      return changedValue(read.value, value);
    },
  };
}

/** Every value stays what it was when the fault began; what was not said before stays what is said first. */
export function stuck(): Act {
  const kept = new Map<string, Map<string, unknown>>();
  const valuesOf = (topic: string): Map<string, unknown> => {
    const values = kept.get(topic) ?? new Map<string, unknown>();
    if (kept.size < LIMITS.rememberedTopics) {
      kept.set(topic, values);
    }
    return values;
  };
  const see = ({ topic, payload }: TraceMessage, holds: boolean): Verdict => {
    if (isDescription(topic)) {
      return 'pass';
    }
    const values = valuesOf(topic);
    const still = (path: readonly string[], said: unknown): unknown => {
      const place = path.join('/');
      if (GOES_ON.has(path.at(-1) ?? '')) {
        return said;
      }
      if (!holds || !values.has(place)) {
        values.set(place, said);
      }
      return values.get(place);
    };
    const read = readPayload(payload);
    if (read.is === 'text') {
      const text = String(still([], payload));
      return text === payload ? 'pass' : { payload: text };
    }
    return changedValue(read.value, mapValues(read.value, still));
  };
  return { before: (message) => void see(message, false), during: (message) => see(message, true) };
}
