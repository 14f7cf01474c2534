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
    const link = sessions.newLink(1);
    const token = sessions.open(link);
    expect(sessions.personOf(token) !== undefined).toBe(true);
    expect(sessions.open(link)).toBeUndefined();
    expect(sessions.open('made up')).toBeUndefined();
  });

  test('is good until its time is over, and newer ones do not end it', () => {
    const { sessions, clock } = at();
    const [early, late] = [sessions.newLink(1), sessions.newLink(1)];
    clock.ms = LIMITS.linkMs;
    expect(sessions.open(early)).toBeDefined();
    clock.ms += 1;
    expect(sessions.open(late)).toBeUndefined();
  });
});

describe('a session', () => {
  test('ends when it is not used, and lasts while it is', () => {
    const { sessions, clock } = at();
    const token = sessions.open(sessions.newLink(1));
    clock.ms = LIMITS.sessionMs;
    expect(sessions.personOf(token) !== undefined).toBe(true);
    clock.ms += LIMITS.sessionMs;
    expect(sessions.personOf(token) !== undefined).toBe(true);
    clock.ms += LIMITS.sessionMs + 1;
    expect(sessions.personOf(token) !== undefined).toBe(false);
  });

  test('is not one without a token, with an empty one, or with somebody else’s', () => {
    const { sessions } = at();
    for (const token of [undefined, '', 'x', sessions.newLink(1)])
      expect(sessions.personOf(token) !== undefined).toBe(false);
  });

  test('used longest ago gives way when there are too many', () => {
    const { sessions } = at();
    const tokens = Array.from({ length: LIMITS.sessions }, () => sessions.open(sessions.newLink(1)));
    expect(sessions.personOf(tokens[0]) !== undefined).toBe(true);
    const last = sessions.open(sessions.newLink(1));
    expect([tokens[0], tokens[1], tokens[2], last].map((token) => sessions.personOf(token) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
});
