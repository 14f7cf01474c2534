/** What a template takes from a message: where, and what it makes of the words there. */
export interface Template {
  /** The payload itself where absent. */
  readonly path?: readonly string[];
  /** What the template says for each word it finds; the word itself where absent. */
  readonly says?: Readonly<Record<string, string>>;
}

/** No real template of one value is longer; a longer one is not looked at. */
const TEMPLATE_CHARACTERS = 256;
/** Levels of a path; real payloads have at most five. */
const PATH_LEVELS = 16;

const NAME = String.raw`[A-Za-z_]\w{0,63}`;
const KEY = String.raw`(?:\.${NAME}|\['[^'\\\]]{1,64}'\]|\["[^"\\\]]{1,64}"\])`;
const SOURCE = `(?<source>value_json(?:${KEY}){0,${PATH_LEVELS}}|value)`;
const WORD = (name: string) => `(?:'(?<${name}>[^'{}\\\\]{1,64})'|"(?<${name}2>[^"{}\\\\]{1,64})")`;
/** Filters that keep the meaning: numbers stay numbers, and what is absent stays absent whatever the default. */
const FILTER = String.raw`(?: ?\| ?(?:float|int|string|is_defined|(?:float|int|round|default)\( ?(?:-?\d{1,6}|''|"")? ?\)))`;

/** Every form of template that is read; all others are not. Blanks are single where the forms are compared. */
const VALUE = new RegExp(`^\\{\\{ ?${SOURCE}${FILTER}{0,3} ?\\}\\}$`);
const CHOICES = [
  `\\{\\{ ?${WORD('yes')} if ${SOURCE}(?: ?== ?(?<other>'[^']{1,64}'|"[^"]{1,64}"|true|false|[01]))? else ${WORD('no')} ?\\}\\}`,
  `\\{\\{ ?iif\\( ?${SOURCE}(?: ?== ?(?<other>'[^']{1,64}'|"[^"]{1,64}"|true|false|[01]))? ?, ?${WORD('yes')} ?, ?${WORD('no')} ?\\) ?\\}\\}`,
  `\\{% ?if ${SOURCE}(?: ?== ?(?<other>'[^']{1,64}'|"[^"]{1,64}"|true|false|[01]))? ?%\\} ?(?<yes>[\\w-]{1,64}) ?\\{% ?else ?%\\} ?(?<no>[\\w-]{1,64}) ?\\{% ?endif ?%\\}`,
].map((form) => new RegExp(`^${form}$`));

/** A comparison with one of these words tells what its opposite means; with any other word the rest is unknown. */
const OPPOSITES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['ON', 'OFF'],
    ['on', 'off'],
    ['true', 'false'],
    ['1', '0'],
    ['open', 'closed'],
    ['OPEN', 'CLOSED'],
    ['LOCKED', 'UNLOCKED'],
    ['locked', 'unlocked'],
  ].flatMap(([one = '', other = '']) => [
    [one, other],
    [other, one],
  ]),
);

/** Reads a template of the list; undefined for every other, since running strangers' programs is out of the question. */
export function readTemplate(template: unknown): Template | undefined {
  if (template === undefined || template === null) return {};
  if (typeof template !== 'string' || template.length > TEMPLATE_CHARACTERS) return undefined;
  const text = template.trim().replaceAll(/\s+/g, ' ');
  const value = VALUE.exec(text)?.groups;
  if (value !== undefined) return placeOf(value.source);
  for (const form of CHOICES) {
    const groups = form.exec(text)?.groups;
    if (groups !== undefined) return choice(groups);
  }
  return undefined;
}

function choice(groups: Readonly<Record<string, string | undefined>>): Template | undefined {
  const yes = groups.yes ?? groups.yes2;
  const no = groups.no ?? groups.no2;
  const place = placeOf(groups.source);
  if (yes === undefined || no === undefined) return undefined;
  if (groups.other === undefined) {
    // A text is true whatever it says, so without a comparison only JSON's own truth can be read.
    return place.path === undefined ? undefined : { ...place, says: { true: yes, false: no, '1': yes, '0': no } };
  }
  const word = groups.other.replaceAll(/^['"]|['"]$/g, '');
  const opposite = OPPOSITES[word];
  return { ...place, says: { [word]: yes, ...(opposite === undefined ? {} : { [opposite]: no }) } };
}

function placeOf(source = ''): Template {
  if (source === 'value') return {};
  const keys = source.slice('value_json'.length).match(new RegExp(KEY, 'g')) ?? [];
  return { path: keys.map((key) => (key.startsWith('.') ? key.slice(1) : key.slice(2, -2))) };
}
