import { LIMITS } from '../limits.ts';
import { type Check, fine, found } from './check.ts';
import type { Condition, DeviceFigures } from './condition.ts';

const DAY_MS = 86_400_000;

/** Where messages come in, and what the doors refused since the start. */
export function intakeCheck({ intake: { listener, source, counts } }: Condition): Check {
  const refused = Object.entries(counts).filter(([, count]) => count > 0);
  const figures = { listener, source, ...Object.fromEntries(refused) };
  if (source !== null && source !== 'connected')
    return found(
      'act',
      'intake',
      [`お使いのMQTTサーバーを読めません（${source}）。`, 'そのサーバーと「ENGAWA_SOURCE_URL」を確かめてください。'],
      [`Your MQTT broker cannot be read: ${source}.`, 'Check that it runs, and ENGAWA_SOURCE_URL.'],
      figures,
    );
  const total = refused.reduce((sum, [, count]) => sum + count, 0);
  const words = refused.map(([reason, count]) => `${reason} ${count}`).join(', ');
  if (total > 0)
    return found(
      'look',
      'intake',
      [
        `起動してから、入口で${total}件を受け取りませんでした：${words}。`,
        '身に覚えのないプログラムがつなごうとしていないか、機器の設定を確かめてください。',
      ],
      [
        `${total} refused at the door since the start: ${words}.`,
        "Check the devices' settings, and that no program you do not know tries to connect.",
      ],
      figures,
    );
  return fine('intake', { ja: '入口で断ったものはありません。', en: 'Nothing was refused at the door.' }, figures);
}

/** Devices that wait for a yes, say they are offline, or said nothing new for long. */
export function devicesCheck({ devices, ranMs }: Condition): Check {
  const unapproved = devices.filter(({ isApproved }) => !isApproved);
  const silent = devices.filter((device) => device.isApproved && isSilent(device, ranMs));
  const figures = { devices: devices.length, unapproved: unapproved.length, silent: silent.length };
  if (devices.length === 0)
    return found(
      'look',
      'devices',
      ['まだ機器がありません。', '「engawa hub device add NAME」で、機器のプログラムをつないでください。'],
      ['No device was discovered yet.', 'Let a program in with "engawa hub device add NAME".'],
      figures,
    );
  if (silent.length > 0)
    return found(
      'look',
      'devices',
      [
        `${silent.length}台から長く知らせがありません：${names(silent, '、')}。${waitingJa(unapproved)}`,
        '電池、電源、電波を確かめてください。使わない機器は「engawa hub device remove ID」で外せます。',
      ],
      [
        `${silent.length} silent: ${names(silent, ', ')}.${waitingEn(unapproved)}`,
        'Check battery, power and radio; "engawa hub device remove ID" takes out what you no longer use.',
      ],
      figures,
    );
  if (unapproved.length > 0)
    return found(
      'look',
      'devices',
      [
        `${devices.length}台。${waitingJa(unapproved)}`,
        '自分の機器なら「engawa hub device approve ID」で承認してください。',
      ],
      [
        `${devices.length} known.${waitingEn(unapproved)}`,
        'Approve what is yours with "engawa hub device approve ID".',
      ],
      figures,
    );
  return fine(
    'devices',
    { ja: `${devices.length}台すべてから知らせがあります。`, en: `All ${devices.length} were heard from.` },
    figures,
  );
}

/** When the home was last backed up. */
export function backupCheck({ backupMs, nowMs }: Condition): Check {
  const step = [
    '「engawa hub backup FILE」で作り、別の場所に保管してください。',
    'Make one with "engawa hub backup FILE" and keep it elsewhere.',
  ] as const;
  if (backupMs === null)
    return found(
      'look',
      'backup',
      ['バックアップを作った記録がありません。', step[0]],
      ['No backup of this home is known.', step[1]],
      { backupMs },
    );
  const days = Math.floor(Math.max(0, nowMs - backupMs) / DAY_MS);
  const day = new Date(backupMs).toISOString().slice(0, 10);
  const ja = `最後のバックアップは${day}（${days}日前）に始まりました。`;
  const en = `The last backup was begun on ${day}, ${days} days ago.`;
  if (nowMs - backupMs > LIMITS.backupOldMs) return found('look', 'backup', [ja, step[0]], [en, step[1]], { backupMs });
  return fine('backup', { ja, en }, { backupMs });
}

/** A repeated word is not kept on the disk, so that silence counts only while this process could have heard it. */
function isSilent({ isOffline, silentMs, mayBeSilentMs }: DeviceFigures, ranMs: number): boolean {
  return isOffline || Math.min(silentMs ?? ranMs, ranMs) > mayBeSilentMs;
}

function names(devices: readonly DeviceFigures[], comma: string): string {
  const more = devices.length > LIMITS.namedDevices ? ' …' : '';
  return (
    devices
      .slice(0, LIMITS.namedDevices)
      .map(({ name }) => name)
      .join(comma) + more
  );
}

function waitingJa(unapproved: readonly unknown[]): string {
  return unapproved.length > 0 ? `${unapproved.length}台が承認待ちです。` : '';
}

function waitingEn(unapproved: readonly unknown[]): string {
  return unapproved.length > 0 ? ` ${unapproved.length} await approval.` : '';
}
