import type { DropReason, Route } from './dialect.ts';
import { baseOf } from './homeassistant-abbreviations.ts';
import { availabilityOf } from './homeassistant-availability.ts';
import { meaningOf } from './homeassistant-classes.ts';
import { readTemplate } from './homeassistant-templates.ts';
import { topicOf } from './homeassistant-topic.ts';
import { wordsOf } from './homeassistant-words.ts';
import type { Fields } from './json.ts';
import { isSecret } from './secrets.ts';

/** One value that an announcement describes. */
export interface Entity {
  /** Its id inside its device. */
  readonly id: string;
  readonly value: Route;
  /** Where it is said whether it can be reached. */
  readonly online: readonly Route[];
}

/** An entity, or why it is not read. */
export type EntityFound = { readonly entity: Entity; readonly unread: number } | { readonly drop: DropReason };

/** A month: a longer delay is no sensor's. */
const LONGEST_DELAY_S = 31 * 86_400;

/** Reads one entity whose keys are long already. */
export function readEntity(by: string, component: string, id: string, fields: Fields, base?: string): EntityFound {
  const meaning = meaningOf(component, fields, id);
  const template = readTemplate(fields.value_template);
  if (meaning === undefined || template === undefined || !isPlainText(fields)) {
    return { drop: isSecret(id) ? 'secret' : 'unknownProperty' };
  }
  const topic = topicOf(fields.state_topic);
  const words = wordsOf(meaning, fields, template);
  if (topic === undefined || words === 'malformed') return { drop: 'malformed' };
  // Where commands go too, what is heard may be a wish, or a PIN.
  if (topic === fields.command_topic) return { drop: 'unknownProperty' };
  const value: Route = {
    topic,
    by,
    kind: meaning.kind,
    ...(template.path === undefined ? {} : { path: template.path }),
    ...(words === undefined ? { factor: meaning.factor ?? 1 } : { words }),
    ...delay('offAfterMs', component === 'binary_sensor' ? fields.off_delay : undefined),
    ...delay('expireAfterMs', component.endsWith('sensor') ? fields.expire_after : undefined),
  };
  const { online, unread } = availabilityOf(by, fields, baseOf(fields) ?? base);
  return { entity: { id, value, online }, unread };
}

function isPlainText({ encoding }: Fields): boolean {
  return encoding === undefined || (typeof encoding === 'string' && /^utf-?8$/i.test(encoding));
}

function delay<Name extends string>(name: Name, seconds: unknown): Partial<Record<Name, number>> {
  if (typeof seconds !== 'number' || !(seconds > 0) || seconds > LONGEST_DELAY_S) return {};
  const delays: Partial<Record<string, number>> = { [name]: Math.round(seconds * 1_000) };
  return delays;
}
