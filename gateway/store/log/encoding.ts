/** How a value begins: one byte, then (but for null) a varint or 8 bytes, then the text or bytes themselves. */
export const TAGS = { null: 0, integer: 1, negative: 2, float: 3, text: 4, bytes: 5 } as const;

/** Arguments an operation may have: their count is one byte. */
export const ARGUMENTS_MOST = 255;
