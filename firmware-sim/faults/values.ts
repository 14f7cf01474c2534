import type { TraceMessage } from '../message.ts';
import { type Act, changed, type Verdict } from './act.ts';
import type { FaultOf } from './fault.ts';
import { isDescription, mapValues, readPayload } from './payload.ts';

/** Names under which the dialects say what is measured. */
const POWER = new Set(['power', 'Power', 'apower', 'act_power']);
const ENERGY = new Set(['energy', 'Total', 'Today', 'Yesterday']);
const OTHERS = ['current', 'Current', 'voltage', 'Voltage', 'illuminance', 'battery', 'device_temperature', 'total'];
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
      const value = mapValues(read.value, (name, inner) => (MEASURED.has(name) ? named(name, inner) : inner));
      return changed(message, JSON.stringify(value));
    },
  };
}

/** Every value stays what it was when the fault began; a topic that was silent before stays what it says first. */
export function stuck(): Act {
  const kept = new Map<string, Map<string, unknown>>();
  const keep = ({ topic, payload }: TraceMessage): Map<string, unknown> => {
    const values = kept.get(topic) ?? new Map<string, unknown>();
    const read = readPayload(payload);
    for (const [name, value] of read.is === 'text' ? [['', read.text] as const] : Object.entries(read.value)) {
      values.set(name, value);
    }
    kept.set(topic, values);
    return values;
  };
  return {
    before(message) {
      if (!isDescription(message.topic)) {
        keep(message);
      }
    },
    during(message): Verdict {
      const { topic, payload } = message;
      if (isDescription(topic)) {
        return 'pass';
      }
      const values = kept.get(topic) ?? keep(message);
      const read = readPayload(payload);
      if (read.is === 'text') {
        return changed(message, String(values.get('') ?? payload));
      }
      const still = Object.entries(read.value).map(([name, value]) => [
        name,
        GOES_ON.has(name) || !values.has(name) ? value : values.get(name),
      ]);
      return changed(message, JSON.stringify(Object.fromEntries(still)));
    },
  };
}
