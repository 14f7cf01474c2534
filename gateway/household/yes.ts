import { randomUUID } from 'node:crypto';
import { type Category, LEVELS, type Level } from '../../proto/lists.ts';
import { offerKey } from '../../proto/offer.ts';
import type { Offer } from '../../proto/offer-document.ts';
import { CONSENT_SCHEMA, type ConsentRecord, type ConsentState } from '../consent/consent-record.ts';
import type { Scope } from '../consent/grant.ts';
import { levelsOf } from '../minimize/profile.ts';
import { type Answer, done } from './answer.ts';
import type { Speaker } from './person.ts';
import { noSuchLevel, notOffered, tooFine } from './yes-problems.ts';

/** What a resident may narrow when saying yes: some of the categories, a coarser level for all of them, or where and when. */
export interface Choice {
  readonly categories?: readonly Category[] | undefined;
  readonly level?: Level | undefined;
  /** Where and when it holds; everywhere and always without it. */
  readonly scope?: Scope | undefined;
}

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
  /** 0 for an answer that opens none. */
  readonly agreement: number;
  readonly nowMs: number;
  readonly speaker: Speaker;
  /** The person's name towards this recipient, 32 hexadecimal digits. */
  readonly principalId: string;
  readonly scope?: Scope | undefined;
  readonly state?: ConsentState | undefined;
}

/** The consent record of one person's answer to one category of an offer. */
export function writeRecord(parts: RecordParts): ConsentRecord {
  const { offer, hash, category, level, agreement, nowMs, speaker, scope = {}, state = 'ConsentGiven' } = parts;
  const asked = offer.categories.find((one) => one.category === category);
  if (!asked) throw new RangeError('The offer does not ask for this category.');
  return {
    schemaVersion: CONSENT_SCHEMA,
    recordId: randomUUID(),
    piiPrincipalId: parts.principalId,
    principal: { person: speaker.person, capacity: speaker.capacity, decidedBy: speaker.decidedBy },
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
      recipient: offer.recipient,
      withdrawalMethod: `engawa hub withdraw ${offer.offer}, or the switch on the hub's page`,
      legalClass: asked.legalClass,
    },
    granularity: {
      level,
      ...(level === 'L4' && asked.windowMinutes !== undefined ? { windowMinutes: asked.windowMinutes } : {}),
      lane: offer.lane,
      subject: offer.subject,
      epochDays: offer.epochDays,
      leaseHours: offer.leaseHours,
      binding: offer.binding,
    },
    scope,
    agreement,
    offerKey: offerKey(hash),
    event: {
      state,
      atMs: nowMs,
      expression: 'dpv:ExplicitlyExpressedConsent',
      entityId: `person ${speaker.decidedBy}`,
      expiresMs: monthsAfter(nowMs, offer.validityMonths),
      channel: speaker.channel,
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
