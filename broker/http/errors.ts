import type { FastifyError, FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import Type from 'typebox';
import { Refusal } from '../refusal.ts';

/** The one shape of every error answer. */
export const ERROR = Type.Object(
  { error: Type.String(), remedy: Type.String(), reason: Type.String() },
  { description: 'What is wrong, what to do, and a code for programs' },
);

interface Said {
  readonly status: number;
  readonly reason: string;
  readonly error: string;
  readonly remedy: string;
}

const DESCRIBED = 'See /v1/openapi.json for what this path takes.';

/** Errors of the HTTP library, by its code. */
const LIBRARY: Readonly<Record<string, Said>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, reason: 'tooLarge', error: 'The body is too large.', remedy: DESCRIBED },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    reason: 'mediaType',
    error: 'The body is not application/json.',
    remedy: 'Send "content-type: application/json".',
  },
  FST_ERR_CTP_INVALID_JSON_BODY: {
    status: 400,
    reason: 'malformed',
    error: 'The body is not JSON.',
    remedy: DESCRIBED,
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { status: 400, reason: 'malformed', error: 'The body is empty.', remedy: DESCRIBED },
};

function fieldOf(fault: FastifyError): string {
  const [first] = fault.validation ?? [];
  const missing = first?.params?.missingProperty;
  const path = first?.instancePath.slice(1) || (typeof missing === 'string' ? missing : '');
  const where = fault.validationContext ?? 'request';
  return path
    ? `${where}/${path}: ${first?.message ?? 'not as described'}`
    : `${where}: ${first?.message ?? 'not as described'}`;
}

function said(fault: FastifyError | Refusal): Said | undefined {
  if (fault instanceof Refusal) {
    return { status: fault.status, reason: fault.reason, error: fault.message, remedy: fault.remedy };
  }
  if (fault.validation) {
    return { status: 400, reason: 'malformed', error: `${fieldOf(fault)}.`, remedy: DESCRIBED };
  }
  if (fault.statusCode === 429) {
    const error = 'Too many requests from this address.';
    return { status: 429, reason: 'tooMany', error, remedy: 'Wait as long as "retry-after" says.' };
  }
  const known = LIBRARY[fault.code];
  if (known) return known;
  if (fault.statusCode !== undefined && fault.statusCode < 500) {
    return { status: fault.statusCode, reason: 'malformed', error: 'The request cannot be read.', remedy: DESCRIBED };
  }
  return undefined;
}

/** Gives a server the one shape of errors; unexpected faults are logged by name and place, never with their message. */
export function shapeErrors(server: FastifyInstance, log: Logger): void {
  server.setErrorHandler((fault: FastifyError | Refusal, _request, reply) => {
    const known = said(fault);
    if (!known) log.error({ fault: faultName(fault) }, 'a request failed');
    const { status, error, remedy, reason } = known ?? {
      status: 500,
      reason: 'fault',
      error: 'The broker failed to answer this.',
      remedy: "Try again; the operator finds the fault in the broker's log.",
    };
    return reply.code(status).send({ error, remedy, reason });
  });
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'There is nothing at this path.', remedy: DESCRIBED, reason: 'notFound' }),
  );
}

/** Name, code and first place of a fault: enough to find it, without whatever data its message may hold. */
export function faultName(fault: unknown): { name: string; code?: string; at?: string } {
  if (!(fault instanceof Error)) return { name: typeof fault };
  const at = fault.stack?.split('\n').find((line) => line.trimStart().startsWith('at '));
  return {
    name: fault.name,
    ...('code' in fault && { code: String(fault.code) }),
    ...(at !== undefined && { at: at.trim() }),
  };
}
