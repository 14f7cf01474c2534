import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../firmware-sim/limits.ts';
import type { Outgoing } from '../../../../firmware-sim/message.ts';
import { homeClock } from '../../../../firmware-sim/runner/clock.ts';
import type { Link } from '../../../../firmware-sim/runner/link.ts';
import { publishTrace, type TraceMessage } from '../../../../firmware-sim/simulate.ts';

const never = new AbortController().signal;

function messages(count: number): TraceMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    atMs: index * 1000,
    topic: `t/${index}`,
    payload: '{}',
    retain: false,
    qos: index === 0 ? 1 : 0,
  }));
}

/** A link whose acknowledgements and connection the test decides. */
function fakeLink(
  acknowledge: (message: Outgoing) => Promise<void>,
): Link & { sent: Outgoing[]; set(connected: boolean): void } {
  let connected = true;
  const listeners: (() => void)[] = [];
  const sent: Outgoing[] = [];
  return {
    sent,
    set(value) {
      connected = value;
      for (const listener of listeners) listener();
    },
    connected: () => connected,
    onChange: (listener) => listeners.push(listener),
    publish(message) {
      sent.push(message);
      return acknowledge(message);
    },
    cut: () => undefined,
    mend: () => undefined,
    double: () => undefined,
    single: () => undefined,
    distrust: () => undefined,
    trust: () => undefined,
    end: () => Promise.resolve(),
  };
}

/** A home clock that jumps to whatever is waited for. */
const leaping = { homeMs: () => 0, until: () => Promise.resolve() };

describe('publishTrace', () => {
  it('publishes in order, with at least the quality of service it is given', async () => {
    const link = fakeLink(() => Promise.resolve());
    const counts = await publishTrace({
      messages: messages(5),
      linkOf: () => link,
      clock: leaping,
      qos: 0,
      signal: never,
    });
    expect(counts).toEqual({ sent: 5, lost: 0 });
    expect(link.sent.map(({ topic, qos }) => [topic, qos])).toEqual([
      ['t/0', 1],
      ['t/1', 0],
      ['t/2', 0],
      ['t/3', 0],
      ['t/4', 0],
    ]);
    const twice = fakeLink(() => Promise.resolve());
    await publishTrace({ messages: messages(2), linkOf: () => twice, clock: leaping, qos: 2, signal: never });
    expect(twice.sent.map(({ qos }) => qos)).toEqual([2, 2]);
  });

  it('waits for the home time of each message', async () => {
    const asked: number[] = [];
    const clock = {
      homeMs: () => 0,
      until: (homeMs: number) => {
        asked.push(homeMs);
        return Promise.resolve();
      },
    };
    const link = fakeLink(() => Promise.resolve());
    await publishTrace({
      messages: messages(3),
      linkOf: () => link,
      clock,
      qos: 0,
      signal: never,
    });
    expect(asked).toEqual([0, 1000, 2000]);
  });

  it('holds back while too many messages are unacknowledged', async () => {
    const waiting: (() => void)[] = [];
    const link = fakeLink(() => new Promise((resolve) => waiting.push(resolve)));
    const many = LIMITS.inFlightMessages + 10;
    const running = publishTrace({
      messages: messages(many),
      linkOf: () => link,
      clock: leaping,
      qos: 1,
      signal: never,
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(link.sent).toHaveLength(LIMITS.inFlightMessages);
    while (waiting.length > 0) {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await running).toEqual({ sent: many, lost: 0 });
  });

  it('loses what comes while there is no connection, as Zigbee2MQTT does, and goes on afterwards', async () => {
    const link = fakeLink(() => Promise.resolve());
    const clock = {
      homeMs: () => 0,
      until(homeMs: number) {
        link.set(homeMs < 2000 || homeMs >= 4000);
        return Promise.resolve();
      },
    };
    const counts = await publishTrace({ messages: messages(6), linkOf: () => link, clock, qos: 0, signal: never });
    expect(counts).toEqual({ sent: 4, lost: 2 });
    expect(link.sent.map(({ topic }) => topic)).toEqual(['t/0', 't/1', 't/4', 't/5']);
  });

  it('does not wait for acknowledgements that can no longer come, and stops when told to', async () => {
    const link = fakeLink(() => new Promise(() => {}));
    const running = publishTrace({ messages: messages(2), linkOf: () => link, clock: leaping, qos: 1, signal: never });
    await new Promise((resolve) => setImmediate(resolve));
    link.set(false);
    expect(await running).toEqual({ sent: 0, lost: 0 });

    const stopping = new AbortController();
    const clock = homeClock({ originRealMs: 0, originHomeMs: 0, speed: 1 }, () => 0);
    const silent = fakeLink(() => Promise.resolve());
    const stuck = publishTrace({
      messages: messages(3),
      linkOf: () => silent,
      clock,
      qos: 0,
      signal: stopping.signal,
    });
    await new Promise((resolve) => setImmediate(resolve));
    stopping.abort();
    expect((await stuck).sent).toBeLessThanOrEqual(1);
  });
});

describe('homeClock', () => {
  it('runs as many times as fast as the real one, from a shared origin', () => {
    let realMs = 1000;
    const clock = homeClock({ originRealMs: 1000, originHomeMs: 500_000, speed: 60 }, () => realMs);
    expect(clock.homeMs()).toBe(500_000);
    realMs = 3000;
    expect(clock.homeMs()).toBe(620_000);
  });

  it('does not wait for what has passed, and wakes when it is stopped', async () => {
    const clock = homeClock({ originRealMs: 0, originHomeMs: 0, speed: 2 }, () => 1000);
    await clock.until(2000, never);
    const stopping = new AbortController();
    const waiting = clock.until(1_000_000, stopping.signal);
    stopping.abort();
    await waiting;
  });
});
