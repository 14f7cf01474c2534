import type { Category, Level } from '../../proto/lists.ts';
import type { Offer } from '../../proto/offer-document.ts';
import { levelsOf } from '../minimize/profile.ts';
import { type Answer, refuse } from './answer.ts';

/** There is no such offer. */
export function noSuchOffer(slug: string): Answer<never> {
  return refuse(
    [`「${slug}」というデータ提供のお願いは届いていません。`, '「engawa hub offer list」で一覧を確かめてください。'],
    [`No offer named "${slug}" has arrived.`, 'Run "engawa hub offer list" to see those that have.'],
  );
}

/** Nothing was ever given. */
export function nothingGiven(slug: string): Answer<never> {
  return refuse(
    [`「${slug}」には、まだ一度も同意していません。`, '「engawa hub offer list」で同意の状態を確かめてください。'],
    [`Nothing was ever granted to "${slug}".`, 'Run "engawa hub offer list" to see what is granted.'],
  );
}

/** The offer is not the one that was agreed to before. */
export function changedSince(slug: string): Answer<never> {
  return refuse(
    [
      'このお願いの内容は、前に同意したときから変わっています。',
      `全体に同意し直すか(engawa hub grant ${slug})、先に撤回してください。`,
    ],
    [
      'This offer has changed since you agreed to it.',
      `Say yes to all of it again (engawa hub grant ${slug}), or withdraw first.`,
    ],
  );
}

/** The hub is being enrolled just now. */
export function tryAgain(): Answer<never> {
  return refuse(
    ['いま登録の手続き中です。', '少し待って、もう一度お試しください。'],
    ['The hub is being enrolled just now.', 'Wait a moment and try again.'],
  );
}

/** The consent book cannot be read. */
export function unreadable(): Answer<never> {
  return refuse(
    [
      '同意の記録を読み取れないため、何も提供していません。',
      'バックアップから復元するか、新しい記録で始めてください。',
    ],
    ['The consent book cannot be read, so nothing leaves.', 'Restore it from a backup, or begin with a new one.'],
  );
}

/** The offer does not ask for this. */
export function notOffered(category: string, offer: Offer): Answer<never> {
  const list = offer.categories.map((one) => one.category).join(', ');
  return refuse(
    [`このお願いは「${category}」を求めていません。`, `選べるのは次のとおりです:${list}`],
    [`This offer does not ask for "${category}".`, `It asks for: ${list}.`],
  );
}

/** Finer than asked for. */
export function tooFine(level: Level, offered: Level): Answer<never> {
  return refuse(
    [
      `${level}は、お願いされている細かさ(${offered})より細かくなります。`,
      `${offered}か、それより粗い段階を選んでください。`,
    ],
    [`${level} is finer than the offer asks for (${offered}).`, `Choose ${offered} or a coarser level.`],
  );
}

/** Nothing can leave at this level. */
export function noSuchLevel(level: Level, category: Category): Answer<never> {
  const list = levelsOf(category).join(', ');
  return refuse(
    [`「${category}」を${level}の細かさで提供する方法がありません。`, `選べる段階:${list}`],
    [`"${category}" cannot leave at ${level}.`, `Levels that exist: ${list || 'none'}.`],
  );
}

/** A yes stands: it has to be taken back. */
export function withdrawFirst(slug: string): Answer<never> {
  return refuse(
    ['この人は、このお願いに同意しています。', `先に撤回してください(engawa hub withdraw ${slug} --person 名前)。`],
    ['This person has said yes to this offer.', `Take it back first: engawa hub withdraw ${slug} --person NAME`],
  );
}
