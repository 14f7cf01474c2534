/**
 * How the operations of a logged statement become fewer before they reach the tables. `Name` is a statement. All
 * statements that write one table either name it in their rules or are all 'append'.
 */
export type FoldRule<Name extends string> =
  /** Every one is kept, in order. */
  | 'append'
  /** The last of those with the same first `key` arguments wins, among all statements of the table with that rule. */
  | { readonly table: string; readonly key: number }
  /** Those with the same first `key` arguments become one, with the sum of the argument at `sums` (from 0). */
  | { readonly table: string; readonly key: number; readonly sums: number }
  /** Takes out everything earlier of the table whose first arguments are its own, and is kept; `clears` is their count. */
  | { readonly table: string; readonly clears: number }
  /** Is kept; what `adds` added before, with a first argument from its first to its second, is added by `as` instead. */
  | { readonly adds: Name; readonly as: Name };
