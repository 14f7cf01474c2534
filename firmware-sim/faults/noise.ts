import type { Random } from '../random.ts';
import { type Act, changed, type Due, type Verdict } from './act.ts';
import type { FaultOf, Ghost } from './fault.ts';
import { mapValues, readPayload } from './payload.ts';

/** A sensor that was renamed long ago, and a thing that was announced and sold. */
const GHOSTS: readonly Ghost[] = [
  { topic: 'zigbee2mqtt/old_door/availability', payload: '{"state":"online"}' },
  { topic: 'zigbee2mqtt/old_door', payload: '{"battery":12,"contact":false,"linkquality":40,"voltage":2800}' },
  {
    topic: 'homeassistant/binary_sensor/sold_thing/door/config',
    payload:
      '{"dev_cla":"door","name":"Door","stat_t":"sold_thing/door","uniq_id":"sold_thing_door","dev":{"ids":"sold_thing"}}',
  },
  { topic: 'sold_thing/door', payload: 'ON' },
];

/** The last message of a device is said again and again. */
export function chatty({ fromMs, toMs, everyMs }: FaultOf<'chatty'>): Act {
  let nextMs = fromMs;
  return {
    during: () => 'pass',
    *due(uptoMs) {
      for (; nextMs <= uptoMs && nextMs < toMs; nextMs += everyMs) {
        yield { atMs: nextMs, say: 'last' };
      }
    },
  };
}

/** Retained messages of devices that are gone. */
export function ghosts({ fromMs, retained = GHOSTS }: FaultOf<'ghosts'>): Act {
  let waiting: readonly Due[] = retained.map((say) => ({ atMs: fromMs, say }));
  return {
    during: () => 'pass',
    *due(uptoMs) {
      if (uptoMs >= fromMs) {
        yield* waiting;
        waiting = [];
      }
    },
  };
}

/** Payloads are filled up to a length; what was JSON stays JSON. */
export function oversize({ bytes }: FaultOf<'oversize'>): Act {
  return {
    during(message): Verdict {
      const missing = bytes - Buffer.byteLength(message.payload);
      if (missing <= 0) {
        return 'pass';
      }
      const read = readPayload(message.payload);
      return read.is === 'text'
        ? { payload: message.payload + ' '.repeat(missing) }
        : { payload: JSON.stringify({ ...read.value, padding: 'x'.repeat(missing) }) };
    },
  };
}

/** Some payloads are cut, of the wrong types, or noise. */
export function malformed({ permille }: FaultOf<'malformed'>, random: Random): Act {
  return {
    during(message): Verdict {
      if (!random.chance(permille)) {
        return 'pass';
      }
      const read = readPayload(message.payload);
      // A word or a number that is cut may be another word or number: only noise is surely none.
      const way = read.is === 'text' ? 2 : random.below(3);
      if (way === 0) {
        const whole = message.payload.trimEnd();
        return changed(message, whole.slice(0, random.between(1, whole.length - 1)));
      }
      if (way === 1 && read.is === 'object') {
        return changed(message, JSON.stringify(mapValues(read.value, () => [{}])));
      }
      return changed(message, noise(random));
    },
  };
}

/** Control characters and half characters, never a number, a word or JSON. */
function noise(random: Random): string {
  const codes = Array.from({ length: random.between(1, 40) }, () => random.between(0x80, 0xff));
  return `\u0001${String.fromCharCode(...codes)}`;
}
