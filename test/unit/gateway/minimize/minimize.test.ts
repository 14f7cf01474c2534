import { describe, expect, test } from 'vitest';
import { observe } from '../../../../devices/observation.ts';
import { KINDS, type Kind } from '../../../../devices/vocabulary.ts';
import type { LiveGrant } from '../../../../gateway/consent/grant.ts';
import type { Permitted } from '../../../../gateway/consent/permitted.ts';
import { minimize } from '../../../../gateway/minimize/minimize.ts';
import { lose, type OpenWindow, resume, roll } from '../../../../gateway/minimize/open-window.ts';
import { levelsOf } from '../../../../gateway/minimize/profile.ts';
import { CATEGORIES, type Category, LEVELS, type Level } from '../../../../proto/lists.ts';
import { NOON_MS } from '../../../kit/inner-home.ts';

const MINUTE_MS = 60_000;
const UTC = () => 0;

function grantOf(level: Level, more: Partial<LiveGrant> = {}): LiveGrant {
  return {
    agreement: 1,
    offer: 'offer',
    offerKey: 'ab'.repeat(16),
    category: 'power.appliance',
    level,
    windowMinutes: 15,
    lane: 'shaped',
    subject: 'home',
    epochDays: 30,
    legalClass: 'personal',
    voices: [{ person: 1, scope: {} }],
    fromMs: 0,
    expiresMs: NOON_MS * 2,
    ...more,
  };
}

/** A window of one grant, fed by minutes after noon. */
class Feed {
  readonly grant: LiveGrant;
  readonly kind: Kind;
  window: OpenWindow | undefined;
  readonly out: {
    value: number;
    permille: number;
    minute: number;
    windowS: number;
    subject: number;
    estimated: boolean;
  }[] = [];

  constructor(grant: LiveGrant, kind: Kind = 'power.active') {
    this.grant = grant;
    this.kind = kind;
  }

  #ready(ready: ReturnType<typeof roll>['ready'] | readonly (typeof this.out)[number][] | readonly never[]) {
    for (const one of ready as ReturnType<typeof roll>['ready'])
      this.out.push({
        value: one.value,
        permille: one.observedPermille,
        minute: (one.timeS * 1000 - NOON_MS) / MINUTE_MS,
        windowS: one.windowS,
        subject: one.subject,
        estimated: one.estimatedTime,
      });
  }

  see(minute: number, value: number, device = 1, estimatedTime = false): string {
    const observation = observe(
      { thing: 't', kind: this.kind, value, quality: 'good' },
      { device, atMs: NOON_MS + minute * MINUTE_MS, estimatedTime, origin: 'change' },
    );
    const step = minimize({ observation, grant: this.grant } as unknown as Permitted, this.window, UTC);
    this.window = step.window;
    this.#ready([...step.ready]);
    return step.refusal ?? 'taken';
  }

  /** Looks at the clock every minute up to this one. */
  watch(from: number, to: number): void {
    for (let minute = from; minute <= to; minute += 1) this.look(minute);
  }

  look(minute: number): void {
    if (!this.window) return;
    const rolled = roll(this.grant, this.window, NOON_MS + minute * MINUTE_MS, UTC);
    this.window = rolled.window;
    this.#ready(rolled.ready);
  }

  /** From this minute on nothing is known of the device. */
  lose(minute: number, device = 1): void {
    if (this.window) this.window = lose(this.grant, this.window, device, NOON_MS + minute * MINUTE_MS);
  }

  /** The hub was away until this minute. */
  awayUntil(minute: number): void {
    if (this.window) this.window = resume(this.window, NOON_MS + minute * MINUTE_MS);
  }
}

describe('the ladder', () => {
  test('lets a category leave at the levels that have a profile, coarsest first, and no other', () => {
    const levels = Object.fromEntries(
      Object.keys(CATEGORIES).map((category) => [category, levelsOf(category as Category)]),
    );
    const all = ['L2', 'L3', 'L4', 'L5'];
    expect(levels).toEqual({
      'contact.doorWindow': all,
      'presence.person': all,
      'presence.animal': all,
      'power.total': all,
      'power.appliance': all,
      'lock.state': all,
      'lock.keyHolder': [],
      'device.health': all,
      'home.mesh': [],
      'household.segment': [],
    });
  });

  test.each(LEVELS.flatMap((level) => KINDS.map((kind) => [level, kind] as const)))(
    'at %s of %s lets through exactly what the design has a profile for',
    (level, kind) => {
      const ladder: readonly Kind[] = [
        ...(['contact.state', 'occupancy.state', 'lock.state', 'power.active', 'energy.import'] as const),
        ...(['battery.low', 'battery.percent', 'device.online', 'tamper.state'] as const),
      ];
      const leaves = ladder.includes(kind) && ['L2', 'L3', 'L4', 'L5'].includes(level);
      const feed = new Feed(grantOf(level), kind);
      expect(feed.see(1, kind === 'battery.voltage' ? 3000 : 1)).toBe(leaves ? 'taken' : 'noProfile');
      expect(feed.window !== undefined || feed.out.length > 0).toBe(leaves);
    },
  );
});

describe('event by event (L5)', () => {
  test.each([
    [1_499, 1],
    [1_500, 2],
    [-1_500, -1],
    [-2_600, -3],
    [0, 0],
    [400, 0],
    [-400, 0],
  ])('power of %i mW is %i W', (milliwatts, watts) => {
    const feed = new Feed(grantOf('L5'));
    feed.see(3, milliwatts);
    expect(feed.out).toEqual([{ value: watts, permille: 1000, minute: 3, windowS: 0, subject: 0, estimated: false }]);
    expect(Object.is(feed.out[0]?.value, -0)).toBe(false);
  });

  test('names the device where the offer does, and says when the time is estimated', () => {
    const feed = new Feed(grantOf('L5', { subject: 'device' }), 'contact.state');
    feed.see(1, 1, 7, true);
    expect(feed.out).toEqual([{ value: 1, permille: 1000, minute: 1, windowS: 0, subject: 7, estimated: true }]);
  });
});

describe('mean power (L4)', () => {
  test('is weighted by time, over the observed part, and says how much that was', () => {
    const feed = new Feed(grantOf('L4'));
    feed.see(5, 1_000_000);
    feed.see(10, 3_000_000);
    feed.watch(11, 15);
    expect(feed.out).toEqual([{ value: 2000, permille: 666, minute: 0, windowS: 900, subject: 0, estimated: false }]);
    // The last value goes on for fifteen minutes after it was said, and no longer.
    feed.watch(16, 60);
    expect(feed.out.slice(1).map(({ value, permille, minute }) => [value, permille, minute])).toEqual([
      [3000, 666, 15],
    ]);
  });

  test('adds up the devices of a home, each with its own mean', () => {
    const feed = new Feed(grantOf('L4'));
    feed.see(0, 100_000, 1);
    feed.see(0, 50_000, 2);
    feed.see(7.5, 250_000, 2);
    feed.watch(8, 15);
    expect(feed.out.map(({ value, permille }) => [value, permille])).toEqual([[250, 1000]]);
  });

  test('of a device that gives power back is negative', () => {
    const feed = new Feed(grantOf('L4'));
    feed.see(0, -2_000_000);
    feed.look(15);
    expect(feed.out[0]?.value).toBe(-2000);
  });

  test('too small to be a watt is plain zero, not minus zero', () => {
    for (const level of ['L4', 'L3', 'L2'] as const) {
      const feed = new Feed(grantOf(level));
      for (let minute = 0; minute < 720; minute += 15) feed.see(minute, -100);
      feed.look(720);
      expect(Object.is(feed.out[0]?.value, 0)).toBe(true);
    }
  });

  test.each([
    [15, 900],
    [30, 1800],
    [60, 3600],
    [undefined, 900],
  ])('over a window of %s minutes lasts %i s', (windowMinutes, windowS) => {
    const feed = new Feed(grantOf('L4', { windowMinutes }));
    feed.see(1, 1000);
    feed.look(61);
    expect(feed.out[0]?.windowS).toBe(windowS);
  });

  test('keeps devices apart where the offer names devices', () => {
    const feed = new Feed(grantOf('L4', { subject: 'device' }));
    feed.see(0, 1_000_000, 4);
    feed.look(15);
    expect(feed.out.map(({ subject, value }) => [subject, value])).toEqual([[4, 1000]]);
  });

  test('counts nothing of a pause of the hub', () => {
    const feed = new Feed(grantOf('L4'));
    feed.see(0, 600_000);
    feed.see(3, 600_000);
    feed.awayUntil(9);
    feed.look(15);
    expect(feed.out.map(({ value, permille }) => [value, permille])).toEqual([[600, 600]]);
  });

  test('says nothing of a window that was not observed', () => {
    const feed = new Feed(grantOf('L4'));
    feed.see(0, 600_000);
    feed.look(15);
    feed.awayUntil(50);
    feed.look(60);
    feed.look(75);
    expect(feed.out.map(({ minute }) => minute)).toEqual([0]);
  });
});

describe('energy of the day (L2)', () => {
  test('is the sum over the observed part', () => {
    const feed = new Feed(grantOf('L2'));
    for (let minute = 0; minute < 720; minute += 10) feed.see(minute, 60_000);
    feed.look(720);
    expect(feed.out).toEqual([
      { value: 700, permille: 500, minute: -720, windowS: 86_400, subject: 0, estimated: false },
    ]);
  });

  test('of a day without a reading is not said', () => {
    const feed = new Feed(grantOf('L2'));
    for (let minute = 0; minute < 720; minute += 10) feed.see(minute, 60_000);
    feed.look(720);
    feed.look(720 + 1440);
    expect(feed.out).toHaveLength(1);
  });
});

describe('counts (L3, L2)', () => {
  test('count what was entered, zero too, and are released once', () => {
    const feed = new Feed(grantOf('L3', { category: 'contact.doorWindow' }), 'contact.state');
    for (const [minute, value] of [
      [1, 1],
      [2, 0],
      [3, 1],
      [4, 2],
      [5, 0],
    ] as const)
      feed.see(minute, value);
    feed.watch(6, 240 + 240);
    expect(feed.out.map(({ value, permille, minute }) => [value, permille, minute])).toEqual([
      [2, 995, 0],
      [0, 1000, 240],
    ]);
    feed.look(240 + 240);
    expect(feed.out).toHaveLength(2);
  });

  test.each([
    ['contact.state', 1],
    ['occupancy.state', 1],
    ['lock.state', 2],
  ] as const)('of %s count code %i', (kind, code) => {
    const feed = new Feed(grantOf('L3'), kind);
    feed.see(1, code);
    feed.see(2, code === 1 ? 0 : 1);
    feed.watch(3, 240);
    expect(feed.out[0]?.value).toBe(1);
  });

  test('never lose what was seen, however short the hub watched', () => {
    const feed = new Feed(grantOf('L3'), 'contact.state');
    feed.see(239.9, 1);
    feed.look(240);
    expect(feed.out.map(({ value, permille }) => [value, permille])).toEqual([[1, 1]]);
  });

  test('say nothing where nothing was seen and nobody watched', () => {
    const feed = new Feed(grantOf('L3'), 'contact.state');
    feed.see(1, 0);
    feed.look(240);
    expect(feed.out).toEqual([]);
  });
});

describe('the last state (L4)', () => {
  test('does not depend on the order of the devices', () => {
    const feed = new Feed(grantOf('L4'), 'contact.state');
    feed.see(1, 0, 2);
    feed.see(9, 1, 1);
    feed.watch(10, 15);
    expect(feed.out.map(({ value }) => value)).toEqual([1]);
  });

  test('is that of the latest change of any device, and goes on', () => {
    const feed = new Feed(grantOf('L4'), 'contact.state');
    feed.see(1, 1, 1);
    feed.see(9, 0, 2);
    feed.watch(10, 30);
    expect(feed.out.map(({ value, minute }) => [value, minute])).toEqual([
      [0, 0],
      [0, 15],
    ]);
  });
});

describe('a value that is not known any more', () => {
  test('is no last state: that of another device is, or none', () => {
    const feed = new Feed(grantOf('L4'), 'contact.state');
    feed.see(1, 0, 2);
    feed.see(9, 1, 1);
    feed.lose(10);
    feed.watch(10, 15);
    feed.lose(16, 2);
    feed.watch(16, 45);
    expect(feed.out.map(({ value, minute }) => [value, minute])).toEqual([[0, 0]]);
  });

  test('takes back nothing that was counted', () => {
    const feed = new Feed(grantOf('L3'), 'contact.state');
    feed.see(1, 1);
    feed.lose(2);
    feed.watch(3, 240);
    expect(feed.out.map(({ value }) => value)).toEqual([1]);
  });

  test('is held no longer: power counts until then', () => {
    const feed = new Feed(grantOf('L4'));
    feed.see(0, 600_000);
    feed.lose(3);
    feed.lose(3, 7);
    feed.watch(4, 30);
    expect(feed.out.map(({ value, permille }) => [value, permille])).toEqual([[600, 200]]);
  });

  test('changes nothing where a grant has no windows', () => {
    const feed = new Feed(grantOf('L4'));
    feed.see(0, 600_000);
    const window = feed.window as OpenWindow;
    for (const level of ['L5', 'L0'] as const) expect(lose(grantOf(level), window, 1, NOON_MS)).toBe(window);
  });
});

describe('late, early and repeated', () => {
  test('an event of a window that is closed is refused as late and changes nothing', () => {
    const feed = new Feed(grantOf('L4'));
    feed.see(5, 1_000_000);
    feed.look(15);
    const { window } = feed;
    expect(feed.see(14, 9_000_000)).toBe('late');
    expect(feed.window).toBe(window);
    expect(feed.out).toHaveLength(1);
  });

  test('an event of a later window closes the one before it first', () => {
    const feed = new Feed(grantOf('L3'), 'contact.state');
    feed.see(1, 1);
    feed.see(300, 1);
    expect(feed.out.map(({ value, minute }) => [value, minute])).toEqual([[1, 0]]);
    feed.look(480);
    expect(feed.out.map(({ value, minute }) => [value, minute])).toEqual([
      [1, 0],
      [1, 240],
    ]);
  });

  test('two samples of one instant count the later one and no time twice', () => {
    const feed = new Feed(grantOf('L4'));
    feed.see(0, 1_000_000);
    feed.see(0, 2_000_000);
    feed.look(15);
    expect(feed.out.map(({ value, permille }) => [value, permille])).toEqual([[2000, 1000]]);
  });

  test('a sample from before the last one neither moves time back nor counts twice', () => {
    const feed = new Feed(grantOf('L4'));
    feed.see(0, 1_000_000);
    feed.see(10, 1_000_000);
    feed.see(5, 1_000_000);
    feed.look(15);
    expect(feed.out[0]?.permille).toBeLessThanOrEqual(1000);
    expect(feed.out[0]?.value).toBe(1000);
  });

  test('a window with one estimated time in it says so, and the next does not', () => {
    const feed = new Feed(grantOf('L4'));
    feed.see(0, 1_000_000);
    feed.see(1, 1_000_000, 1, true);
    feed.look(15);
    feed.see(16, 1_000_000);
    feed.look(30);
    expect(feed.out.map(({ estimated }) => estimated)).toEqual([true, false]);
  });

  test('a window whose grant has no windows any more is gone', () => {
    const feed = new Feed(grantOf('L4'));
    feed.see(0, 1_000_000);
    const window = feed.window as OpenWindow;
    for (const level of ['L5', 'L0', 'L1'] as const)
      expect(roll(grantOf(level), window, NOON_MS + 900_000, UTC)).toEqual({ ready: [], window: undefined });
  });

  test('a look back in time changes nothing', () => {
    const feed = new Feed(grantOf('L4'));
    feed.see(5, 1_000_000);
    const { window } = feed;
    feed.look(4);
    expect(feed.window).toEqual(window);
  });
});
