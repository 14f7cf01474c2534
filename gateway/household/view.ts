import { LEVELS } from '../../proto/lists.ts';
import type { Offer } from '../../proto/offer-document.ts';
import { type ConsentRecord, PERMITTING } from '../consent/consent-record.ts';
import { suspensionSentence } from '../restore/sentences.ts';
import type { HomeClock } from '../time/home-clock.ts';
import type { QueueFigures } from '../upkeep/condition.ts';
import type { Bilingual } from './answer.ts';
import { recipientStage } from './attested.ts';
import type { ConsentDesk } from './consent-desk.ts';
import { type DeviceViewParts, deviceViews } from './device-view.ts';
import type { LiveCounts } from './live.ts';
import type { OfferShelf, ShelvedOffer } from './offer-shelf.ts';
import type { People } from './people.ts';

/** How the hub's way to the data broker stands. */
export interface UplinkView {
  readonly enrolled: boolean;
  readonly connected: boolean;
  readonly waiting: number;
  readonly lastAcknowledgedMs: number | null;
}

/** What is said of the hub's clock, and what a person can do. */
export const CLOCK_SENTENCES = {
  trusted: { ja: '時計は確かめられています。', en: 'The clock is confirmed.' },
  estimated: {
    ja: '時計を確かめられないため、家の時刻は推定です。時間帯を決めた同意や期限の近い同意では提供を止めています。ハブをしばらくインターネットにつなぐか、時計用電池を付けてください。',
    en: 'The clock cannot be confirmed, so home time is an estimate; consents for certain hours or near their end are on hold. Connect the hub to the internet for a while, or give its machine a battery clock.',
  },
} as const;

/** What is said while something is held back. */
export const HELD_SENTENCES = {
  paused: {
    ja: '提供を一時停止しています。いま起きていることは、家の外に出ません。再開するには「engawa hub resume」。',
    en: 'Everything is paused: what happens now never leaves the home. To go on: engawa hub resume.',
  },
  visitors: {
    ja: '来客中のため、共用の機器からは提供していません。終えるには「engawa hub resume」。',
    en: 'Visitors are here, so nothing leaves from shared sensors. To end that: engawa hub resume.',
  },
  uncertain: {
    ja: '故障のあと、ここで暮らす人の記録が一部読めないため、共用の機器からは提供していません。「engawa hub person list」で確かめてください。',
    en: 'After damage some of who lives here could not be read, so nothing leaves from shared sensors. See: engawa hub person list.',
  },
} as const;

/** What is said while the outbox has no room. */
export const QUEUE_SENTENCES = {
  full: {
    ja: '受領待ちがいっぱいのため、機器からの知らせを受け取っていません。空きができるまで、待てる機器は知らせを手元に残します。データブローカーとの接続を確かめてください。',
    en: 'Too much is waiting to be sent, so nothing is taken in from devices; those that can wait keep what they have until there is room. Check the connection to the data broker.',
  },
  thinning: {
    ja: '受領待ちが上限に達したため、古い電力の記録から間引いています。鍵やドア、人の検知の記録は残します。データブローカーとの接続を確かめてください。',
    en: 'The limit of what may wait is reached, so the oldest power records are left out; locks, doors and presence are kept. Check the connection to the data broker.',
  },
} as const;

/** What the view is made of. */
export interface ViewParts extends DeviceViewParts {
  readonly mode: 'demo' | 'home';
  /** Records that left for an offer since midnight. */
  readonly leftToday: (offer: string) => number;
  readonly offers: () => OfferShelf | undefined;
  readonly consent: () => ConsentDesk | undefined;
  readonly people: People;
  readonly counts: () => LiveCounts;
  readonly uplink: () => UplinkView;
  /** How full the outbox is, and what that cost. */
  readonly queue: () => QueueFigures;
  /** What the hub writes to its card, and how long a card bears it. */
  readonly card: () => Bilingual;
}

/** Everything the household's page shows at first; shape described at `/api/openapi.json`. */
export function viewOf(parts: ViewParts) {
  const { clock } = parts;
  const uplink = parts.uplink();
  return {
    mode: parts.mode,
    speed: clock.speed,
    homeTimeMs: clock.now().ms,
    timeZone: clock.timeZone,
    hub: healthOf(parts, uplink),
    uplink: { connected: uplink.connected, waiting: uplink.waiting, lastAcknowledgedMs: uplink.lastAcknowledgedMs },
    devices: deviceViews(parts),
    offers: offerViews(parts),
    counts: parts.counts(),
    queue: parts.queue(),
    card: parts.card(),
  };
}

/** The offers of the hub's operator with what the home has said to each. */
export function offerViews(parts: Pick<ViewParts, 'offers' | 'consent' | 'leftToday' | 'people'>) {
  return (parts.offers()?.all() ?? []).map((shelved) =>
    offerView(shelved, { desk: parts.consent(), people: parts.people }, parts.leftToday(shelved.offer.offer)),
  );
}

function offerView(
  { offer }: ShelvedOffer,
  { desk: consent, people }: { readonly desk: ConsentDesk | undefined; readonly people: People },
  leftToday: number,
) {
  const withdrawal = consent?.withdrawals.latest(offer.offer);
  const { version, recipient, purpose, card, notice, benefit, lane, categories, validityMonths, subject } = offer;
  return {
    offer: offer.offer,
    version,
    recipient: { name: recipient.name, class: recipient.class, country: recipient.country },
    purpose,
    card,
    notice,
    benefit,
    lane,
    subject,
    validityMonths,
    categories: categories.map(({ category, level, windowMinutes, retentionDays, legalClass }) => ({
      category,
      level,
      ...(windowMinutes === undefined ? {} : { windowMinutes }),
      retentionDays,
      legalClass,
    })),
    granted: grantedView(consent?.given(offer.offer) ?? []),
    answers: answersView(offer, consent, people),
    suspended: (consent?.suspended(offer.offer) ?? []).map(({ process }) => process.piiType),
    leftToday,
    withdrawal: withdrawal
      ? {
          state: withdrawal.state,
          atMs: withdrawal.erasedAtMs ?? withdrawal.requestedAtMs,
          requestedAtMs: withdrawal.requestedAtMs,
          recipient: recipientStage(withdrawal),
          recipientAtMs: withdrawal.attestedAtMs ?? null,
        }
      : null,
  };
}

/** What each person who lives here has said to an offer; null: nothing yet. */
function answersView(offer: Offer, consent: ConsentDesk | undefined, people: People) {
  return people.all().map(({ id, name, capacity }) => {
    const words = offer.categories.flatMap(({ category }) => consent?.lastWord(offer.offer, category, id) ?? []);
    const states = new Set(words.map(({ event }) => event.state));
    const state = [...PERMITTING].find((one) => states.has(one)) ?? words.at(-1)?.event.state ?? null;
    return { person: id, name, capacity, state };
  });
}

/** What of an offer is granted now: since when, until when, and what; of several people the strictest. */
function grantedView(all: readonly ConsentRecord[]) {
  const first = all[0];
  if (!first) return null;
  const coarser = (one: ConsentRecord, other: ConsentRecord) =>
    LEVELS.indexOf(one.granularity.level) <= LEVELS.indexOf(other.granularity.level) ? one : other;
  const records = [...Map.groupBy(all, ({ process }) => process.piiType).values()].map((group) =>
    group.reduce(coarser),
  );
  return {
    sinceMs: Math.max(...all.map(({ event }) => event.atMs)),
    expiresMs: Math.min(...all.map(({ event }) => event.expiresMs)),
    categories: records.map(({ process, granularity }) => ({
      category: process.piiType,
      level: granularity.level,
      ...(granularity.windowMinutes === undefined ? {} : { windowMinutes: granularity.windowMinutes }),
    })),
  };
}

function healthOf(
  parts: ViewParts,
  uplink: UplinkView,
): { health: 'ok' | 'waiting' | 'attention'; sentence: Bilingual } {
  const fault = parts.consent()?.fault;
  if (fault !== undefined)
    return {
      health: 'attention',
      sentence: { ja: '同意の記録を読み取れないため、何も提供していません。', en: `Nothing leaves: ${fault}.` },
    };
  const held = heldSentence(parts.people);
  if (held) return { health: 'attention', sentence: held };
  const suspended = suspendedSentence(parts);
  if (suspended) return { health: 'attention', sentence: suspended };
  const { isFull, waiting, thinnedAbove } = parts.queue();
  if (isFull) return { health: 'attention', sentence: QUEUE_SENTENCES.full };
  if (waiting >= thinnedAbove) return { health: 'attention', sentence: QUEUE_SENTENCES.thinning };
  if (!uplink.enrolled)
    return {
      health: 'waiting',
      sentence: {
        ja: 'データブローカーにまだ登録していません。家の外には何も出ません。',
        en: 'Not enrolled with a data broker yet. Nothing leaves the home.',
      },
    };
  if (!uplink.connected)
    return {
      health: 'waiting',
      sentence: {
        ja: 'データブローカーにつながっていません。提供データはこのハブで待っています。',
        en: 'The data broker cannot be reached. What may leave is waiting on this hub.',
      },
    };
  if (parts.clock.now().estimated) return { health: 'attention', sentence: CLOCK_SENTENCES.estimated };
  return { health: 'ok', sentence: { ja: 'ハブは正常に動いています。', en: 'The hub is working.' } };
}

/** What is held back, in a sentence; undefined when nothing is. */
function heldSentence(people: People): Bilingual | undefined {
  if (people.heldUntilMs('paused') !== undefined) return HELD_SENTENCES.paused;
  if (people.heldUntilMs('visitors') !== undefined) return HELD_SENTENCES.visitors;
  return people.isUncertain ? HELD_SENTENCES.uncertain : undefined;
}

/** What is suspended until a resident says yes again, in a sentence; undefined when nothing is. */
export function suspendedSentence({ offers, consent }: Pick<ViewParts, 'offers' | 'consent'>): Bilingual | undefined {
  const desk = consent();
  const waiting = (offers()?.all() ?? []).filter(({ offer }) => (desk?.suspended(offer.offer).length ?? 0) > 0);
  return suspensionSentence(
    desk?.lost,
    waiting.map(({ offer }) => offer.recipient.name),
  );
}

const DAY_MS = 86_400_000;

/** The last midnight of the home, in milliseconds. */
export function startOfDay(clock: HomeClock): number {
  return dayOf(clock) * DAY_MS - clock.offsetS(clock.now().ms) * 1000;
}

/** The home's day, as a number that grows by one at its midnight. */
export function dayOf(clock: HomeClock): number {
  const { ms } = clock.now();
  return Math.floor((ms + clock.offsetS(ms) * 1000) / DAY_MS);
}
