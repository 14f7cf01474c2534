import type { FastifyReply } from 'fastify';
import { CATEGORIES, type Category } from '../../proto/lists.ts';
import type { Answer } from './answer.ts';

// JSON Schema as it stands, and its types read from it: no library has to build it while the hub starts.
/** A short text. */
export const TEXT = { type: 'string', minLength: 1, maxLength: 200 } as const;
/** Some categories; of the names only the type of any of them is read, not their number. */
export const CATEGORY_LIST = {
  type: 'array',
  items: { enum: Object.keys(CATEGORIES) as [Category] },
  minItems: 1,
} as const;
/** An object in which every field is known. */
export const closed = { type: 'object', additionalProperties: false } as const;

/** Sends what was asked for, or says with 409 why not. */
export function answer(reply: FastifyReply, answered: Answer<unknown>): unknown {
  if (answered.ok) return answered.value;
  reply.code(409);
  return answered.problem;
}
