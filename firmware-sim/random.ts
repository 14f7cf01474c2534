/** A stream of reproducible integers; the same seed and labels give the same stream on every machine. */
export interface Random {
  /** An integer from 0 up to, not including, `count` (1 to 2^32). */
  below(count: number): number;
  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** True in `permille` of 1,000 cases. */
  chance(permille: number): boolean;
  /** An integer around `centre`, at most `reach` away, the centre being likelier than the ends. */
  around(centre: number, reach: number): number;
}

const TWO_TO_32 = 4_294_967_296;

/** FNV-1a over the label's UTF-16 units, with a different start for each of the generator's four words. */
function hashWord(label: string, start: number): number {
  let hash = (0x811c9dc5 ^ Math.imul(start, 0x9e3779b1)) >>> 0;
  for (let index = 0; index < label.length; index += 1) {
    hash = Math.imul(hash ^ label.charCodeAt(index), 0x01000193) >>> 0;
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Makes the stream named by a seed and labels (sfc32: 128 bits of state, 32-bit integer arithmetic only). */
export function randomStream(seed: number, ...labels: readonly (string | number)[]): Random {
  const label = [seed, ...labels].join('/');
  let a = hashWord(label, 1);
  let b = hashWord(label, 2);
  let c = hashWord(label, 3);
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) {
    next();
  }
  const below = (count: number): number => Math.floor((next() / TWO_TO_32) * count);
  const between = (least: number, most: number): number => least + below(most - least + 1);
  return {
    below,
    between,
    chance: (permille) => below(1000) < permille,
    around: (centre, reach) => centre - reach + below(reach + 1) + below(reach + 1),
  };
}
