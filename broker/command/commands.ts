/** What a command may be given besides its name. */
export interface Given {
  /** The one argument, where the command takes one. */
  readonly argument: string;
  readonly renew: boolean;
  /** Contents of the file named by the argument. */
  readonly read: () => string;
}

/** One command of the operator. */
export interface Command {
  /** The words after `engawa broker`. */
  readonly words: readonly [string] | readonly [string, string];
  /** Name of its argument, where it takes one. */
  readonly argument?: 'NAME' | 'FILE';
  /** Whether it takes --renew. */
  readonly renew?: boolean;
  readonly help: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: (given: Given) => unknown;
  /** The answer as lines for people. */
  readonly text: (value: never) => readonly string[];
}

const none = (what: string, remedy: string): string[] => [`No ${what} yet. ${remedy}`];

const ELSEWHERE =
  'A hub on another machine needs the address of this one in place of 127.0.0.1, and ENGAWA_BIND set to it here.';

/** A document that is not JSON. */
export class UnreadableDocument extends Error {}

function document(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableDocument('The file is not JSON.');
  }
}

type ErasureCounts = Record<'waiting' | 'attested' | 'overdue', number>;

interface Erasures {
  counts: ErasureCounts;
  erasures: {
    offer: string;
    recipient: string;
    pseudonym: string;
    categories: string[];
    attestBy: string;
    state: string;
    attestedAt?: string;
  }[];
}

const WHEN = { attested: 'attested', waiting: 'waiting, to be attested by', overdue: 'OVERDUE since' } as const;

const erasureCounts = ({ waiting, attested, overdue }: ErasureCounts): string =>
  `${waiting} waiting for their recipient's attestation, ${overdue} overdue, ${attested} attested`;

interface Status {
  url: string;
  ingressUrl: string;
  ingressConnected: boolean;
  connections: number;
  cellsWaiting: number;
  stored: Record<string, number>;
  erasures: ErasureCounts;
  sinceStart: { reason: string; count: number; meaning: string }[];
}

/** All commands, in the order help shows them. */
export const COMMANDS: readonly Command[] = [
  {
    words: ['hub', 'invite'],
    help: 'Print a one-time code, valid 24 hours, that enrols one hub.',
    method: 'POST',
    path: '/cli/hub/invite',
    text: (value: { command: string; expiresAt: string }) => [
      'On the hub, run:',
      '',
      `  ${value.command}`,
      '',
      `The code works once, until ${value.expiresAt}.`,
      ...(value.command.includes('//127.0.0.1') ? [ELSEWHERE] : []),
    ],
  },
  {
    words: ['hub', 'list'],
    help: 'List enrolled hubs.',
    method: 'GET',
    path: '/cli/hub/list',
    text: (value: { hubs: { hub: string; enrolled: string }[] }) =>
      value.hubs.length === 0
        ? none('hub', 'Invite one with: engawa broker hub invite.')
        : value.hubs.map((hub) => `${hub.hub}  enrolled ${hub.enrolled}`),
  },
  {
    words: ['recipient', 'add'],
    argument: 'NAME',
    renew: true,
    help: 'Add a recipient under the id its offers state, and print its token (once).',
    method: 'POST',
    path: '/cli/recipient/add',
    body: ({ argument, renew }) => ({ name: argument, renew }),
    text: (value: { name: string; token: string; renewed: boolean }) => [
      `Token of ${value.name}, shown this once; only its hash is kept:`,
      '',
      `  ${value.token}`,
      ...(value.renewed ? ['', 'The token before it no longer works.'] : []),
    ],
  },
  {
    words: ['recipient', 'list'],
    help: 'List recipients and the offers that name them.',
    method: 'GET',
    path: '/cli/recipient/list',
    text: (value: { recipients: { name: string; added: string; offers: string[] }[] }) =>
      value.recipients.length === 0
        ? none('recipient', 'Add one with: engawa broker recipient add NAME.')
        : value.recipients.map((r) => `${r.name}  added ${r.added}  offers: ${r.offers.join(', ') || 'none'}`),
  },
  {
    words: ['offer', 'sign'],
    argument: 'FILE',
    help: "Sign an offer document (JSON) with the operator's key, and print the signed offer.",
    method: 'POST',
    path: '/cli/offer/sign',
    body: ({ read }) => ({ document: document(read()) }),
    text: (value: { jws: string }) => [value.jws],
  },
  {
    words: ['offer', 'publish'],
    argument: 'FILE',
    help: 'Publish a signed offer to all hubs.',
    method: 'POST',
    path: '/cli/offer/publish',
    body: ({ read }) => ({ jws: read().trim() }),
    text: (value: { offer: string; version: number; recipient: string; feed: string }) => [
      `Published ${value.offer}, version ${value.version}.`,
      `${value.recipient} reads it at ${value.feed}`,
    ],
  },
  {
    words: ['offer', 'list'],
    help: 'List published offers.',
    method: 'GET',
    path: '/cli/offer/list',
    text: (value: { offers: { offer: string; version: number; recipient: string; purpose: string }[] }) =>
      value.offers.length === 0
        ? none('offer', 'Sign and publish one with: engawa broker offer sign FILE.')
        : value.offers.map((o) => `${o.offer}  version ${o.version}  ${o.recipient}  ${o.purpose}`),
  },
  {
    words: ['erasure', 'list'],
    help: 'List the erasures recipients were told of: attested, waiting, or overdue since when.',
    method: 'GET',
    path: '/cli/erasure/list',
    text: ({ counts, erasures }: Erasures) =>
      erasures.length === 0
        ? ['No home has withdrawn anything a recipient was given.']
        : [
            ...erasures.map(({ offer, recipient, pseudonym, categories, state, attestBy, attestedAt }) => {
              const when = `${WHEN[state as keyof typeof WHEN]} ${attestedAt ?? attestBy}`;
              return `${offer}  ${recipient}  ${pseudonym}  ${categories.join(', ')}  ${when}`;
            }),
            `${erasureCounts(counts)}.`,
          ],
  },
  {
    words: ['status'],
    help: 'Show what arrives, what is stored, and what was refused and why.',
    method: 'GET',
    path: '/cli/status',
    text: (value: Status) => [
      `Hubs and recipients reach it at ${value.url}`,
      `Cells arrive at ${value.ingressUrl}: ${value.ingressConnected ? `connected (${value.connections})` : 'NOT connected'}`,
      `Stored: ${Object.entries(value.stored)
        .map(([kind, rows]) => `${rows} ${kind}`)
        .join(', ')}`,
      `Erasures: ${erasureCounts(value.erasures)}`,
      'Since the start:',
      ...value.sinceStart.map(({ count, meaning }) => `  ${String(count).padStart(8)}  ${meaning}`),
    ],
  },
];
