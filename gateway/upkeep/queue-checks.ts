import { LIMITS } from '../limits.ts';
import { type Check, fine, found } from './check.ts';
import type { Condition } from './condition.ts';

const HOUR_MS = 3_600_000;
const count = (rows: number): string => rows.toLocaleString('en');

/** The line to the data broker, and how long something has waited for it. */
export function uplinkCheck({ uplink, nowMs }: Condition): Check {
  if (!uplink)
    return found(
      'look',
      'uplink',
      [
        'どのデータブローカーにも登録していません。何も外に出ません。',
        '「engawa hub enroll URL CODE」で登録できます。',
      ],
      ['Not enrolled with a data broker; nothing leaves.', 'Enrol with "engawa hub enroll URL CODE" when you want to.'],
      { enrolled: false },
    );
  const { connected, problem, oldestMs, waiting } = uplink;
  const waitedMs = oldestMs === null ? 0 : Math.max(0, nowMs - oldestMs);
  const figures = { enrolled: true, connected, problem: problem ?? null, waiting, oldestWaitMs: waitedMs };
  const [hoursJa, hoursEn] =
    waiting > 0
      ? [`いちばん古いもので${hours(waitedMs)}時間待ち。`, ` The oldest has waited ${hours(waitedMs)} h.`]
      : ['', ''];
  if (!connected) {
    const state = waitedMs > LIMITS.longWaitMs ? 'act' : 'look';
    return found(
      state,
      'uplink',
      [
        `データブローカーにつながっていません（${problem ?? 'connecting'}）。${hoursJa}`,
        PROBLEM_STEPS[problem ?? '']?.ja ?? LINE_STEP.ja,
      ],
      [
        `The data broker is not connected (${problem ?? 'connecting'}).${hoursEn}`,
        PROBLEM_STEPS[problem ?? '']?.en ?? LINE_STEP.en,
      ],
      figures,
    );
  }
  if (waitedMs > LIMITS.longWaitMs)
    return found(
      'look',
      'uplink',
      [
        `データブローカーにつながっています。${hoursJa}`,
        'たまった分は少しずつ送られます。1日たっても減らなければ、事業者に問い合わせてください。',
      ],
      [
        `The data broker is connected.${hoursEn}`,
        'What waits drains slowly on purpose. If it is not less in a day, ask the operator.',
      ],
      figures,
    );
  return fine(
    'uplink',
    { ja: `データブローカーにつながっています。${hoursJa}`, en: `The data broker is connected.${hoursEn}` },
    figures,
  );
}

const LINE_STEP = {
  ja: '家のインターネット接続を確かめてください。つながりしだい、ひとりでに送ります。',
  en: "Check the home's internet connection. It connects again by itself and sends what waits.",
};

/** What helps, by the uplink's own word for what is wrong; LINE_STEP for the others. */
const PROBLEM_STEPS: Readonly<Record<string, { readonly ja: string; readonly en: string }>> = {
  address: {
    ja: '「ENGAWA_UPLINK_URL」を確かめるか、事業者から新しい招待を受けて登録し直してください。',
    en: 'Check ENGAWA_UPLINK_URL, or enrol again with a new code from the operator.',
  },
  credential: {
    ja: '事業者に問い合わせ、新しい招待で「engawa hub enroll URL CODE」を実行してください。',
    en: 'Ask the operator, and run "engawa hub enroll URL CODE" with a new code.',
  },
};

/** How full the outbox is. */
export function queueCheck({ queue }: Condition): Check {
  const { waiting, thinnedAbove, limit, isFull, thinned } = queue;
  const figures = { waiting, thinnedAbove, limit, isFull, thinned };
  const lostJa = thinned > 0 ? `電力の記録${count(thinned)}件を間引きました。` : '';
  const lostEn = thinned > 0 ? ` ${count(thinned)} power records were left out.` : '';
  const reach = [
    'データブローカーとの接続を直してください（uplink の行）。',
    'Bring the data broker back (see the line uplink).',
  ] as const;
  if (isFull)
    return found(
      'act',
      'queue',
      [`受領待ちがいっぱいで、機器からの知らせを受け取っていません（${count(waiting)}件）。${lostJa}`, reach[0]],
      [`The queue is full and nothing is taken in from devices (${count(waiting)} waiting).${lostEn}`, reach[1]],
      figures,
    );
  if (waiting >= thinnedAbove || thinned > 0)
    return found(
      waiting >= thinnedAbove ? 'act' : 'look',
      'queue',
      [`受領待ち${count(waiting)}件（上限${count(limit)}件）。${lostJa}`, reach[0]],
      [`${count(waiting)} waiting to be sent, of at most ${count(limit)}.${lostEn}`, reach[1]],
      figures,
    );
  return fine(
    'queue',
    {
      ja: `受領待ち${count(waiting)}件（上限${count(limit)}件）。`,
      en: `${count(waiting)} waiting to be sent, of at most ${count(limit)}.`,
    },
    figures,
  );
}

function hours(ms: number): number {
  return Math.round(ms / HOUR_MS);
}
