import type { LiveEvent } from './hub-state.ts';

const NAMES = ['seen', 'left', 'held', 'refused', 'provided'] as const;

/** What the live feed tells: events, that the state changed, and whether it is open. */
export interface FeedListener {
  onEvent(event: LiveEvent): void;
  onStateChanged(): void;
  onOpen(): void;
  onBroken(closed: boolean): void;
}

function parsed(name: (typeof NAMES)[number], data: string): LiveEvent | undefined {
  try {
    return { ...JSON.parse(data), event: name } as LiveEvent;
  } catch {
    return undefined;
  }
}

/** Opens the live feed; the browser reconnects by itself with the last event's id. Returns what closes it. */
export function openLiveFeed(listener: FeedListener): () => void {
  const source = new EventSource('/api/live');
  for (const name of NAMES) {
    source.addEventListener(name, (message) => {
      const event = parsed(name, (message as MessageEvent<string>).data);
      if (event) listener.onEvent(event);
    });
  }
  source.addEventListener('state', () => listener.onStateChanged());
  source.addEventListener('open', () => listener.onOpen());
  source.addEventListener('error', () => listener.onBroken(source.readyState === EventSource.CLOSED));
  return () => source.close();
}
