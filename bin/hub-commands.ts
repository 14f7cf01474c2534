import { BACKUP_COMMANDS } from './backup-commands.ts';
import { DEVICE_COMMANDS } from './device-commands.ts';
import { DOCTOR_COMMAND } from './doctor.ts';
import type { Command } from './hub-command.ts';
import { OFFER_COMMANDS } from './offer-commands.ts';
import { PEOPLE_COMMANDS } from './people-commands.ts';

type Bilingual = { ja: string; en: string };

interface Status extends Record<string, unknown> {
  consent: { suspended?: Bilingual | null };
}

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
  ...OFFER_COMMANDS,
  ...PEOPLE_COMMANDS,
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
    usage: 'link [--person NAME]',
    help: "Print a new one-time link to the household's page: who opens it answers as the owner, or as --person.",
    arguments: [0, 0],
    run: ({ options }, ask) =>
      ask('POST', `/api/links${options.person ? `?person=${encodeURIComponent(String(options.person))}` : ''}`),
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
