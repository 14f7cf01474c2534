import { type Act, changedValue, type Verdict } from './act.ts';
import type { FaultOf } from './fault.ts';
import { isDescription, mapValues, readPayload } from './payload.ts';

/** Names of instants in payloads: seconds since 1970, milliseconds since 1970, or a text. */
const SECONDS = new Set(['ts', 'minute_ts', 'unixtime', 'start_time', 'end_time', 'frame_time', 'snapshot_time']);
const TEXTS = new Set(['last_seen', 'Time']);

/** Timestamps inside payloads are wrong by so much. */
export function clockSkew({ byMs }: FaultOf<'clockSkew'>): Act {
  return shifted(byMs);
}

/** Timestamps count from 1970, as if the clock had started with the fault. */
export function clock1970({ fromMs }: FaultOf<'clock1970'>): Act {
  return shifted(-fromMs);
}

function shifted(byMs: number): Act {
  return {
    during(message): Verdict {
      const read = readPayload(message.payload);
      if (read.is === 'text' || isDescription(message.topic)) {
        return 'pass';
      }
      const value = mapValues(read.value, (path, inner) => {
        const name = path.at(-1) ?? '';
        if (typeof inner === 'number' && SECONDS.has(name)) {
          return Math.max(0, Math.round((inner + byMs / 1000) * 1000) / 1000);
        }
        if (typeof inner === 'number' && name === 'last_seen') {
          return Math.max(0, inner + byMs);
        }
        return typeof inner === 'string' && TEXTS.has(name) ? shiftText(inner, byMs) : inner;
      });
      return changedValue(read.value, value);
    },
  };
}

/** Shifts an ISO 8601 text and keeps its form, its offset included. */
function shiftText(text: string, byMs: number): string {
  const [, local, fraction = '', zone = ''] =
    /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{3})?(Z|[+-]\d{2}:\d{2})?$/.exec(text) ?? [];
  const wallMs = Date.parse(`${local}${fraction}Z`);
  if (local === undefined || Number.isNaN(wallMs)) {
    return text;
  }
  // No clock of a device shows a time before it began to count.
  const iso = new Date(Math.max(0, wallMs + byMs)).toISOString();
  return `${iso.slice(0, fraction === '' ? 19 : 23)}${zone}`;
}
