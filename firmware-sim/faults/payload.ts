/** A payload as its firmware made it: a JSON object, or anything else as text. */
export type Payload =
  | { readonly is: 'object'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly is: 'text'; readonly text: string };

/** Reads a payload; whatever is no JSON object is text. */
export function readPayload(payload: string): Payload {
  if (payload.startsWith('{')) {
    try {
      return { is: 'object', value: JSON.parse(payload) as Record<string, unknown> };
    } catch {
      // Another fault may have broken it before.
    }
  }
  return { is: 'text', text: payload };
}

/** A message that describes devices instead of saying what they measure. */
export function isDescription(topic: string): boolean {
  return /\/bridge\/|\/config$|\/discovery\/|\/availability$|\/(status|LWT|online|available)$/.test(topic);
}

/** Replaces values anywhere in a JSON object; `replace` is given each name with its value that is no object. */
export function mapValues(
  value: Readonly<Record<string, unknown>>,
  replace: (name: string, value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isObject(inner) ? mapValues(inner, replace) : replace(name, inner),
    ]),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
