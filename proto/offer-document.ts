import type { Category, Lane, LegalClass, Level, Purpose, RecipientClass } from './lists.ts';

/** The same text in the two languages a household reads. */
export interface Bilingual {
  readonly ja: string;
  readonly en: string;
}

/** What is asked for of one category. */
export interface OfferCategory {
  readonly category: Category;
  /** The finest level asked for; a household may give a coarser one. */
  readonly level: Level;
  /** Length of a window at level L4. */
  readonly windowMinutes?: 15 | 30 | 60;
  readonly retentionDays: number;
  readonly legalClass: LegalClass;
}

/** The signed document in which a recipient asks for data. */
export interface Offer {
  readonly schema: 1;
  /** A stable slug: a-z, 0-9 and hyphen, 1 to 40 characters. */
  readonly offer: string;
  readonly version: number;
  readonly recipient: {
    readonly id: string;
    readonly name: Bilingual;
    readonly class: RecipientClass;
    /** ISO 3166-1 alpha-2. */
    readonly country: string;
    readonly contact: string;
  };
  readonly purpose: Purpose;
  readonly categories: readonly OfferCategory[];
  readonly subject: 'home' | 'device';
  readonly lane: Lane;
  readonly epochDays: number;
  readonly leaseHours: number;
  readonly binding: 'none' | 'account';
  readonly benefit: Bilingual;
  readonly notice: Readonly<
    Record<'ja' | 'en', { readonly information: string; readonly purpose: string; readonly recipients: string }>
  >;
  /** The short text of the card; in Japanese at most 120 characters. */
  readonly card: Bilingual;
  readonly validityMonths: number;
}
