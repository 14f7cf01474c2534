import { type Check, fine, found } from './check.ts';
import type { Condition } from './condition.ts';

const DAY_MS = 86_400_000;
/** By then a certificate has been renewed for a hundred days, if it can be. */
const SOON_DAYS = 30;

/** The check of the door over TLS, where there is one. */
export function certificateChecks({ certificate, nowMs }: Condition): Check[] {
  if (certificate === undefined) return [];
  const leftDays = Math.floor((certificate.untilMs - nowMs) / DAY_MS);
  const figures = { leftDays };
  if (certificate.fault === undefined && leftDays > SOON_DAYS)
    return [
      fine(
        'certificate',
        {
          ja: `機器の入口の証明書は、あと${leftDays}日有効です。`,
          en: `The listener's certificate is valid for ${leftDays} more days.`,
        },
        figures,
      ),
    ];
  return [
    found(
      leftDays > SOON_DAYS ? 'look' : 'act',
      'certificate',
      [
        `機器の入口の証明書（あと${leftDays}日）を更新できません：${certificate.fault ?? '時計'}`,
        'データフォルダーの空きと権限、ハブの時計を確かめて、ハブを再起動してください。',
      ],
      [
        `The listener's certificate (${leftDays} more days) cannot be renewed: ${certificate.fault ?? 'the clock'}.`,
        'Check room and permissions of the data folder and the clock of the hub, then restart it.',
      ],
      figures,
    ),
  ];
}
