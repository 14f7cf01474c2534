/** What a topic of a Tasmota is: whose, and which of its messages. */
export interface Place {
  /** The topic without prefix and last level: what its things' names begin with. */
  readonly name: string;
  readonly prefix: 'tele' | 'stat';
  /** The last level, e.g. `SENSOR`. */
  readonly word: string;
  /** Where the same device says whether it can be reached. */
  readonly online: string;
}

/** Where a device announces itself: its MAC address, and whether it is its settings or a sample of its sensors. */
export interface Announcement {
  readonly mac: string;
  readonly what: 'config' | 'sensors';
}

/** Fixed in the firmware; no setting changes it. */
export const DISCOVERY_PREFIX = 'tasmota/discovery';
const DISCOVERY = /^tasmota\/discovery\/([0-9A-F]{12})\/(config|sensors)$/i;

/** Reads the topic of an announcement; undefined for any other. */
export function readAnnouncementTopic(topic: string): Announcement | undefined {
  const [, mac, what] = DISCOVERY.exec(topic) ?? [];
  if (mac === undefined) return undefined;
  return { mac: mac.toUpperCase(), what: what === 'config' ? 'config' : 'sensors' };
}

/**
 * Sorts a topic in which one level is a prefix as the firmware has it, wherever a FullTopic puts it: as its first level,
 * else the last level that is one. Undefined for any other topic.
 */
export function readPlace(topic: string): Place | 'command' | undefined {
  const levels = topic.split('/');
  const word = levels.pop() ?? '';
  const isPrefix = (level: string | undefined) => level === 'tele' || level === 'stat' || level === 'cmnd';
  const at = isPrefix(levels[0]) ? 0 : levels.findLastIndex(isPrefix);
  const prefix = levels[at];
  if (prefix === 'cmnd') return 'command';
  if (prefix !== 'tele' && prefix !== 'stat') return undefined;
  const name = levels.toSpliced(at, 1).join('/');
  return { name, prefix, word, online: [...levels.with(at, 'tele'), 'LWT'].join('/') };
}
