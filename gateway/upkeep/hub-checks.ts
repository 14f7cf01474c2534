import { LOG_PAGE_BYTES } from '../store/log/record.ts';
import { cardLife, cardSentence } from './card-life.ts';
import { certificateChecks } from './certificate-check.ts';
import { type Check, fine, found } from './check.ts';
import type { Condition } from './condition.ts';
import { backupCheck, devicesCheck, intakeCheck } from './home-checks.ts';
import { opcuaChecks } from './opcua-check.ts';
import { queueCheck, uplinkCheck } from './queue-checks.ts';

const PERCENT = 100;

/** The checks of a running hub. */
export function hubChecks(condition: Condition): Check[] {
  return [
    storeCheck(condition),
    timeCheck(condition),
    uplinkCheck(condition),
    queueCheck(condition),
    consentCheck(condition),
    offersCheck(condition),
    intakeCheck(condition),
    ...opcuaChecks(condition),
    ...certificateChecks(condition),
    devicesCheck(condition),
    cardCheck(condition),
    backupCheck(condition),
  ];
}

function storeCheck({ store }: Condition): Check {
  const { logPages, logPagesUsed, unsettledBytes, queuedOperations, refusedOperations, settledMsAgo, canSettle } =
    store;
  const logPercent = Math.round((logPagesUsed / Math.max(1, logPages)) * PERCENT);
  const logBytes = logPages * LOG_PAGE_BYTES;
  const figures = {
    logBytes,
    logPercent,
    unsettledBytes,
    queuedOperations,
    refusedOperations,
    settledMsAgo,
    canSettle,
  };
  if (refusedOperations > 0)
    return found(
      'look',
      'store',
      [
        `起動してから、${refusedOperations}件の変更をデータベースに入れられませんでした。プログラムの不具合です。`,
        'ログとともに、開発元に知らせてください。',
      ],
      [
        `${refusedOperations} changes since the start did not fit the database and were left out: a fault of the program.`,
        'Report it together with the log.',
      ],
      figures,
    );
  if (!canSettle)
    return found(
      'act',
      'store',
      [
        `ログの内容をデータベースに移せません（ログの使用${logPercent}%）。いっぱいになると、機器からの知らせを受け取れません。`,
        'ディスクの空きを増やし、書き込めることを確かめてください。ひとりでに再開します。',
      ],
      [
        `What is in the log cannot be moved into the database (log ${logPercent} % used); once it is full nothing is taken in from devices.`,
        'Make room on the disk and see that it can be written; it then goes on by itself.',
      ],
      figures,
    );
  const agoJa = settledMsAgo === null ? 'まだ' : `${minutes(settledMsAgo)}分前`;
  const agoEn = settledMsAgo === null ? 'not yet' : `${minutes(settledMsAgo)} min ago`;
  return fine(
    'store',
    {
      ja: `記録は正常に書けています。ログの使用${logPercent}%、データベースへの最後の移動は${agoJa}。`,
      en: `It is written down as it should be. Log ${logPercent} % used, last moved into the database: ${agoEn}.`,
    },
    figures,
  );
}

function timeCheck({ time }: Condition): Check {
  const { isTrusted, sentence } = time;
  if (isTrusted) return fine('time', sentence, { isTrusted });
  return {
    name: 'time',
    state: 'look',
    sentence,
    step: {
      ja: '「timedatectl」で、時刻合わせが動いているか確かめてください。',
      en: 'See with "timedatectl" whether the machine\'s time service is working.',
    },
    figures: { isTrusted },
  };
}

function consentCheck({ consent: { fault, grants } }: Condition): Check {
  if (fault === undefined)
    return fine(
      'consent',
      {
        ja: `同意の記録を読めます。有効な同意${grants}件。`,
        en: `The consent book can be read; ${grants} grants in force.`,
      },
      { grants },
    );
  return found(
    'act',
    'consent',
    [
      '同意の記録を読めないため、何も提供していません。',
      '「engawa hub restore FILE」で、バックアップを空のフォルダーに復元してください。',
    ],
    [`Nothing leaves: ${fault}.`, 'Restore a backup into an empty folder: engawa hub restore FILE.'],
    { grants },
  );
}

function offersCheck({ consent: { suspended } }: Condition): Check {
  if (!suspended)
    return fine('offers', { ja: '止めてある提供はありません。', en: 'No offer is suspended.' }, { suspended: false });
  return {
    name: 'offers',
    state: 'look',
    sentence: suspended,
    step: {
      ja: '「engawa hub offer list」で確かめ、続けるものに「engawa hub grant OFFER」で同意してください。',
      en: 'See "engawa hub offer list", and say yes to what should go on with "engawa hub grant OFFER".',
    },
    figures: { suspended: true },
  };
}

function cardCheck({ written }: Condition): Check {
  if (!written) return fine('card', cardSentence(null), { bytesPerDay: null });
  const life = cardLife(written.bytes);
  const figures = {
    bytesPerDay: written.bytes,
    isProjected: written.isProjected,
    totalBytes: written.totalBytes,
    ...life,
  };
  if (life.leastYears >= 1) return fine('card', cardSentence(written), figures);
  const sentence = cardSentence(written);
  return found(
    'look',
    'card',
    [sentence.ja, '高耐久のカードかSSDに替え、こまめにバックアップしてください（「engawa hub backup FILE」）。'],
    [sentence.en, 'Use a card made for endurance, or an SSD, and back up often (engawa hub backup FILE).'],
    figures,
  );
}

function minutes(ms: number | null): number {
  return Math.round((ms ?? 0) / 60_000);
}
