import { LIMITS } from '../limits.ts';

/** Why the operator's HTTP could not be used. `answered` carries the operator's own reason from its closed list. */
export type HttpFailure =
  | { readonly ok: false; readonly reason: 'address' | 'unreachable' | 'notABroker' }
  | { readonly ok: false; readonly reason: 'answered'; readonly status: number; readonly code: string };

/** A JSON document, or why there is none. */
export type HttpAnswer = { readonly ok: true; readonly document: unknown } | HttpFailure;

/** The standard's fetch, passed in. */
export type Fetch = typeof globalThis.fetch;

/** Asks the operator's HTTP for a JSON document: bounded in time and size, no redirects; GET unless there is a body. */
export async function askOperator(fetch: Fetch, base: string, path: string, body?: unknown): Promise<HttpAnswer> {
  const url = addressOf(base, path);
  if (!url) return { ok: false, reason: 'address' };
  try {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(LIMITS.httpMs),
      ...(body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const document = parse(await boundedText(response));
    if (document === undefined) return { ok: false, reason: 'notABroker' };
    return response.ok ? { ok: true, document } : refusalIn(document, response.status);
  } catch {
    return { ok: false, reason: 'unreachable' };
  }
}

function addressOf(base: string, path: string): URL | undefined {
  const url = URL.parse(base.endsWith('/') ? base : `${base}/`);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  return new URL(path, url);
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > LIMITS.httpBytes) return '';
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusalIn(document: unknown, status: number): HttpFailure {
  const code = textIn(document, 'reason');
  return code ? { ok: false, reason: 'answered', status, code } : { ok: false, reason: 'notABroker' };
}

/** The text in a field of a JSON document, or undefined. */
export function textIn(document: unknown, field: string): string | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const value = (document as Readonly<Record<string, unknown>>)[field];
  return typeof value === 'string' ? value : undefined;
}

/** The bytes in a base64url field of exactly this length, or undefined. */
export function bytesIn(document: unknown, field: string, length: number): Buffer | undefined {
  const text = textIn(document, field);
  const bytes = Buffer.from(text ?? '', 'base64url');
  return bytes.length === length && bytes.toString('base64url') === text ? bytes : undefined;
}
