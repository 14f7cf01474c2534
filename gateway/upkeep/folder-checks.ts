import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from '../limits.ts';
import { bytesText } from './card-life.ts';
import { type Check, fine, found } from './check.ts';

/** Files of a home that hold its memory; their sizes are shown. */
const SIZED = ['hub.db', 'hub.db-wal', 'hub.log'];
/** What nobody but the hub's own user may read. */
const PRIVATE = ['.', 'hub.db', 'hub.db-wal', 'hub.log', 'home.secret'];
const FOR_OTHERS = 0o077;

/** The checks of a home's folder. It is only looked at: nothing in it is opened. `userId` is of whoever asks. */
export function folderChecks(folder: string, userId: number | undefined): Check[] {
  try {
    const names = readdirSync(folder);
    return [filesCheck(folder, names, userId), diskCheck(folder)];
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return [unreadable(folder, code)];
  }
}

function unreadable(folder: string, code: string): Check {
  if (code === 'ENOENT')
    return found(
      'look',
      'folder',
      [`${folder} はまだありません。`, 'ハブを一度起動するか、「ENGAWA_DATA」を確かめてください。'],
      [`There is no ${folder} yet.`, 'Start the hub once, or check ENGAWA_DATA.'],
      { code },
    );
  return found(
    'act',
    'folder',
    [`${folder} を読めません（${code}）。`, 'ハブと同じ利用者で実行してください。'],
    [`${folder} cannot be read (${code}).`, 'Run this as the user the hub runs as.'],
    { code },
  );
}

function filesCheck(folder: string, names: readonly string[], userId: number | undefined): Check {
  const sizes = Object.fromEntries(
    SIZED.filter((name) => names.includes(name)).map((name) => [name, statSync(join(folder, name)).size]),
  );
  const kept = names.filter((name) => /\.damaged-\d+$/.test(name));
  const figures = { ...sizes, damagedCopies: kept.length };
  const present = PRIVATE.filter((name) => name === '.' || names.includes(name));
  const foreign = userId === undefined ? [] : present.filter((name) => statSync(join(folder, name)).uid !== userId);
  if (foreign.length > 0)
    return found(
      'act',
      'folder',
      [
        `${folder} の ${foreign.join(', ')} は別の利用者のものです。`,
        'ハブの利用者で実行するか、「chown」で持ち主を直してください。',
      ],
      [
        `In ${folder}, ${foreign.join(', ')} belong to another user.`,
        "Run this as the hub's user, or give them back with chown.",
      ],
      figures,
    );
  const open = present.filter((name) => (statSync(join(folder, name)).mode & FOR_OTHERS) !== 0);
  if (open.length > 0)
    return found(
      'act',
      'folder',
      [`${folder} の ${open.join(', ')} を、ほかの利用者が読めます。`, `「chmod -R go= ${folder}」で閉じてください。`],
      [`In ${folder}, others may read ${open.join(', ')}.`, `Close it: chmod -R go= ${folder}`],
      figures,
    );
  const missing = ['hub.db', 'home.secret'].filter((name) => !names.includes(name));
  if (missing.length === 1)
    return found(
      'act',
      'folder',
      [
        `${folder} に ${missing[0]} がありません。`,
        '起動せず、バックアップを空のフォルダーに復元してください（「engawa hub restore FILE」）。',
      ],
      [
        `${missing[0]} is missing from ${folder}.`,
        'Do not start the hub; restore a backup into an empty folder (engawa hub restore FILE).',
      ],
      figures,
    );
  if (kept.length > 0)
    return found(
      'look',
      'folder',
      [
        `壊れたデータベースの控えがあります：${kept.join(', ')}。読めた分は引き継がれています。`,
        'カードを替え、バックアップを作ってください。確かめ終えたら、控えは消せます。',
      ],
      [
        `A damaged database was set aside: ${kept.join(', ')}. What could be read was taken over.`,
        'Replace the card and make a backup; the copy may be deleted once you are sure.',
      ],
      figures,
    );
  const said = SIZED.filter((name) => sizes[name] !== undefined).map(
    (name) => `${name} ${bytesText(sizes[name] ?? 0)}`,
  );
  return fine('folder', { ja: `${folder}：${said.join('、')}。`, en: `${folder}: ${said.join(', ')}.` }, figures);
}

function diskCheck(folder: string): Check {
  const { bavail, bsize } = statfsSync(folder);
  const freeBytes = bavail * bsize;
  const free = bytesText(freeBytes);
  const figures = { freeBytes };
  if (freeBytes >= LIMITS.diskLowBytes)
    return fine('disk', { ja: `ディスクの空きは${free}です。`, en: `${free} free on the disk.` }, figures);
  return found(
    freeBytes < LIMITS.diskLeastBytes ? 'act' : 'look',
    'disk',
    [
      `ディスクの空きが${free}しかありません。`,
      '要らないファイルを消すか、大きなカードに移してください。いっぱいになると、ハブは機器から受け取らなくなります。',
    ],
    [
      `Only ${free} free on the disk.`,
      'Remove what is not needed, or move to a larger card: when it is full the hub takes nothing from devices.',
    ],
    figures,
  );
}
