import { type Act, changed, type Verdict } from './act.ts';
import type { FaultOf } from './fault.ts';
import { readPayload } from './payload.ts';

/** A firmware that words things otherwise: Zigbee2MQTT's bare words of 1.x, and properties under other names. */
export function dialectChange({ rename = {} }: FaultOf<'dialectChange'>): Act {
  return {
    during(message): Verdict {
      const { topic, payload } = message;
      const read = readPayload(payload);
      if (read.is === 'text') {
        return 'pass';
      }
      const { state } = read.value;
      if (/\/(availability|bridge\/state)$/.test(topic)) {
        return typeof state === 'string' ? changed(message, state) : 'pass';
      }
      // A name that is there already keeps its value.
      const isNamed = (name: string): boolean =>
        Object.hasOwn(rename, name) && !Object.hasOwn(read.value, rename[name] ?? '');
      if (!Object.keys(read.value).some(isNamed)) {
        return 'pass';
      }
      const named = Object.entries(read.value).map(([name, value]) => [isNamed(name) ? rename[name] : name, value]);
      return changed(message, JSON.stringify(Object.fromEntries(named)));
    },
  };
}
