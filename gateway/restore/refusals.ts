import type { SealFault } from '../backup/sealed-stream.ts';
import { type Answer, refuse } from '../household/answer.ts';

const UNOPENED: Record<SealFault, readonly [ja: readonly [string, string], en: readonly [string, string]]> = {
  notABackup: [
    ['これは Engawa のバックアップではありません。', 'ファイルの名前を確かめてください。何も変えていません。'],
    ['This is not a backup made by Engawa.', 'Check the name of the file. Nothing was changed.'],
  ],
  newer: [
    [
      'このバックアップは、新しい版の Engawa で作られています。',
      'その版を入れてから、もう一度お試しください。何も変えていません。',
    ],
    ['This backup was made by a newer version of Engawa.', 'Install that version and try again. Nothing was changed.'],
  ],
  passphrase: [
    [
      '合言葉が違うか、ファイルの先頭が壊れています。',
      '合言葉をもう一度入力してください。それでも開けなければ、別のバックアップを使ってください。何も変えていません。',
    ],
    [
      'The passphrase does not fit, or the beginning of the file is damaged.',
      'Type it again; if it still does not open, use another backup. Nothing was changed.',
    ],
  ],
  damaged: [
    [
      'このバックアップは壊れているか、途中で切れています。',
      '別のバックアップを使ってください。中身は何も使っていません。',
    ],
    ['This backup is damaged or cut short.', 'Use another one. Nothing of it was put to use.'],
  ],
};

/** The file does not open. */
export function unopened(fault: SealFault): Answer<never> {
  return refuse(...UNOPENED[fault]);
}

/** There is something in the place already. */
export function holdsAHome(folder: string): Answer<never> {
  return refuse(
    [
      `${folder} には、すでにデータがあります。上書きはしません。`,
      `ハブを止め、フォルダーを移し(mv ${folder} ${folder}.before)、もう一度お試しください。`,
    ],
    [
      `${folder} holds a home or other files already; nothing is overwritten.`,
      `Stop the hub, move the folder away (mv ${folder} ${folder}.before), and restore again.`,
    ],
  );
}

/** Another restore runs, or the place beside the folder cannot be written. */
export function underWay(beside: string): Answer<never> {
  return refuse(
    [`${beside} に書けないか、ほかの復元が進行中です。`, '終わるのを待つか、書き込める利用者で実行してください。'],
    [
      `${beside} cannot be written, or another restore is under way.`,
      'Wait until it is done, or run this as a user who may write there.',
    ],
  );
}

/** It could not be unpacked. */
export function notUnpacked(code: string): Answer<never> {
  return refuse(
    [
      `バックアップを読めないか、書き出せませんでした(${code})。フォルダーは元のままです。`,
      'ファイルがあるか、ディスクの空きが足りるか確かめてください。',
    ],
    [
      `The backup could not be read or unpacked (${code}); the folder is as it was.`,
      'Check that the file is there and that the disk has room, then try again.',
    ],
  );
}

/** Unpacked and verified, but the last step was refused. */
export function notPutInPlace(folder: string, code: string): Answer<never> {
  return refuse(
    [
      `バックアップは正しいのですが、${folder} に置けませんでした(${code})。フォルダーは元のままです。`,
      'フォルダーが空で、別のディスクの取り付け先でないことを確かめ、もう一度お試しください。',
    ],
    [
      `The backup is good, but it could not be put in place as ${folder} (${code}); the folder is as it was.`,
      'Check that the folder is empty and is not itself where another disk is mounted, then try again.',
    ],
  );
}

/** A backup of the demonstration for a real home, or the other way round. */
export function notOfThisHome(label: string): Answer<never> {
  const [ja, en] =
    label === 'demo' ? ['デモ', 'the demonstration (add --demo)'] : ['実際の家', 'a real home (leave out --demo)'];
  return refuse(
    [`これは${ja}のバックアップです。`, '--demo の有無を確かめてください。'],
    [`This is a backup of ${en}.`, 'Nothing was changed.'],
  );
}

/** What was unpacked is not what the backup says it holds. */
export function notTheSame(names: readonly string[]): Answer<never> {
  return refuse(
    [
      `バックアップの中身が、記録と合いません(${names.join(', ')})。`,
      '別のバックアップを使ってください。何も変えていません。',
    ],
    [
      `What the backup holds is not what it says it holds (${names.join(', ')}).`,
      'Use another one. Nothing was changed.',
    ],
  );
}

/** The consent book in it does not verify. */
export function bookUnreadable(): Answer<never> {
  return refuse(
    [
      'バックアップの中の同意の記録が、検証を通りません。',
      'より古いバックアップを使ってください。何も変えていません。',
    ],
    ['The consent book in this backup does not verify.', 'Use an older one. Nothing was changed.'],
  );
}
