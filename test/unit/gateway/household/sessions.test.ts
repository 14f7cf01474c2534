import { describe, expect, test } from 'vitest';
import { Sessions } from '../../../../gateway/household/sessions.ts';
import { LIMITS } from '../../../../gateway/limits.ts';

function at() {
  const clock = { ms: 0 };
  return { clock, sessions: new Sessions(() => clock.ms) };
}

describe('a link', () => {
  test('opens one session and no second', () => {
    const { sessions } = at();
    const link = sessions.newLink();
    const token = sessions.open(link);
    expect(sessions.isLive(token)).toBe(true);
    expect(sessions.open(link)).toBeUndefined();
    expect(sessions.open('made up')).toBeUndefined();
  });

  test('is good until its time is over, and newer ones do not end it', () => {
    const { sessions, clock } = at();
    const [early, late] = [sessions.newLink(), sessions.newLink()];
    clock.ms = LIMITS.linkMs;
    expect(sessions.open(early)).toBeDefined();
    clock.ms += 1;
    expect(sessions.open(late)).toBeUndefined();
  });
});

describe('a session', () => {
  test('ends when it is not used, and lasts while it is', () => {
    const { sessions, clock } = at();
    const token = sessions.open(sessions.newLink());
    clock.ms = LIMITS.sessionMs;
    expect(sessions.isLive(token)).toBe(true);
    clock.ms += LIMITS.sessionMs;
    expect(sessions.isLive(token)).toBe(true);
    clock.ms += LIMITS.sessionMs + 1;
    expect(sessions.isLive(token)).toBe(false);
  });

  test('is not one without a token, with an empty one, or with somebody else’s', () => {
    const { sessions } = at();
    for (const token of [undefined, '', 'x', sessions.newLink()]) expect(sessions.isLive(token)).toBe(false);
  });

  test('used longest ago gives way when there are too many', () => {
    const { sessions } = at();
    const tokens = Array.from({ length: LIMITS.sessions }, () => sessions.open(sessions.newLink()));
    expect(sessions.isLive(tokens[0])).toBe(true);
    const last = sessions.open(sessions.newLink());
    expect([tokens[0], tokens[1], tokens[2], last].map((token) => sessions.isLive(token))).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
});
