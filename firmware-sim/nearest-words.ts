/** The known words from the most alike to the least, whether in capitals or not. */
export function nearestWords(word: string, known: readonly string[]): string[] {
  const distances = new Map(known.map((each) => [each, distance(word.toLowerCase(), each.toLowerCase())]));
  return [...known].sort((left, right) => (distances.get(left) ?? 0) - (distances.get(right) ?? 0));
}

/** How many letters must be changed, added or left out to make one word of another (Levenshtein). */
export function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...left].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...right].entries()) {
      const same = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(same, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
