import { DIALECTS, type DialectName } from '../dialects/dialects.ts';
import type { IntakeReason } from '../intake.ts';
import { LIMITS } from '../limits.ts';
import type { Matches } from '../topic-filter.ts';
import { DEPTH_MARK, WILDCARD_MARK } from './topic-guard.ts';

/** Where an account publishes. */
export interface Place {
  readonly dialect: DialectName;
  readonly base: string;
  readonly isOwnTopic: Matches;
}

/** Why a publication is not taken in, or undefined when it is: a device publishes to the topics of its own dialect only. */
export function refusalOf(topic: string, payloadBytes: number, place: Place): IntakeReason | undefined {
  // The guard marks publications; a will comes inside the CONNECT and has its wildcards still.
  if ([WILDCARD_MARK, '+', '#'].some((mark) => topic.includes(mark))) return 'wildcardTopic';
  if (topic.includes(DEPTH_MARK) || topic.split('/').length > LIMITS.topicLevels) return 'deepTopic';
  if (Buffer.byteLength(topic) > LIMITS.topicBytes) return 'deepTopic';
  if (topic.startsWith('$')) return 'systemTopic';
  if (!place.isOwnTopic(topic)) return 'foreignTopic';
  if (payloadBytes > DIALECTS[place.dialect].payloadBytes(topic, place.base)) return 'oversizePayload';
  return undefined;
}

/** True when every topic the filter can match is the base or below it. */
export function isOwnFilter(filter: string, base: string): boolean {
  return filter === base || filter.startsWith(`${base}/`);
}
