import { join, resolve } from 'node:path';
import type { MadeBackup } from '../gateway/backup/back-up.ts';
import type { Answer } from '../gateway/household/answer.ts';
import type { Restored } from '../gateway/restore/restore.ts';
import type { Reply } from './hub-client.ts';
import type { Command, Given } from './hub-command.ts';
import { type Settings, settingsOrExit } from './settings.ts';

// What the commands need is loaded when they run: the hub itself, which knows all commands, must start at once.

interface Place {
  readonly settings: Settings;
  readonly folder: string;
  readonly home: 'home' | 'demo';
}

function placeOf({ options }: Given): Place {
  const settings = settingsOrExit(process.env);
  const home = options.demo ? 'demo' : 'home';
  return { settings, home, folder: join(settings.dataFolder, home) };
}

function replyOf<Value>(answered: Answer<Value>, { language }: Given): Reply {
  if (answered.ok) return answered;
  const { error, remedy } = answered.problem;
  return { ok: false, error: error[language], remedy: remedy[language] };
}

const when = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

function rehearsed({ manifest }: Restored, { language }: Given): readonly string[] {
  const { version, madeAtMs, contents } = manifest;
  const { devices, agreements, consentRecords } = contents;
  if (language === 'ja')
    return [
      `このバックアップは使えます。${when(madeAtMs)}(UTC)に Engawa ${version} で作られ、全体を復号して開き、数を照合しました：機器${devices}台、同意の契約${agreements}件、検証できた同意の記録${consentRecords}件。一時的に復元したものは消しました。いまのハブは何も変わっていません。`,
    ];
  return [
    `This backup is good. It was made on ${when(madeAtMs)} UTC by Engawa ${version}; all of it was decrypted, opened and compared with what it says it holds: ${devices} devices, ${agreements} agreements, ${consentRecords} consent records whose chain verifies to the end. What was restored for this was removed, and the hub of this machine is as it was.`,
  ];
}

function restoredLines({ suspended, manifest }: Restored, { language }: Given): readonly string[] {
  const at = when(manifest.madeAtMs);
  if (language === 'ja')
    return [
      `${at}(UTC)のバックアップから復元しました。`,
      `同意${suspended}件は止めてあります。誰かがもう一度同意するまで、何も家の外に出ません。`,
      'ハブを起動し、「engawa hub offer list」で一覧を見て、続けるものに「engawa hub grant OFFER」で同意してください。',
      '元のハブは、二度と起動しないでください。',
    ];
  return [
    `Restored from the backup of ${at} UTC.`,
    `${suspended} consents are suspended: nothing leaves until a resident says yes again.`,
    'Start the hub, see "engawa hub offer list", and say yes to what should go on with "engawa hub grant OFFER".',
    'Never start the old hub again.',
  ];
}

/** `backup` and `restore`. */
export const BACKUP_COMMANDS: readonly Command[] = [
  {
    words: ['backup'],
    usage: 'backup FILE',
    help: 'Write a backup of this home, encrypted with a passphrase, while the hub runs.',
    arguments: [1, 1],
    run: async (given, ask) => {
      const { backUp } = await import('../gateway/backup/back-up.ts');
      const { passphraseFor } = await import('./passphrase.ts');
      const { settings, folder, home } = placeOf(given);
      const read = await passphraseFor('new', settings, given.language);
      if (!read.ok) return read;
      const { VERSION } = await import('./run-hub.ts');
      const snapshot = async (): Promise<Answer<unknown>> => {
        const copied = await ask('POST', '/api/backup');
        if (copied.ok) return copied;
        const { error, remedy } = copied;
        return { ok: false, problem: { error: { ja: error, en: error }, remedy: { ja: remedy, en: remedy } } };
      };
      const file = resolve(given.words[0] ?? '');
      const { passphrase } = read;
      const nowMs = Date.now();
      return replyOf(await backUp({ folder, home, version: VERSION, file, passphrase, nowMs, snapshot }), given);
    },
    text: ({ file, bytes }: MadeBackup, { language, words }) =>
      language === 'ja'
        ? [
            `${file} に書きました(${bytes} バイト)。合言葉がなければ、誰にも開けません。合言葉とファイルは別々に保管してください。`,
            `確かめるには: engawa hub restore ${words[0]} --rehearse`,
          ]
        : [
            `Written to ${file} (${bytes} bytes). Without the passphrase nobody can open it; keep the two apart.`,
            `To make sure: engawa hub restore ${words[0]} --rehearse`,
          ],
  },
  {
    words: ['restore'],
    usage: 'restore FILE [--rehearse]',
    help: 'Restore a home from a backup into an empty place; every consent waits for a new yes. --rehearse only tries it.',
    arguments: [1, 1],
    run: async (given) => {
      const { passphraseFor } = await import('./passphrase.ts');
      const { settings, folder, home } = placeOf(given);
      const read = await passphraseFor('known', settings, given.language);
      if (!read.ok) return read;
      const file = resolve(given.words[0] ?? '');
      const wanted = { file, passphrase: read.passphrase, home };
      if (given.options.rehearse) {
        const { rehearse } = await import('../gateway/restore/rehearse.ts');
        return replyOf(await rehearse(wanted), given);
      }
      const { restoreHome } = await import('../gateway/restore/restore.ts');
      return replyOf(await restoreHome({ ...wanted, folder, nowMs: Date.now() }), given);
    },
    text: (value: Restored, given) => (given.options.rehearse ? rehearsed(value, given) : restoredLines(value, given)),
  },
];
