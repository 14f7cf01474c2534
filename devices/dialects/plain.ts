import { LIMITS } from '../limits.ts';
import type { Account, Decode, DialectResult, Message, Reading, Route } from './dialect.ts';
import { readValue } from './routes.ts';
import { isSecret } from './secrets.ts';

/**
 * The blueprint: the smallest whole dialect, for what people build themselves (a sketch on an ESP, a Node-RED flow).
 * `<base>/<thing>/<property>` carries one bare value, `home/door/contact open`. To add a dialect copy this file and its
 * test, name what its topics and words mean in tables, and add one row to `dialects.ts`.
 */

/** Every property that is read; what is not here is dropped and counted. */
const PROPERTIES: ReadonlyMap<string, Pick<Route, 'kind' | 'words' | 'factor'>> = new Map(
  Object.entries({
    contact: { kind: 'contact.state', words: { closed: 0, open: 1, ajar: 2 } },
    occupancy: { kind: 'occupancy.state', words: { off: 0, on: 1 } },
    lock: { kind: 'lock.state', words: { locked: 1, unlocked: 2 } },
    switch: { kind: 'switch.state', words: { off: 0, on: 1 } },
    // Numbers come in the units people write: watts, kilowatt-hours, volts, ampere; the factor makes the vocabulary's.
    power: { kind: 'power.active', factor: 1_000 },
    energy: { kind: 'energy.import', factor: 1_000_000 },
    voltage: { kind: 'voltage', factor: 1_000 },
    current: { kind: 'current', factor: 1_000 },
    battery: { kind: 'battery.percent' },
    tamper: { kind: 'tamper.state', words: { off: 0, on: 1 } },
    // The last will of a device that goes away: `<base>/<thing>/status offline`.
    status: { kind: 'device.online', words: { offline: 0, online: 1 } },
  } as const satisfies Record<string, Pick<Route, 'kind' | 'words' | 'factor'>>),
);

/** Reads one message: whose topic it is, then its size, then its content. */
export const decodePlain: Decode = ({ topic, payload, base }: Message, known): DialectResult => {
  if (!topic.startsWith(`${base}/`)) return { refused: 'foreignTopic' };
  const levels = topic.slice(base.length + 1).split('/');
  const property = levels.pop() ?? '';
  const thing = levels.join('/');
  // What is said to a device is no news of it, and may hold a PIN.
  if (property === 'set' || property === 'get') return { refused: 'command' };
  if (thing === '') return { refused: 'ignored' };
  if (thing.length > LIMITS.thingNameCharacters || payload.length > LIMITS.labelCharacters)
    return { refused: 'oversize' };
  if (payload.length === 0) return { refused: 'empty' };
  const read = PROPERTIES.get(property);
  if (!read) return { readings: [], dropped: { [isSecret(property) ? 'secret' : 'unknownProperty']: 1 } };
  const found = readValue(read, payload.toString());
  if ('drop' in found) return { readings: [], dropped: { [found.drop]: 1 } };
  const reading: Reading = { thing, kind: read.kind, value: found.value, quality: 'good' };
  // Nothing announces such a thing: what it is said to be grows with what it says.
  const kinds = known.claim(thing)?.kinds ?? [];
  if (kinds.includes(read.kind)) return { readings: [reading], dropped: {} };
  const claim = { thing, kinds: [...kinds, read.kind], categories: {}, traits: {} };
  return { readings: [reading], things: [claim], dropped: {} };
};

/** What to tell the program: where it connects, and one message as it should be. */
export function plainSettings({ server, user, password, base }: Account): string {
  return [
    `server:    ${server}   (MQTT 3.1.1, QoS 1)`,
    `user:      ${user}`,
    `password:  ${password}`,
    `publish:   ${base}/front-door/contact   open`,
    `           ${base}/front-door/contact   closed`,
    `will:      ${base}/front-door/status    offline`,
    `words:     ${[...PROPERTIES].map(([name, { words }]) => `${name}${words ? ` (${Object.keys(words).join(', ')})` : ''}`).join(', ')}`,
    '',
  ].join('\n');
}
