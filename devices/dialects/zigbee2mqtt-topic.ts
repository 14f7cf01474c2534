/** What a topic of Zigbee2MQTT is for. */
export type Topic =
  | { readonly role: 'state' | 'availability'; readonly thing: string }
  | { readonly role: 'bridgeState' }
  | { readonly role: 'bridgeDevices' }
  | { readonly role: 'ignored' }
  | { readonly role: 'command' }
  | { readonly role: 'foreign' };

/**
 * Sorts a topic below `base`. Friendly names may contain slashes; a level `set` or `get` after the first is a command,
 * as Zigbee2MQTT itself reads it, and commands are no news.
 */
export function readTopic(topic: string, base: string): Topic {
  if (!topic.startsWith(`${base}/`)) return { role: 'foreign' };
  const name = topic.slice(base.length + 1);
  const levels = name.split('/');
  if (levels[0] === 'bridge') return bridgeTopic(levels.slice(1).join('/'));
  if (levels.slice(1).some((level) => level === 'set' || level === 'get')) return { role: 'command' };
  const availability = levels.length > 1 && levels.at(-1) === 'availability';
  const thing = availability ? levels.slice(0, -1).join('/') : name;
  if (thing === '' || thing.startsWith('/') || thing.endsWith('/')) return { role: 'ignored' };
  return { role: availability ? 'availability' : 'state', thing };
}

function bridgeTopic(rest: string): Topic {
  if (rest === 'state') return { role: 'bridgeState' };
  if (rest === 'devices') return { role: 'bridgeDevices' };
  return { role: 'ignored' };
}
