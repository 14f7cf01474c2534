import { openSession, readState } from '../api/hub-client.ts';
import type { HubState, LiveEvent } from '../api/hub-state.ts';
import { openLiveFeed } from '../api/live-feed.ts';
import { text } from '../texts/texts.ts';
import { showToast } from './actions.ts';
import type { HousePage } from './house-page.ts';

const GATHER_MS = 120;
const REFRESH_MS = 200;
const STATE_EVERY_MS = 15_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 15_000;
/** Events waiting to be drawn: a flood drops the oldest, which would not be visible anyway. */
const GATHERED_EVENTS = 400;

/** Takes the one-time link out of the address and removes it from the address bar at once. */
function takeLink(): string | undefined {
  const match = /(?:^#|&)link=([^&]+)/.exec(location.hash);
  if (match?.[1] === undefined) return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  return match[1];
}

function announceErased(page: HousePage, before: HubState | null, next: HubState): void {
  for (const offer of next.offers) {
    const was = before?.offers.find((each) => each.offer === offer.offer)?.withdrawal?.state;
    if (was !== 'sent' || offer.withdrawal?.state !== 'erased') continue;
    const name = offer.recipient.name;
    showToast(page, 'done', {
      ja: text('ja', 'toast.erased', { name: name.ja }),
      en: text('en', 'toast.erased', { name: name.en }),
    });
  }
}

/** Keeps the page's signals true to the hub: session, state and live events, with patience when the hub is away. */
export class HubConnection {
  readonly #page: HousePage;
  #gathered: LiveEvent[] = [];
  #gathering: number | undefined;
  #refreshing: number | undefined;
  #retryMs = RETRY_FIRST_MS;
  #retry: number | undefined;
  #closeFeed: (() => void) | undefined;
  #linkFailed = false;

  constructor(page: HousePage) {
    this.#page = page;
  }

  async start(): Promise<void> {
    addEventListener('hashchange', () => {
      if (location.hash.includes('link=')) void this.#enter();
    });
    setInterval(() => this.#page.tick(), 1_000);
    setInterval(() => void this.refresh(), STATE_EVERY_MS);
    await this.#enter();
  }

  async #enter(): Promise<void> {
    const link = takeLink();
    if (link !== undefined) {
      const session = await openSession(link);
      this.#linkFailed = !session.ok && session.reason !== 'unreachable';
    }
    await this.refresh();
  }

  /** Reads the whole picture again; opens the live feed after the first success. */
  async refresh(): Promise<void> {
    const page = this.#page;
    const answer = await readState();
    if (answer.ok) {
      announceErased(page, page.state.value, answer.value);
      page.takeState(answer.value);
      page.screen.value = 'house';
      this.#online();
      if (!this.#closeFeed) this.#openFeed();
      return;
    }
    if (answer.reason === 'signedOut') {
      this.#dropFeed();
      page.screen.value = this.#linkFailed ? 'signedOutUsed' : 'signedOut';
      return;
    }
    if (page.state.value === null) page.screen.value = 'unreachable';
    this.#offline();
  }

  #online(): void {
    this.#retryMs = RETRY_FIRST_MS;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#page.online.value = true;
  }

  #offline(): void {
    this.#page.online.value = false;
    if (this.#retry !== undefined) return;
    // Jitter keeps several open pages from asking a restarting hub all at once.
    const waitMs = this.#retryMs * (0.75 + Math.random() / 2);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MOST_MS);
    this.#retry = window.setTimeout(() => {
      this.#retry = undefined;
      void this.refresh();
    }, waitMs);
  }

  #dropFeed(): void {
    this.#closeFeed?.();
    this.#closeFeed = undefined;
  }

  #openFeed(): void {
    this.#closeFeed = openLiveFeed({
      onEvent: (event) => this.#gather(event),
      onStateChanged: () => this.#refreshSoon(),
      onOpen: () => this.#refreshSoon(),
      onBroken: (closed) => {
        if (closed) this.#dropFeed();
        this.#offline();
      },
    });
  }

  #gather(event: LiveEvent): void {
    this.#gathered.push(event);
    if (this.#gathered.length > GATHERED_EVENTS) this.#gathered.shift();
    this.#gathering ??= window.setTimeout(() => {
      this.#gathering = undefined;
      const events = this.#gathered;
      this.#gathered = [];
      this.#page.takeEvents(events);
    }, GATHER_MS);
  }

  #refreshSoon(): void {
    this.#refreshing ??= window.setTimeout(() => {
      this.#refreshing = undefined;
      void this.refresh();
    }, REFRESH_MS);
  }
}
