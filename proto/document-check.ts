/** What a value must be; the part of JSON Schema that a signed document needs. */
export type Rule =
  | { readonly is: 'text'; readonly longest: number; readonly pattern?: RegExp }
  | { readonly is: 'integer'; readonly least: number; readonly most: number }
  | { readonly is: 'one of'; readonly values: readonly (string | number)[] }
  | { readonly is: 'list'; readonly of: Rule; readonly least: number; readonly most: number }
  | { readonly is: 'object'; readonly fields: Readonly<Record<string, Rule>>; readonly optional?: readonly string[] };

/** Where a value breaks its rule (`a/0/b`, '' for the whole), and what it must be. */
export interface Breach {
  readonly field: string;
  readonly rule: string;
}

/** Every breach of a rule by a value that came from outside; never with the value itself. */
export function breaches(rule: Rule, value: unknown, field = ''): Breach[] {
  switch (rule.is) {
    case 'object':
      return objectBreaches(rule, value, field);
    case 'list':
      return listBreaches(rule, value, field);
    default:
      return isKept(rule, value) ? [] : [{ field, rule: sentence(rule) }];
  }
}

function isKept(rule: Exclude<Rule, { is: 'object' | 'list' }>, value: unknown): boolean {
  if (rule.is === 'one of') return (rule.values as readonly unknown[]).includes(value);
  if (rule.is === 'integer')
    return Number.isInteger(value) && Number(value) >= rule.least && Number(value) <= rule.most;
  if (typeof value !== 'string' || value === '' || (rule.pattern && !rule.pattern.test(value))) return false;
  // Counted in characters as people count them, as JSON Schema does.
  return value.length <= rule.longest || [...value].length <= rule.longest;
}

function sentence(rule: Exclude<Rule, { is: 'object' | 'list' }>): string {
  if (rule.is === 'one of') return `must be one of ${rule.values.join(', ')}`;
  if (rule.is === 'integer') return `must be a whole number from ${rule.least} to ${rule.most}`;
  const matching = rule.pattern ? ` that matches ${rule.pattern.source}` : '';
  return `must be a text of 1 to ${rule.longest} characters${matching}`;
}

function objectBreaches(rule: Extract<Rule, { is: 'object' }>, value: unknown, field: string): Breach[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ field, rule: 'must be an object' }];
  const given = value as Readonly<Record<string, unknown>>;
  const found: Breach[] = [];
  for (const name of Object.keys(given))
    if (!Object.hasOwn(rule.fields, name))
      found.push({ field, rule: `must not have additional fields (${name.slice(0, 40)})` });
  for (const [name, inner] of Object.entries(rule.fields)) {
    if (Object.hasOwn(given, name)) found.push(...breaches(inner, given[name], below(field, name)));
    else if (!rule.optional?.includes(name)) found.push({ field: below(field, name), rule: 'must be there' });
  }
  return found;
}

function listBreaches(rule: Extract<Rule, { is: 'list' }>, value: unknown, field: string): Breach[] {
  const { least, most } = rule;
  if (!Array.isArray(value) || value.length < least || value.length > most)
    return [{ field, rule: `must be a list of ${least} to ${most} entries` }];
  return value.flatMap((one, at) => breaches(rule.of, one, below(field, String(at))));
}

function below(field: string, name: string): string {
  return field === '' ? name : `${field}/${name}`;
}
