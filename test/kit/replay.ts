import { observe } from '../../devices/observation.ts';
import type { Kind } from '../../devices/vocabulary.ts';
import { ConsentIndex } from '../../gateway/consent/consent-index.ts';
import { decide, isLive } from '../../gateway/consent/decide.ts';
import type { LiveGrant, Moment } from '../../gateway/consent/grant.ts';
import { minimize } from '../../gateway/minimize/minimize.ts';
import type { Minimized } from '../../gateway/minimize/minimized.ts';
import { type OpenWindow, roll, subjectOf, windowKey } from '../../gateway/minimize/open-window.ts';
import { HomeKeys } from '../../gateway/pseudonymize/home-keys.ts';
import { pseudonymize } from '../../gateway/pseudonymize/pseudonymize.ts';
import { HomeClock } from '../../gateway/time/home-clock.ts';
import { encodeUp } from '../../proto/codec.ts';
import type { Category } from '../../proto/lists.ts';

/** What was heard at an instant, or only that the hub looked at the clock. */
interface LogLine {
  readonly atMs: number;
  readonly heard?: {
    readonly device: number;
    readonly kind: Kind;
    readonly category?: Category;
    readonly value: number;
  };
}

/** A recorded log, as JSON can hold it: what was heard, under which grants, in which time zone. */
export interface RecordedLog {
  readonly timeZone: string;
  readonly grants: readonly LiveGrant[];
  readonly lines: readonly LogLine[];
}

const RUN = '00000000000000aa';
const KEYS = new HomeKeys(Buffer.alloc(32, 1), Buffer.alloc(32, 2));

/**
 * Walks a recorded log through consent, minimization and naming; what left, as the bytes of the wire in hexadecimal, one
 * line a release. `reloads` says after which lines the open windows are written as JSON and read again.
 */
export function replay(log: RecordedLog, reloads: (line: number) => boolean = () => false): string[] {
  const { offsetS } = new HomeClock({ wallMs: () => 0, monotonicMs: () => 0 }, { floorMs: 0, timeZone: log.timeZone });
  const index = new ConsentIndex(log.grants);
  let windows = new Map<string, { agreement: number; window: OpenWindow }>();
  const out: Minimized[] = [];
  for (const [at, { atMs, heard }] of log.lines.entries()) {
    const moment: Moment = { nowMs: atMs, minuteOfDay: 0, trusted: true, laterByMs: 0 };
    for (const [key, { agreement, window }] of windows) {
      const grant = index.of(agreement, window.category);
      const rolled = grant && isLive(grant, moment) ? roll(grant, window, atMs, offsetS) : undefined;
      out.push(...(rolled?.ready ?? []));
      if (rolled?.window) windows.set(key, { agreement, window: rolled.window });
      else windows.delete(key);
    }
    if (heard) {
      const { device, kind, category, value } = heard;
      const reading = { thing: 't', kind, value, quality: 'good' } as const;
      const observation = observe(reading, { device, category, atMs, estimatedTime: false, origin: 'change' });
      const { permitted } = decide(observation, index, { approved: true, room: undefined }, moment);
      for (const one of permitted) {
        const { agreement } = one.grant;
        const key = windowKey(agreement, observation.category, kind, subjectOf(one.grant, device));
        const step = minimize(one, windows.get(key)?.window, offsetS);
        out.push(...step.ready);
        if (step.window) windows.set(key, { agreement, window: step.window });
      }
    }
    if (reloads(at)) windows = new Map(JSON.parse(JSON.stringify([...windows])));
  }
  return out.map(bytes);
}

/** The one release in a cell of its own. */
function bytes(minimized: Minimized): string {
  const ranges = [{ run: RUN, first: 1, count: 1, void: false }];
  const records = [pseudonymize(minimized, minimized.grant.agreement, KEYS).fields()];
  return encodeUp({ run: RUN, cell: 1, highestOrdinal: 99, ranges, records, withdrawals: [] }).toString('hex');
}
