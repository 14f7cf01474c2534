import { SOURCE_TROUBLES } from '../../devices/subscriber/source-trouble.ts';
import { heardOfMs } from '../intake/silence.ts';
import { LIMITS } from '../limits.ts';
import { type Check, fine, found } from './check.ts';
import type { Condition, DeviceFigures } from './condition.ts';
import { type DoorProblem, doorProblems, networkProblem } from './door-problems.ts';

const DAY_MS = 86_400_000;

/** Where messages come in: what the doors refused since the start, and accounts from which nothing came yet. */
export function intakeCheck({ intake: { listener, source, sourceTrouble, counts }, accounts }: Condition): Check {
  const refused = Object.entries(counts).filter(([, count]) => count > 0);
  const silent = accounts.filter(({ isSilent }) => isSilent);
  const figures = { listener, source, silentAccounts: silent.length, ...Object.fromEntries(refused) };
  if (source !== null && source !== 'connected') {
    const [ja, en] = SOURCE_TROUBLES[sourceTrouble ?? 'unreachable'];
    return found(
      'act',
      'intake',
      [`お使いのMQTTサーバーを読めません（${sourceTrouble ?? 'starting'}）。`, ja],
      [`Your MQTT broker cannot be read: ${sourceTrouble ?? 'starting'}.`, en],
      figures,
    );
  }
  const problems: DoorProblem[] = [
    ...refusedProblems(refused, accounts),
    ...(silent.length > 0 ? [silenceProblem(silent, listener)] : []),
  ];
  if (problems.length === 0)
    return fine('intake', { ja: '入口で断ったものはありません。', en: 'Nothing was refused at the door.' }, figures);
  const said = (part: keyof DoorProblem): [string, string] => [
    problems.map((one) => one[part].ja).join(''),
    problems.map((one) => one[part].en).join(' '),
  ];
  const [sentence, step] = [said('sentence'), said('step')];
  return found('look', 'intake', [sentence[0], step[0]], [sentence[1], step[1]], figures);
}

/** How much was refused, and what of it tells somebody what to change. */
function refusedProblems(refused: readonly [string, number][], accounts: Condition['accounts']): DoorProblem[] {
  const total = refused.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return [];
  const words = refused.map(([reason, count]) => `${reason} ${count}`).join(', ');
  const bases = [...new Set(accounts.map(({ base }) => base))];
  const known = doorProblems(Object.fromEntries(refused), bases);
  const step =
    known.length > 0
      ? { ja: '', en: '' }
      : {
          ja: '身に覚えのないプログラムがつなごうとしていないか、機器の設定を確かめてください。',
          en: "Check the devices' settings, and that no program you do not know tries to connect.",
        };
  const sentence = {
    ja: `起動してから、入口で${total}件を受け取りませんでした：${words}。`,
    en: `${total} refused at the door since the start: ${words}.`,
  };
  return [{ sentence, step }, ...known];
}

/** Accounts from which nothing ever came: the listener cannot be reached, or nobody tried. */
function silenceProblem(silent: Condition['accounts'], listener: string | null): DoorProblem {
  const sentence = {
    ja: `${names(silent, '、')}からは、まだ何も届いていません。`,
    en: `Nothing came from ${names(silent, ', ')} yet.`,
  };
  const network = networkProblem(listener);
  if (network)
    return {
      sentence: { ja: sentence.ja + network.sentence.ja, en: `${sentence.en} ${network.sentence.en}` },
      step: network.step,
    };
  const [first] = silent;
  return {
    sentence,
    step: {
      ja: `機器の電源を入れ、ハブと同じネットワーク（ゲスト用Wi-Fiではなく）で、サーバーを ${listener} にしてください。「engawa hub device wait ${first?.name}」で様子を見られます。`,
      en: `Switch it on, in the hub's network (not the guest Wi-Fi), with ${listener} as its server; "engawa hub device wait ${first?.name}" tells what goes wrong.`,
    },
  };
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

function isSilent({ isOffline, silentMs, mayBeSilentMs }: DeviceFigures, ranMs: number): boolean {
  return isOffline || heardOfMs(silentMs, ranMs) > mayBeSilentMs;
}

function names(devices: readonly { readonly name: string }[], comma: string): string {
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
