import type { Static } from 'typebox';
import Type from 'typebox';
import { Errors } from 'typebox/value';
import {
  CATEGORIES,
  CATEGORIES_NEVER_LEAVING,
  type Category,
  LANES,
  LEGAL_CLASSES,
  LEVELS,
  PURPOSES,
  RECIPIENT_CLASSES,
} from './lists.ts';

const closed = { additionalProperties: false } as const;
const oneOf = (names: readonly string[]) => Type.Union(names.map((name) => Type.Literal(name)));
const slug = Type.String({ pattern: '^[a-z0-9-]{1,40}$' });
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const bilingual = (ja: number, en: number) => Type.Object({ ja: text(ja), en: text(en) }, closed);
const notice = Type.Object({ information: text(2000), purpose: text(2000), recipients: text(2000) }, closed);

/** The JSON Schema of an offer document; `checkOffer` adds the rules a schema cannot say. */
export const OFFER_SCHEMA = Type.Object(
  {
    schema: Type.Literal(1),
    offer: slug,
    version: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    recipient: Type.Object(
      {
        id: slug,
        name: bilingual(80, 120),
        class: oneOf(RECIPIENT_CLASSES),
        country: Type.String({ pattern: '^[A-Z]{2}$' }),
        contact: text(200),
      },
      closed,
    ),
    purpose: oneOf(Object.keys(PURPOSES)),
    categories: Type.Array(
      Type.Object(
        {
          category: oneOf(Object.keys(CATEGORIES)),
          level: oneOf(LEVELS.slice(1)),
          windowMinutes: Type.Optional(Type.Union([Type.Literal(15), Type.Literal(30), Type.Literal(60)])),
          retentionDays: Type.Integer({ minimum: 1, maximum: 3660 }),
          legalClass: oneOf(LEGAL_CLASSES),
        },
        closed,
      ),
      { minItems: 1, maxItems: 10 },
    ),
    subject: oneOf(['home', 'device']),
    lane: oneOf(LANES),
    epochDays: Type.Integer({ minimum: 1, maximum: 366 }),
    leaseHours: Type.Integer({ minimum: 1, maximum: 8784 }),
    binding: oneOf(['none', 'account']),
    benefit: bilingual(400, 800),
    notice: Type.Object({ ja: notice, en: notice }, closed),
    card: bilingual(120, 400),
    validityMonths: Type.Integer({ minimum: 1, maximum: 12 }),
  },
  closed,
);

type Checked = Static<typeof OFFER_SCHEMA>;

function categoryProblems({ categories }: Checked): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const [at, { category, level, windowMinutes }] of categories.entries()) {
    const field = `categories/${at}`;
    if (seen.has(category)) problems.push(`${field}: a category may be asked for once; join the two.`);
    if (CATEGORIES_NEVER_LEAVING.includes(category as Category)) {
      problems.push(`${field}: ${category} never leaves a home; remove it.`);
    }
    if ((level === 'L4') !== (windowMinutes !== undefined)) {
      problems.push(
        `${field}/windowMinutes: stated exactly when the level is L4; ${level === 'L4' ? 'add' : 'remove'} it.`,
      );
    }
    seen.add(category);
  }
  return problems;
}

/** Every rule the document breaks, one sentence each (field: rule; remedy), empty when it is a good offer. */
export function checkOffer(document: unknown): string[] {
  const errors = Errors(OFFER_SCHEMA, document);
  if (errors.length > 0) {
    const sentence = (path: string, rule: string) => `${path.slice(1) || 'document'}: ${rule}; correct this field.`;
    return [...new Set(errors.map((error) => sentence(error.instancePath, error.message)))].slice(0, 20);
  }
  return categoryProblems(document as Checked);
}
