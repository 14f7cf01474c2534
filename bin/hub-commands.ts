import { BACKUP_COMMANDS } from './backup-commands.ts';
import { DEVICE_COMMANDS } from './device-commands.ts';
import { DOCTOR_COMMAND } from './doctor.ts';
import type { Command, Given } from './hub-command.ts';

type Bilingual = { ja: string; en: string };

interface Status extends Record<string, unknown> {
  consent: { suspended?: Bilingual | null };
}

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
  suspended: string[];
  leftToday: number;
  withdrawal: { state: string; atMs: number } | null;
}

const list = (value: string | boolean | undefined): string[] | undefined =>
  typeof value === 'string' ? value.split(',').map((one) => one.trim()) : undefined;

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

const WITHDRAWN: Record<string, string> = {
  sent: 'withdrawn; waiting for the receipt of the data broker',
  erased: 'withdrawn; erased at the data broker, receipt in hand',
  nothingHeld: 'withdrawn; nothing had been provided',
};

const grantedText = (offer: OfferView): string => {
  if (offer.granted)
    return `granted: ${offer.granted.categories.map((one) => `${one.category} ${one.level}`).join(', ')} until ${day(offer.granted.expiresMs)}`;
  if (offer.suspended.length > 0)
    return `suspended until you say yes again (engawa hub grant ${offer.offer}): ${offer.suspended.join(', ')}`;
  if (offer.withdrawal) return WITHDRAWN[offer.withdrawal.state] ?? 'withdrawn';
  return 'not granted';
};

const offerLines = (offer: OfferView, { language }: Given): string[] => [
  `${offer.offer}  ${offer.recipient.name[language]} (${offer.recipient.class}), ${offer.purpose}, ${offer.lane} lane`,
  `    ${offer.categories.map((one) => `${one.category} at ${one.level}${one.windowMinutes ? ` (${one.windowMinutes} min)` : ''}`).join(', ')}`,
  `    ${grantedText(offer)}`,
];

/** Every command of `engawa hub`, in the order help shows them. */
export const COMMANDS: readonly Command[] = [
  ...DEVICE_COMMANDS,
  {
    words: ['enroll'],
    usage: 'enroll URL CODE',
    help: 'Enrol this hub with a data broker, with the code its operator gave you.',
    arguments: [2, 2],
    run: ({ words }, ask) => ask('POST', '/api/enrolment', { url: words[0], code: words[1] }),
    text: (value: { operator: string }) => [`Enrolled. Operator key fingerprint: ${value.operator}`],
  },
  {
    words: ['status'],
    usage: 'status',
    help: 'How the hub is doing.',
    arguments: [0, 0],
    run: (_given, ask) => ask('GET', '/api/status'),
    text: (value: Status, { language }) => {
      const { suspended, ...consent } = value.consent;
      const said = suspended ? { ...consent, suspended: suspended[language] } : consent;
      return statusLines({ ...value, consent: said });
    },
  },
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
    usage: 'grant OFFER [--level L2] [--category A,B]',
    help: "Say yes to an offer. --level may only be coarser than the offer's; --category narrows to some of it.",
    arguments: [1, 1],
    run: ({ words, options }, ask) =>
      ask('POST', '/api/grants', {
        offer: words[0],
        ...(options.level ? { level: options.level } : {}),
        ...(options.category ? { categories: list(options.category) } : {}),
      }),
    text: (value: OfferView, given) => offerLines(value, given),
  },
  {
    words: ['withdraw'],
    usage: 'withdraw OFFER [--category A,B]',
    help: 'Take a yes back: it stops at once, what waits is purged, and the data broker is told to erase.',
    arguments: [1, 1],
    run: ({ words, options }, ask) =>
      ask('POST', '/api/withdrawals', {
        offer: words[0],
        ...(options.category ? { categories: list(options.category) } : {}),
      }),
    text: (value: OfferView, given) => offerLines(value, given),
  },
  {
    words: ['journal'],
    usage: 'journal [--limit N]',
    help: 'What left the home, newest first, with the grant it left under.',
    arguments: [0, 0],
    run: ({ options }, ask) => ask('GET', `/api/journal?limit=${encodeURIComponent(String(options.limit ?? 50))}`),
    text: (value: {
      entries: {
        at: string;
        offer: string;
        category: string;
        quantity: string;
        value: number;
        time: string;
        windowS: number;
        outcome: string;
        agreement: number;
      }[];
    }) =>
      value.entries.length === 0
        ? ['Nothing has left this home.']
        : value.entries.map(
            (one) =>
              `${one.at}  ${one.offer}#${one.agreement}  ${one.category} ${one.quantity}=${one.value} of ${one.time}${one.windowS ? ` +${one.windowS / 60} min` : ''}  ${one.outcome}`,
          ),
  },
  {
    words: ['recovery-card'],
    usage: 'recovery-card',
    help: 'Print the card with which a new hub can withdraw and erase. Keep it on paper, away from the hub.',
    arguments: [0, 0],
    run: (_given, ask) => ask('GET', '/api/recovery-card'),
    text: (value: { card: string; operator?: string | null; broker?: string | null }, { language }) => [
      value.card,
      '',
      ...(value.operator ? [`${language === 'ja' ? '事業者' : 'Operator'}:  ${value.operator}`] : []),
      ...(value.broker ? [`${language === 'ja' ? 'データブローカー' : 'Data broker'}:  ${value.broker}`, ''] : []),
      ...(language === 'ja'
        ? [
            'このカードがあれば、この家が提供したものを撤回し、消去できます(engawa card)。紙で保管してください。',
            '事業者の行も書き写しておくと、本当にその事業者に届いたことを確かめられます。',
          ]
        : [
            'Whoever has this card can withdraw and erase what this home has shared (engawa card). Keep it on paper,',
            'with the line of the operator: with it the program can tell that it speaks to the right one.',
          ]),
    ],
  },
  ...BACKUP_COMMANDS,
  DOCTOR_COMMAND,
  {
    words: ['link'],
    usage: 'link',
    help: "Print a new one-time link to the household's page.",
    arguments: [0, 0],
    run: (_given, ask) => ask('POST', '/api/links'),
    text: (value: { url: string }) => [value.url],
  },
];

function statusLines(value: Record<string, unknown>, indent = ''): string[] {
  return Object.entries(value).flatMap(([name, one]) => {
    if (Array.isArray(one))
      return [
        `${indent}${name}: ${one.length === 0 ? 'none' : ''}`,
        ...one.map((row) => `${indent}  ${Object.values(row as object).join('  ')}`),
      ];
    if (one !== null && typeof one === 'object')
      return [`${indent}${name}:`, ...statusLines(one as Record<string, unknown>, `${indent}  `)];
    return [`${indent}${name}: ${one ?? '-'}`];
  });
}
