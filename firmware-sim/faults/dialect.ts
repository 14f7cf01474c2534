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
      if (/\/(availability|bridge\/state)$/.test(topic)) {
        return changed(message, String(read.value.state));
      }
      const named = Object.entries(read.value).map(([name, value]) => [
        Object.hasOwn(rename, name) ? rename[name] : name,
        value,
      ]);
      return changed(message, JSON.stringify(Object.fromEntries(named)));
    },
  };
}
