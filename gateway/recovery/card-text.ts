import { secretFromCard } from '../../proto/keys.ts';
import { type Answer, type Bilingual, done, refuse } from '../household/answer.ts';

const GROUPS = 14;
const GROUP_CHARACTERS = 4;
const CHARACTERS = GROUPS * GROUP_CHARACTERS;
/** Crockford's letters; those a person may write instead are read as what they look like. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The home secret (32 bytes) of a copied card, or what is wrong with it: the group (1 to 14), where that can be told. */
export function readCard(text: string): Answer<Buffer> {
  const read = secretFromCard(text);
  if (read.ok) return done(read.secret);
  if (read.reason === 'character') return wrongGroup(groupOfStrangeCharacter(text), STRANGE);
  if (read.reason === 'length') return wrongLength(text);
  const suspects = groupsOneMistakeAway(plain(text));
  const [only] = suspects;
  return suspects.length === 1 && only !== undefined ? wrongGroup(only, MISCOPIED) : severalMistakes();
}

const STRANGE: Bilingual = {
  ja: 'カードには使われない文字があります',
  en: 'has a character that no card has',
};
const MISCOPIED: Bilingual = {
  ja: '一文字違うか、隣り合う二文字が入れ替わっているようです',
  en: 'seems to have one wrong character, or two neighbours exchanged',
};

function plain(text: string): string {
  return text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}

function groupOfStrangeCharacter(text: string): number {
  const at = [...plain(text)].findIndex((character) => !ALPHABET.includes(character));
  return groupAt(at);
}

function groupAt(character: number): number {
  return Math.min(GROUPS, Math.floor(character / GROUP_CHARACTERS) + 1);
}

/**
 * The groups in which one changed character, or two exchanged neighbours, would make the checksum right. The checksum has
 * 20 bits and there are fewer than 2,000 such changes, so a wrong one fits once in 500 cards; it is only ever a hint.
 */
function groupsOneMistakeAway(text: string): number[] {
  const groups = new Set<number>();
  const fits = (candidate: string): boolean => secretFromCard(candidate).ok;
  for (let at = 0; at < CHARACTERS; at += 1) {
    const [before, after] = [text.slice(0, at), text.slice(at + 1)];
    for (const character of ALPHABET) if (fits(before + character + after)) groups.add(groupAt(at));
    const [one = '', other = ''] = text.slice(at, at + 2);
    if (fits(before + other + one + text.slice(at + 2))) groups.add(groupAt(at));
  }
  return [...groups];
}

function wrongGroup(group: number, how: Bilingual): Answer<never> {
  return refuse(
    [
      `${group}番目のグループ(4文字ずつ数えて)に、${how.ja}。`,
      'カードと見くらべて、もう一度入力してください。何も送っていません。',
    ],
    [
      `Group ${group} (counting by four characters) ${how.en}.`,
      'Compare it with the card and type it again. Nothing was sent.',
    ],
  );
}

function wrongLength(text: string): Answer<never> {
  const typed = text
    .trim()
    .toUpperCase()
    .split(/[\s-]+/);
  const odd = typed.findIndex((group) => group.length !== GROUP_CHARACTERS);
  const length = plain(text).length;
  if (typed.length === GROUPS && odd >= 0)
    return wrongGroup(odd + 1, { ja: '文字の過不足があります', en: 'does not have four characters' });
  return refuse(
    [
      `カードは${GROUPS}グループ、${CHARACTERS}文字です。入力は${length}文字でした。`,
      'カードと見くらべて、もう一度入力してください。何も送っていません。',
    ],
    [
      `A card has ${GROUPS} groups, ${CHARACTERS} characters; ${length} were typed.`,
      'Compare it with the card and type it again. Nothing was sent.',
    ],
  );
}

function severalMistakes(): Answer<never> {
  return refuse(
    [
      '照合の文字が合いません。どのグループが違うかは、分かりませんでした。',
      'カードと一グループずつ見くらべて、もう一度入力してください。何も送っていません。',
    ],
    [
      'The check at its end does not fit, and more than one character is wrong, so that no group can be named.',
      'Compare every group with the card and type it again. Nothing was sent.',
    ],
  );
}
