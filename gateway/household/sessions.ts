import { createHash, randomBytes } from 'node:crypto';
import { LIMITS } from '../limits.ts';

const TOKEN_BYTES = 24;

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** For whom something holds, and how long (monotonic milliseconds). */
interface Until {
  readonly person: number;
  readonly untilMs: number;
}

/** Who may look: one-time links, and the sessions they open. Kept in memory only: a restart signs everybody out. */
export class Sessions {
  readonly #nowMs: () => number;
  readonly #links = new Map<string, Until>();
  readonly #sessions = new Map<string, Until>();

  /** `nowMs` is monotonic real time in milliseconds. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A new one-time link token for a person; earlier unused ones stay valid until their time is over. */
  newLink(person: number): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#prune();
    this.#links.set(keyOf(token), { person, untilMs: this.#nowMs() + LIMITS.linkMs });
    return token;
  }

  /** Uses a link up; the new session's token, or undefined when the link is unknown, used or too old. */
  open(link: string): string | undefined {
    this.#prune();
    const known = this.#links.get(keyOf(link));
    if (!known) return undefined;
    this.#links.delete(keyOf(link));
    if (this.#sessions.size >= LIMITS.sessions) this.#forgetOldest();
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#sessions.set(keyOf(token), { person: known.person, untilMs: this.#nowMs() + LIMITS.sessionMs });
    return token;
  }

  /** The person of a live session, or undefined; using it keeps it live. */
  personOf(token: string | undefined): number | undefined {
    if (token === undefined) return undefined;
    const key = keyOf(token);
    const known = this.#sessions.get(key);
    if (known === undefined || known.untilMs < this.#nowMs()) return undefined;
    this.#sessions.delete(key);
    this.#sessions.set(key, { ...known, untilMs: this.#nowMs() + LIMITS.sessionMs });
    return known.person;
  }

  /** Ends every session and link of a person who moved out. */
  forget(person: number): void {
    for (const map of [this.#links, this.#sessions])
      for (const [key, known] of map) if (known.person === person) map.delete(key);
  }

  #forgetOldest(): void {
    const oldest = this.#sessions.keys().next().value;
    if (oldest !== undefined) this.#sessions.delete(oldest);
  }

  #prune(): void {
    const nowMs = this.#nowMs();
    for (const map of [this.#links, this.#sessions])
      for (const [key, { untilMs }] of map) if (untilMs < nowMs) map.delete(key);
  }
}
