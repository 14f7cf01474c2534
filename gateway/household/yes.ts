import { randomUUID } from 'node:crypto';
import { type Category, LEVELS, type Level } from '../../proto/lists.ts';
import { offerKey } from '../../proto/offer.ts';
import type { Offer } from '../../proto/offer-document.ts';
import { CONSENT_SCHEMA, type ConsentRecord } from '../consent/consent-record.ts';
import { levelsOf } from '../minimize/profile.ts';
import { type Answer, done, refuse } from './answer.ts';

/** What a resident may narrow when saying yes: some of the categories, or a coarser level for all of them. */
export interface Choice {
  readonly categories?: readonly Category[] | undefined;
  readonly level?: Level | undefined;
}

/** The person until a home has several. */
const OWNER = 'owner';

/** The level for each category that a choice comes to, or why the choice cannot be made. */
export function choose(offer: Offer, choice: Choice): Answer<Map<Category, Level>> {
  const chosen = new Map<Category, Level>();
  const asked = choice.categories ?? offer.categories.map((one) => one.category);
  for (const category of asked) {
    const offered = offer.categories.find((one) => one.category === category);
    if (!offered) return notOffered(category, offer);
    const level = choice.level ?? offered.level;
    if (LEVELS.indexOf(level) > LEVELS.indexOf(offered.level)) return tooFine(level, offered.level);
    if (!levelsOf(category).includes(level)) return noSuchLevel(level, category);
    chosen.set(category, level);
  }
  return done(chosen);
}

/** What a record of a yes is made of. */
export interface RecordParts {
  readonly offer: Offer;
  readonly hash: Buffer;
  readonly category: Category;
  readonly level: Level;
  readonly agreement: number;
  readonly nowMs: number;
}

/** The consent record of a yes to one category of an offer. */
export function writeRecord({ offer, hash, category, level, agreement, nowMs }: RecordParts): ConsentRecord {
  const asked = offer.categories.find((one) => one.category === category);
  if (!asked) throw new RangeError('The offer does not ask for this category.');
  return {
    schemaVersion: CONSENT_SCHEMA,
    recordId: randomUUID(),
    piiPrincipalId: OWNER,
    notice: { offer: offer.offer, version: offer.version, offerHash: hash.toString('hex'), languages: ['ja', 'en'] },
    process: {
      purpose: offer.purpose,
      lawfulBasis: 'consent',
      appiBasis: 'APPI 27(1)',
      piiType: category,
      collectionMethod: 'sensors of the home',
      storageLocation: offer.recipient.country,
      retentionDays: asked.retentionDays,
      jurisdiction: 'JP',
      recipient: { id: offer.recipient.id, name: offer.recipient.name, class: offer.recipient.class },
      withdrawalMethod: `engawa hub withdraw ${offer.offer}, or the switch on the hub's page`,
      legalClass: asked.legalClass,
    },
    granularity: {
      level,
      ...(level === 'L4' && asked.windowMinutes !== undefined ? { windowMinutes: asked.windowMinutes } : {}),
      lane: offer.lane,
      subject: offer.subject,
      epochDays: offer.epochDays,
    },
    scope: {},
    agreement,
    offerKey: offerKey(hash),
    event: {
      state: 'ConsentGiven',
      atMs: nowMs,
      expression: 'dpv:ExplicitlyExpressedConsent',
      entityId: OWNER,
      expiresMs: monthsAfter(nowMs, offer.validityMonths),
    },
  };
}

/** The same day and time that many months later; where that month is shorter, its last day, never later. */
function monthsAfter(atMs: number, months: number): number {
  const at = new Date(atMs);
  const day = at.getUTCDate();
  at.setUTCMonth(at.getUTCMonth() + months);
  if (at.getUTCDate() !== day) at.setUTCDate(0);
  return at.getTime();
}

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

function notOffered(category: string, offer: Offer): Answer<never> {
  const list = offer.categories.map((one) => one.category).join(', ');
  return refuse(
    [`このお願いは「${category}」を求めていません。`, `選べるのは次のとおりです:${list}`],
    [`This offer does not ask for "${category}".`, `It asks for: ${list}.`],
  );
}

function tooFine(level: Level, offered: Level): Answer<never> {
  return refuse(
    [
      `${level}は、お願いされている細かさ(${offered})より細かくなります。`,
      `${offered}か、それより粗い段階を選んでください。`,
    ],
    [`${level} is finer than the offer asks for (${offered}).`, `Choose ${offered} or a coarser level.`],
  );
}

function noSuchLevel(level: Level, category: Category): Answer<never> {
  const list = levelsOf(category).join(', ');
  return refuse(
    [`「${category}」を${level}の細かさで提供する方法がありません。`, `選べる段階:${list}`],
    [`"${category}" cannot leave at ${level}.`, `Levels that exist: ${list || 'none'}.`],
  );
}
