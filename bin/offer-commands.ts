import type { Command, Given } from './hub-command.ts';

type Bilingual = { ja: string; en: string };

interface OfferView {
  offer: string;
  version: number;
  recipient: { name: Bilingual; class: string };
  purpose: string;
  lane: string;
  card: Bilingual;
  benefit: Bilingual;
  notice: { ja: Record<string, string>; en: Record<string, string> };
  categories: { category: string; level: string; windowMinutes?: number; retentionDays: number; legalClass: string }[];
  granted: { sinceMs: number; expiresMs: number; categories: { category: string; level: string }[] } | null;
  answers: { name: string; capacity: string; state: string | null }[];
  suspended: string[];
  leftToday: number;
  withdrawal: { state: string; atMs: number; recipient: string } | null;
}

const list = (value: string | boolean | undefined): string[] | undefined =>
  typeof value === 'string' ? value.split(',').map((one) => one.trim()) : undefined;

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

const WITHDRAWN: Record<string, string> = {
  sent: 'withdrawn; waiting for the receipt of the data broker',
  erased: 'withdrawn; erased at the data broker, receipt in hand',
  nothingHeld: 'withdrawn; nothing had been provided',
};

const RECIPIENT: Record<string, string> = {
  unasked: '',
  waiting: '; the recipient has yet to attest that it erased its copies',
  overdue: '; the recipient is OVERDUE with its word that it erased its copies',
  attested: '; the recipient attests that it erased its copies',
  nothingHeld: '',
};

const withdrawnText = ({ state, recipient }: { state: string; recipient: string }): string =>
  `${WITHDRAWN[state] ?? 'withdrawn'}${RECIPIENT[recipient] ?? ''}`;

interface Withdrawal {
  slug: string;
  requestedAtMs: number;
  state: string;
  recipient: string;
  receipts: unknown[];
}

const grantedText = (offer: OfferView): string => {
  if (offer.granted)
    return `granted: ${offer.granted.categories.map((one) => `${one.category} ${one.level}`).join(', ')} until ${day(offer.granted.expiresMs)}`;
  if (offer.suspended.length > 0)
    return `suspended until you say yes again (engawa hub grant ${offer.offer}): ${offer.suspended.join(', ')}`;
  if (offer.withdrawal) return withdrawnText(offer.withdrawal);
  return 'not granted';
};

const YES = new Set(['ConsentGiven', 'RenewedConsentGiven']);
const NO = new Set(['ConsentRefused', 'ConsentWithdrawn', 'ConsentRevoked']);

/** Whose yes is missing although somebody said it: nothing of shared sensors leaves until then. */
const waitingText = ({ granted, answers }: OfferView): string[] => {
  if (!granted) return [];
  const missing = answers.filter(({ state, capacity }) =>
    capacity === 'minor' ? NO.has(state ?? '') : !YES.has(state ?? ''),
  );
  if (missing.length === 0) return [];
  return [`    nothing of shared sensors leaves: waiting for ${missing.map(({ name }) => name).join(', ')}`];
};

const offerLines = (offer: OfferView, { language }: Given): string[] => [
  `${offer.offer}  ${offer.recipient.name[language]} (${offer.recipient.class}), ${offer.purpose}, ${offer.lane} lane`,
  `    ${offer.categories.map((one) => `${one.category} at ${one.level}${one.windowMinutes ? ` (${one.windowMinutes} min)` : ''}`).join(', ')}`,
  `    ${grantedText(offer)}`,
  ...waitingText(offer),
];

/** Commands about offers, and what is said to each. */
export const OFFER_COMMANDS: readonly Command[] = [
  {
    words: ['offer', 'list'],
    usage: 'offer list',
    help: 'What recipients ask for, and what was said to each.',
    arguments: [0, 0],
    run: async (_given, ask) => {
      await ask('POST', '/api/offers/refresh');
      return ask('GET', '/api/offers');
    },
    text: (value: OfferView[], given) =>
      value.length === 0
        ? ['No offer has arrived. Is the hub enrolled? See: engawa hub status']
        : value.flatMap((one) => offerLines(one, given)),
  },
  {
    words: ['offer', 'show'],
    usage: 'offer show OFFER',
    help: 'The whole notice of an offer.',
    arguments: [1, 1],
    run: async ({ words }, ask) => {
      const reply = await ask('GET', '/api/offers');
      if (!reply.ok) return reply;
      const found = (reply.value as OfferView[]).find((one) => one.offer === words[0]);
      return found
        ? { ok: true, value: found }
        : { ok: false, error: `No offer named "${words[0]}" has arrived.`, remedy: 'See: engawa hub offer list' };
    },
    text: (value: OfferView, given) => [
      ...offerLines(value, given),
      '',
      value.card[given.language],
      '',
      ...Object.values(value.notice[given.language]).flatMap((part) => [part, '']),
      value.benefit[given.language],
      ...value.categories.map(
        (one) => `${one.category}: kept ${one.retentionDays} days by the recipient, legal class ${one.legalClass}`,
      ),
    ],
  },
  {
    words: ['grant'],
    usage:
      'grant OFFER [--person NAME] [--level L2] [--category A,B] [--room A,B] [--device A,B] [--hours 08:00-20:00]',
    help: "Say yes to an offer, for the owner or for --person. --level may only be coarser than the offer's; --category narrows to some of it; --room, --device and --hours say where and when.",
    arguments: [1, 1],
    run: ({ words, options }, ask) =>
      ask('POST', '/api/grants', {
        offer: words[0],
        ...(options.level ? { level: options.level } : {}),
        ...(options.category ? { categories: list(options.category) } : {}),
        ...(options.person ? { person: options.person } : {}),
        ...(options.room ? { rooms: list(options.room) } : {}),
        ...(options.device ? { devices: list(options.device) } : {}),
        ...(options.hours ? { hours: options.hours } : {}),
      }),
    text: (value: OfferView, given) => offerLines(value, given),
  },
  {
    words: ['refuse'],
    usage: 'refuse OFFER [--person NAME] [--later]',
    help: 'Say no, or with --later not now. One no holds back what shared sensors see from that recipient, whoever else says yes.',
    arguments: [1, 1],
    run: ({ words, options }, ask) =>
      ask('POST', '/api/refusals', {
        offer: words[0],
        ...(options.person ? { person: options.person } : {}),
        ...(options.later ? { later: true } : {}),
      }),
    text: (value: OfferView, given) => offerLines(value, given),
  },
  {
    words: ['withdrawal', 'list'],
    usage: 'withdrawal list',
    help: "Every withdrawal and how far it has come. With --json: the data broker's signed receipts too.",
    arguments: [0, 0],
    run: (_given, ask) => ask('GET', '/api/withdrawals'),
    text: (value: Withdrawal[]) =>
      value.length === 0
        ? ['Nothing was withdrawn.']
        : value.map(
            (one) => `${day(one.requestedAtMs)}  ${one.slug}  ${withdrawnText(one)} (${one.receipts.length} receipts)`,
          ),
  },
  {
    words: ['withdraw'],
    usage: 'withdraw OFFER [--person NAME] [--category A,B]',
    help: "Take a yes back, everybody's or that of --person: it stops at once, what waits is purged, and the data broker is told to erase.",
    arguments: [1, 1],
    run: ({ words, options }, ask) =>
      ask('POST', '/api/withdrawals', {
        offer: words[0],
        ...(options.category ? { categories: list(options.category) } : {}),
        ...(options.person ? { person: options.person } : {}),
      }),
    text: (value: OfferView, given) => offerLines(value, given),
  },
];
