/** UTF-16 units looked at for each cell of a line: a payload of megabytes is not read to its end four times a second. */
const UNITS_PER_CELL = 8;

/** What says that a line goes on. */
const GOES_ON = '..';

/**
 * A text that does nothing to a terminal: control and format characters, line separators and halves of characters become `?`,
 * and of marks that stand on a character two stay.
 */
export function plainText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\ufe00-\ufe0f]/g, '')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')
    .replace(/(\p{M}{2})\p{M}+/gu, '$1');
}

/** How many cells of a terminal a plain text takes at most. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const character of text) {
    cells += cellsOfOne(character);
  }
  return cells;
}

/** A character beyond ASCII counts as two cells, as some terminals draw it, except Japan's narrow kana and marks without width. */
function cellsOfOne(character: string): number {
  if (character <= '~' || (character >= '\uff61' && character <= '\uff9f')) {
    return 1;
  }
  return /^[\p{Mn}\p{Me}]$/u.test(character) ? 0 : 2;
}

/** A text made plain and cut to so many cells of a terminal. */
export function cut(text: string, cells: number): string {
  const plain = plainText(text.slice(0, cells * UNITS_PER_CELL));
  if (cellsOf(plain) <= cells) {
    return plain;
  }
  const ending = cells > GOES_ON.length ? GOES_ON : '';
  let room = cells - ending.length;
  let kept = '';
  for (const character of plain) {
    room -= cellsOfOne(character);
    if (room < 0) {
      break;
    }
    kept += character;
  }
  return kept + ending;
}
