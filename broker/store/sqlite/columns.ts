import { CATEGORIES, type Category, categoryOf } from '../../../proto/lists.ts';

/** Hexadecimal text → the bytes a column holds. */
export const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** The bytes a column holds → hexadecimal text. */
export const hex = (column: Buffer): string => column.toString('hex');

/** Category → its wire number, which is what columns hold. */
export const categoryNumber = (category: Category): number => CATEGORIES[category];

/** Wire number → category; throws for a number no version of this program has written. */
export function categoryName(number: number): Category {
  const name = categoryOf(number);
  if (name === undefined) throw new Error(`a stored category has the unknown number ${number}`);
  return name;
}

/** A list of categories as a column's text, and back. */
export const categoriesText = (categories: readonly Category[]): string => categories.map(categoryNumber).join(' ');
export const categoriesOf = (text: string): Category[] =>
  text === '' ? [] : text.split(' ').map((number) => categoryName(Number(number)));
