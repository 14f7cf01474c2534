import { createHash, randomBytes } from 'node:crypto';
import { LIMITS } from '../limits.ts';

const TOKEN_BYTES = 24;

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Who may look: one-time links, and the sessions they open. Kept in memory only: a restart signs everybody out. */
export class Sessions {
  readonly #nowMs: () => number;
  readonly #links = new Map<string, number>();
  readonly #sessions = new Map<string, number>();

  /** `nowMs` is monotonic real time in milliseconds. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A new one-time link token; earlier unused ones stay valid until their time is over. */
  newLink(): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#prune();
    this.#links.set(keyOf(token), this.#nowMs() + LIMITS.linkMs);
    return token;
  }

  /** Uses a link up; the new session's token, or undefined when the link is unknown, used or too old. */
  open(link: string): string | undefined {
    this.#prune();
    if (!this.#links.delete(keyOf(link))) return undefined;
    if (this.#sessions.size >= LIMITS.sessions) this.#forgetOldest();
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#sessions.set(keyOf(token), this.#nowMs() + LIMITS.sessionMs);
    return token;
  }

  /** Whether a session is live; using it keeps it so. */
  isLive(token: string | undefined): boolean {
    if (token === undefined) return false;
    const key = keyOf(token);
    const untilMs = this.#sessions.get(key);
    if (untilMs === undefined || untilMs < this.#nowMs()) return false;
    this.#sessions.delete(key);
    this.#sessions.set(key, this.#nowMs() + LIMITS.sessionMs);
    return true;
  }

  #forgetOldest(): void {
    const oldest = this.#sessions.keys().next().value;
    if (oldest !== undefined) this.#sessions.delete(oldest);
  }

  #prune(): void {
    const nowMs = this.#nowMs();
    for (const map of [this.#links, this.#sessions])
      for (const [key, untilMs] of map) if (untilMs < nowMs) map.delete(key);
  }
}
