import type { Limits } from '../limits.ts';
import type { Matches } from '../topic-filter.ts';
import type { Spoken } from './spoken.ts';

/** Topics that sources have announced outside their own, each followed for the source that announced it first. */
export class Followed {
  readonly #announced: (source: string) => readonly string[];
  readonly #limits: Limits;
  readonly #isOwn: Matches;
  readonly #topics = new Map<string, Spoken>();
  /** By source, the announced topics that were looked at last. */
  readonly #looked = new Map<string, readonly string[]>();

  /** `announced` gives another list when it changed; `isOwn` tells topics that are subscribed to anyway. */
  constructor(announced: (source: string) => readonly string[], isOwn: Matches, limits: Limits) {
    this.#announced = announced;
    this.#isOwn = isOwn;
    this.#limits = limits;
  }

  /** Whose a followed topic is. */
  of(topic: string): Spoken | undefined {
    return this.#topics.get(topic);
  }

  /** Begins anew with what is announced now; the topics to subscribe to. */
  begin(speaks: readonly Spoken[]): string[] {
    this.#topics.clear();
    this.#looked.clear();
    for (const one of speaks) this.note(one);
    return [...this.#topics.keys()];
  }

  /** Topics that a source has announced since; asked with every message, the list is the same one while nothing was. */
  note(spoken: Spoken): string[] {
    const announced = this.#announced(spoken.source);
    if (this.#looked.get(spoken.source) === announced) return [];
    this.#looked.set(spoken.source, announced);
    const fresh = announced.filter((topic) => this.#isWorthFollowing(topic));
    const taken = fresh.slice(0, Math.max(0, this.#limits.announcedTopics - this.#topics.size));
    for (const topic of taken) this.#topics.set(topic, spoken);
    return taken;
  }

  #isWorthFollowing(topic: string): boolean {
    if (this.#topics.has(topic) || this.#isOwn(topic)) return false;
    return topic !== '' && !/[+#\0]/.test(topic) && !topic.startsWith('$') && topic.length <= this.#limits.topicBytes;
  }
}
