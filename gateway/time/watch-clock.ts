import { LIMITS } from '../limits.ts';
import type { SystemClock } from './machine-clock.ts';
import { askVoucher, type Voucher } from './voucher.ts';

/** What watching the clock needs; `ask` is replaced in tests. */
export interface ClockWatch {
  readonly system: Pick<SystemClock, 'wallMs' | 'noticeSleep'>;
  readonly hear: (voucher: Voucher) => void;
  readonly ask?: (nowMs: () => number) => Promise<Voucher>;
}

/** Asks now and then who vouches for the machine's clock and tells it; returns how that ends. Keeps no process alive. */
export function watchClock({ system, hear, ask = askVoucher }: ClockWatch): () => void {
  let timer: NodeJS.Timeout;
  let ended = false;
  const look = async () => {
    const voucher = await ask(system.wallMs);
    if (ended) return;
    system.noticeSleep();
    hear(voucher);
    plan(LIMITS.askClockMs);
  };
  const plan = (waitMs: number) => {
    timer = setTimeout(() => void look(), waitMs);
    timer.unref();
  };
  plan(LIMITS.askClockFirstMs);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
