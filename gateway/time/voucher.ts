import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { LIMITS } from '../limits.ts';

/**
 * Who vouches for the machine's wall clock: a time service that has it synchronised; a battery clock that agrees with it;
 * a person who says that it is right now; nobody, on a machine that would say otherwise; `unknown` where the machine cannot
 * be asked; `script` for a demonstration, whose clock is whatever it is told.
 */
export type Voucher = 'service' | 'battery' | 'person' | 'nobody' | 'unknown' | 'script';

/** Where the system says what it knows; replaced in tests. */
export interface SystemSigns {
  /** systemd runs here; its answers can be had. */
  readonly systemd: string;
  /** Touched by systemd-timesyncd with every answer of a time server. */
  readonly timesync: string;
  /** Folder of the first battery clock. */
  readonly battery: string;
  /** The program that knows for every time service (chrony and ntpd too). */
  readonly timedatectl: string;
}

const SIGNS: SystemSigns = {
  systemd: '/run/systemd/system',
  timesync: '/run/systemd/timesync',
  battery: '/sys/class/rtc/rtc0',
  timedatectl: 'timedatectl',
};

/** What can be said before anything was asked, without waiting: one look at a path. */
export function firstVoucher(signs: SystemSigns = SIGNS): Voucher {
  return existsSync(signs.systemd) || existsSync(signs.timesync) ? 'nobody' : 'unknown';
}

/** Asks the system who vouches for its wall clock. Starts one short program where systemd-timesyncd is not the time service; never rejects. */
export async function askVoucher(nowMs: () => number, signs: SystemSigns = SIGNS): Promise<Voucher> {
  if (existsSync(signs.timesync)) {
    if (await isFresh(signs, nowMs)) return 'service';
  } else if (existsSync(signs.systemd) && (await isSynchronised(signs.timedatectl))) return 'service';
  return (await batteryAgrees(signs, nowMs)) ? 'battery' : firstVoucher(signs);
}

/** The time server's last answer is no older than two of the service's longest polls. */
async function isFresh({ timesync }: SystemSigns, nowMs: () => number): Promise<boolean> {
  const touched = await stat(`${timesync}/synchronized`).catch(() => undefined);
  if (!touched) return false;
  const ageMs = nowMs() - touched.mtimeMs;
  return ageMs >= -LIMITS.clockToleranceMs && ageMs <= LIMITS.timeServiceSilentMs;
}

async function isSynchronised(timedatectl: string): Promise<boolean> {
  // Only here: a hub that starts does without it.
  const { execFile } = await import('node:child_process');
  const words = ['show', '--property=NTPSynchronized', '--value'];
  const options = { timeout: LIMITS.clockAnswerMs, env: { PATH: process.env.PATH, LC_ALL: 'C' } };
  return new Promise((resolve) => {
    execFile(timedatectl, words, options, (fault, out) => resolve(!fault && String(out).trim() === 'yes'));
  });
}

async function batteryAgrees({ battery }: SystemSigns, nowMs: () => number): Promise<boolean> {
  const text = await readFile(`${battery}/since_epoch`, 'utf8').catch(() => '');
  const seconds = Number.parseInt(text, 10);
  return Number.isFinite(seconds) && Math.abs(seconds * 1_000 - nowMs()) <= LIMITS.clockToleranceMs;
}
