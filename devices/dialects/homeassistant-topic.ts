import { LIMITS } from '../limits.ts';

/** The discovery prefix, as every program has it where nobody changed it. */
export const DISCOVERY_PREFIX = 'homeassistant';

/** What the topic of an announcement says. */
export interface ConfigTopic {
  /** `device` for an announcement of a whole device. */
  readonly component: string;
  readonly node?: string;
  readonly object: string;
}

/** What Home Assistant takes for an id; two of them and a part's make a thing's name, so none is endless. */
const NAME = /^[\w-]{1,80}$/;

/** Sorts out the topics of announcements: `<prefix>/<component>/[<node>/]<object>/config`. */
export function readConfigTopic(topic: string): ConfigTopic | undefined {
  const [prefix, component = '', ...ids] = topic.split('/');
  if (prefix !== DISCOVERY_PREFIX || ids.pop() !== 'config' || ids.length < 1 || ids.length > 2) return undefined;
  if (![component, ...ids].every((each) => NAME.test(each))) return undefined;
  const [first = '', second] = ids;
  return second === undefined ? { component, object: first } : { component, node: first, object: second };
}

/** A topic that a value may come from: no wildcards, none of the server's own, no announcement. */
export function topicOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || Buffer.byteLength(value) > LIMITS.topicBytes) return undefined;
  if (/[#+\0]/.test(value) || value.startsWith('$') || value.split('/').length > LIMITS.topicLevels) return undefined;
  return readConfigTopic(value) === undefined ? value : undefined;
}
