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

/**
 * Replaces the values of a JSON object, those of the objects in it too; `replace` is given where each stands, its name last.
 * Gives the same object back when nothing changed, so that what says the same keeps its bytes.
 */
export function mapValues(
  value: Readonly<Record<string, unknown>>,
  replace: (path: readonly string[], value: unknown) => unknown,
  above: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  let isChanged = false;
  const entries = Object.entries(value).map(([name, inner]) => {
    const path = [...above, name];
    const mapped = mapInner(inner, replace, path);
    isChanged ||= !Object.is(mapped, inner);
    return [name, mapped] as const;
  });
  return isChanged ? Object.fromEntries(entries) : value;
}

function mapInner(inner: unknown, replace: Parameters<typeof mapValues>[1], path: readonly string[]): unknown {
  if (isObject(inner)) {
    return mapValues(inner, replace, path);
  }
  if (Array.isArray(inner) && inner.some(isObject)) {
    const items = inner.map((item, index) => mapInner(item, replace, [...path, String(index)]));
    return items.some((item, index) => !Object.is(item, inner[index])) ? items : inner;
  }
  return replace(path, inner);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
