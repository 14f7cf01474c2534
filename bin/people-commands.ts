import type { Command, Given } from './hub-command.ts';
import { minutesOf, notATime } from './time-words.ts';

interface People {
  readonly people: readonly {
    readonly id: number;
    readonly name: string;
    readonly capacity: string;
    readonly guardian?: number;
    readonly untilMs?: number;
  }[];
  readonly owner: number;
  readonly isUncertain: boolean;
  readonly pausedUntilMs: number | null;
  readonly visitorsUntilMs: number | null;
}

const CAPACITY: Record<string, { ja: string; en: string }> = {
  adult: { ja: '大人', en: 'adult' },
  minor: { ja: '未成年', en: 'minor' },
  guest: { ja: '来客', en: 'guest' },
};

const UNCERTAIN = {
  ja: '故障のあと、ここで暮らす人の記録が一部読めません。共用の機器からは提供していません。上の一覧で全員なら「engawa hub person confirm」、足りなければ「person add」のあとに確定してください。',
  en: 'After damage some of who lives here could not be read, so nothing of shared sensors leaves. If the list is whole, say so: engawa hub person confirm (after "person add" for whoever is missing).',
};

/** Home time as people read it, or that there is no end. */
function until(ms: number, { language }: Given): string {
  if (ms === Number.MAX_SAFE_INTEGER) return language === 'ja' ? '再開するまで' : 'until it is resumed';
  const at = new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
  return language === 'ja' ? `${at} (UTC) まで` : `until ${at} UTC`;
}

function peopleLines({ people, owner, isUncertain, pausedUntilMs, visitorsUntilMs }: People, given: Given): string[] {
  const { language } = given;
  const is = language === 'ja';
  return [
    ...people.map(({ id, name, capacity, guardian, untilMs }) =>
      [
        `${id}  ${name}`,
        CAPACITY[capacity]?.[language] ?? capacity,
        ...(id === owner ? [is ? '所有者' : 'owner'] : []),
        ...(guardian === undefined ? [] : [is ? `保護者は ${guardian}` : `answered for by ${guardian}`]),
        ...(untilMs === undefined ? [] : [until(untilMs, given)]),
      ].join(is ? '、' : ', '),
    ),
    ...(isUncertain ? [UNCERTAIN[language]] : []),
    ...(pausedUntilMs === null
      ? []
      : [`${is ? '提供を一時停止中: ' : 'Everything is paused '}${until(pausedUntilMs, given)}`]),
    ...(visitorsUntilMs === null
      ? []
      : [
          `${is ? '来客中(共用の機器からは提供しない): ' : 'Visitors: nothing leaves from shared sensors, '}${until(visitorsUntilMs, given)}`,
        ]),
  ];
}

/** What a command with a time sends, or what is wrong with the time. */
const timed = (word: string | boolean | undefined): { minutes?: number } | undefined => {
  if (typeof word !== 'string') return {};
  const minutes = minutesOf(word);
  return minutes === undefined ? undefined : { minutes };
};

/** Commands about who lives in the home, and about holding everything back for a time. */
export const PEOPLE_COMMANDS: readonly Command[] = [
  {
    words: ['person', 'add'],
    usage: 'person add NAME [--minor [--guardian NAME] | --guest --for 2d]',
    help: 'Somebody moves in, or visits. From now on nothing of shared sensors leaves until that person has said yes too: an adult and a guest for themselves, a guardian for a minor. --guest with --for says how long the visit lasts.',
    arguments: [1, 1],
    run: async ({ words, options }, ask) => {
      const time = timed(options.for);
      if (!time) return notATime(String(options.for));
      const capacity = options.minor ? 'minor' : options.guest ? 'guest' : 'adult';
      const guardian = typeof options.guardian === 'string' ? { guardian: options.guardian } : {};
      const added = await ask('POST', '/api/people', { name: words[0], capacity, ...guardian, ...time });
      return added.ok ? ask('GET', '/api/people') : added;
    },
    text: peopleLines,
  },
  {
    words: ['person', 'list'],
    usage: 'person list',
    help: 'Who lives here, and what is held back.',
    arguments: [0, 0],
    run: (_given, ask) => ask('GET', '/api/people'),
    text: peopleLines,
  },
  {
    words: ['person', 'rename'],
    usage: 'person rename NAME NEW',
    help: 'Call somebody otherwise. The first person is called "owner" until then.',
    arguments: [2, 2],
    run: async ({ words }, ask) => {
      const renamed = await ask('POST', '/api/people/rename', { person: words[0], name: words[1] });
      return renamed.ok ? ask('GET', '/api/people') : renamed;
    },
    text: peopleLines,
  },
  {
    words: ['person', 'leave'],
    usage: 'person leave NAME [--to NAME]',
    help: 'Somebody moves out: every yes of theirs is taken back, what they said is erased from the consent book (its chain still verifies), and their own devices wait for a new approval. The owner hands the home over with --to.',
    arguments: [1, 1],
    run: async ({ words, options }, ask) => {
      const left = await ask('POST', '/api/people/leave', {
        person: words[0],
        ...(options.to ? { to: options.to } : {}),
      });
      return left.ok ? ask('GET', '/api/people') : left;
    },
    text: peopleLines,
  },
  {
    words: ['person', 'confirm'],
    usage: 'person confirm',
    help: 'After damage: the list of who lives here is whole as it is.',
    arguments: [0, 0],
    run: async (_given, ask) => {
      const confirmed = await ask('POST', '/api/people/confirm');
      return confirmed.ok ? ask('GET', '/api/people') : confirmed;
    },
    text: peopleLines,
  },
  {
    words: ['pause'],
    usage: 'pause [1h]',
    help: 'Let nothing leave from now on, for a time (30m, 1h, 2d) or until "resume". What happens meanwhile never leaves; what waited goes on waiting.',
    arguments: [0, 1],
    run: async ({ words }, ask) => {
      const time = timed(words[0]);
      return time ? ask('POST', '/api/pause', time) : notATime(words[0] ?? '');
    },
    text: peopleLines,
  },
  {
    words: ['visitors'],
    usage: 'visitors [3h]',
    help: 'Visitors are here who were asked nothing: what shared sensors see does not leave, for a time or until "resume".',
    arguments: [0, 1],
    run: async ({ words }, ask) => {
      const time = timed(words[0]);
      return time ? ask('POST', '/api/visitors', time) : notATime(words[0] ?? '');
    },
    text: peopleLines,
  },
  {
    words: ['resume'],
    usage: 'resume',
    help: 'End a pause, and the time of visitors.',
    arguments: [0, 0],
    run: (_given, ask) => ask('POST', '/api/resume', {}),
    text: peopleLines,
  },
];
