import { breaches, type Rule } from './document-check.ts';
import {
  CATEGORIES,
  CATEGORIES_NEVER_LEAVING,
  LANES,
  LEGAL_CLASSES,
  LEVELS,
  PURPOSES,
  RECIPIENT_CLASSES,
} from './lists.ts';
import type { Offer } from './offer-document.ts';

const oneOf = (values: readonly (string | number)[]): Rule => ({ is: 'one of', values });
const text = (longest: number): Rule => ({ is: 'text', longest });
const integer = (least: number, most: number): Rule => ({ is: 'integer', least, most });
const object = (fields: Readonly<Record<string, Rule>>, ...optional: readonly string[]): Rule => ({
  is: 'object',
  fields,
  optional,
});
const slug: Rule = { is: 'text', longest: 40, pattern: /^[a-z0-9-]{1,40}$/ };
const bilingual = (ja: number, en: number): Rule => object({ ja: text(ja), en: text(en) });
const notice = object({ information: text(2000), purpose: text(2000), recipients: text(2000) });

/** The shape of an offer document; `checkOffer` adds the rules a shape cannot say. */
const OFFER: Rule = object({
  schema: oneOf([1]),
  offer: slug,
  version: integer(1, 1_000_000),
  recipient: object({
    id: slug,
    name: bilingual(80, 120),
    class: oneOf(RECIPIENT_CLASSES),
    country: { is: 'text', longest: 2, pattern: /^[A-Z]{2}$/ },
    contact: text(200),
  }),
  purpose: oneOf(Object.keys(PURPOSES)),
  categories: {
    is: 'list',
    least: 1,
    most: 10,
    of: object(
      {
        category: oneOf(Object.keys(CATEGORIES)),
        level: oneOf(LEVELS.slice(1)),
        windowMinutes: oneOf([15, 30, 60]),
        retentionDays: integer(1, 3660),
        legalClass: oneOf(LEGAL_CLASSES),
      },
      'windowMinutes',
    ),
  },
  subject: oneOf(['home', 'device']),
  lane: oneOf(LANES),
  epochDays: integer(1, 366),
  leaseHours: integer(1, 8784),
  binding: oneOf(['none', 'account']),
  benefit: bilingual(400, 800),
  notice: object({ ja: notice, en: notice }),
  card: bilingual(120, 400),
  validityMonths: integer(1, 12),
});

type Checked = Pick<Offer, 'categories'>;

function categoryProblems({ categories }: Checked): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const [at, { category, level, windowMinutes }] of categories.entries()) {
    const field = `categories/${at}`;
    if (seen.has(category)) problems.push(`${field}: a category may be asked for once; join the two.`);
    if (CATEGORIES_NEVER_LEAVING.includes(category)) {
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
  const found = breaches(OFFER, document);
  if (found.length > 0) {
    const sentences = found.map(({ field, rule }) => `${field || 'document'}: ${rule}; correct this field.`);
    return [...new Set(sentences)].slice(0, 20);
  }
  return categoryProblems(document as Checked);
}
