import type { Reply } from './hub-client.ts';

type Bilingual = { ja: string; en: string };

/** What a command was given: its arguments, its options, and the language to answer in. */
export interface Given {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly language: 'ja' | 'en';
}

/** One command of the household. `ask` sends a request to the hub. */
export interface Command {
  readonly words: readonly string[];
  readonly usage: string;
  readonly help: string;
  /** How many arguments it takes, at least and at most. */
  readonly arguments: readonly [number, number];
  readonly run: (
    given: Given,
    ask: (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Reply>,
  ) => Promise<Reply>;
  readonly text: (value: never, given: Given) => readonly string[];
}

interface Device {
  id: number;
  name: string;
  room: string | null;
  approved: boolean;
  kinds: string[];
  vendor: string | null;
  model: string | null;
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
  leftToday: number;
  withdrawal: { state: string; atMs: number } | null;
}

const list = (value: string | boolean | undefined): string[] | undefined =>
  typeof value === 'string' ? value.split(',').map((one) => one.trim()) : undefined;

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

const grantedText = (offer: OfferView): string => {
  if (offer.granted)
    return `granted: ${offer.granted.categories.map((one) => `${one.category} ${one.level}`).join(', ')} until ${day(offer.granted.expiresMs)}`;
  if (offer.withdrawal)
    return offer.withdrawal.state === 'erased'
      ? 'withdrawn; erased at the data broker'
      : 'withdrawn; waiting for the receipt of the data broker';
  return 'not granted';
};

const offerLines = (offer: OfferView, { language }: Given): string[] => [
  `${offer.offer}  ${offer.recipient.name[language]} (${offer.recipient.class}), ${offer.purpose}, ${offer.lane} lane`,
  `    ${offer.categories.map((one) => `${one.category} at ${one.level}${one.windowMinutes ? ` (${one.windowMinutes} min)` : ''}`).join(', ')}`,
  `    ${grantedText(offer)}`,
];

/** Every command of `engawa hub`, in the order help shows them. */
export const COMMANDS: readonly Command[] = [
  {
    words: ['device', 'add'],
    usage: 'device add NAME [--dialect zigbee2mqtt] [--base TOPIC]',
    help: 'Let a program publish to this hub: prints its user name, password and what to paste into its settings.',
    arguments: [1, 1],
    run: ({ words, options }, ask) =>
      ask('POST', '/api/credentials', {
        name: words[0],
        dialect: options.dialect ?? 'zigbee2mqtt',
        ...(options.base ? { base: options.base } : {}),
      }),
    text: (value: { name: string; server: string; password: string; settings: string }) => [
      `Server:    ${value.server}`,
      `User:      ${value.name}`,
      `Password:  ${value.password}   (shown this once; the hub keeps only a hash)`,
      '',
      "Paste this into Zigbee2MQTT's configuration.yaml:",
      '',
      ...value.settings
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`),
    ],
  },
  {
    words: ['device', 'list'],
    usage: 'device list',
    help: 'The things that were discovered, and the programs that may publish.',
    arguments: [0, 0],
    run: (_given, ask) => ask('GET', '/api/devices'),
    text: (value: { devices: Device[]; credentials: { name: string; dialect: string; base: string }[] }) => [
      ...(value.devices.length === 0
        ? ['No device was discovered yet. Add a program with: engawa hub device add NAME']
        : []),
      ...value.devices.map(
        (one) =>
          `${String(one.id).padStart(4)}  ${one.approved ? 'approved   ' : 'quarantined'}  ${one.name}${one.room ? ` (${one.room})` : ''}  ${[one.vendor, one.model].filter(Boolean).join(' ')}  ${one.kinds.join(', ')}`,
      ),
      ...value.credentials.map((one) => `may publish: ${one.name}, ${one.dialect}, below ${one.base}/`),
    ],
  },
  {
    words: ['device', 'approve'],
    usage: 'device approve ID|NAME… [--all] [--room ROOM] [--category power.total]',
    help: 'Approve things: only then are they observed. --all approves everything that was listed.',
    arguments: [0, 1000],
    run: ({ words, options }, ask) =>
      ask('POST', '/api/devices/approve', {
        ...(options.all ? { all: true } : { ids: words }),
        ...(options.room ? { room: options.room } : {}),
        ...(options.category ? { category: options.category } : {}),
      }),
    text: (value: { id: number; thing: string }[]) =>
      value.length === 0
        ? ['Nothing was waiting for approval.']
        : value.map((one) => `approved: ${one.id} ${one.thing}`),
  },
  {
    words: ['device', 'remove'],
    usage: 'device remove ID|NAME',
    help: 'Remove a thing with everything the home remembers of it, or a program that may publish.',
    arguments: [1, 1],
    run: ({ words }, ask) => ask('POST', '/api/devices/remove', { which: words[0] }),
    text: (value: { removed: string }) => [`removed: ${value.removed}`],
  },
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
    text: (value: Record<string, unknown>) => statusLines(value),
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
    text: (value: { card: string }) => [
      value.card,
      '',
      'Whoever has this card can withdraw and erase what this home has shared. Keep it on paper.',
    ],
  },
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
