import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { LiveEvent } from '../api/hub-state.ts';
import { isUpkeep, type LiveModel, refusalKey } from '../live/live-model.ts';
import { useHousePage } from './house-page.ts';
import { drawnIcon, kindIcon } from './icons.tsx';

/** At most so many slips move at once; a busy home is told by the counts instead. */
const SLIPS = 7;
const FLIGHT_MS = 1_100;
const NEWS_MS = 10_000;

interface Flight {
  readonly from: string;
  readonly fromLane: string;
  readonly to: string;
  readonly toLane: string;
  readonly tone: 'held' | 'stayed' | 'left' | 'seen';
  readonly kind: string | null;
}

function attribute(name: string, value: string | number): string {
  return `[data-${name}="${CSS.escape(String(value))}"]`;
}

/** Which slip of paper one event moves, and between which places of the page. */
function flightOf(event: LiveEvent, model: LiveModel): Flight | undefined {
  if (event.event === 'held') {
    const seen = model.seen.find((row) => row.id === event.seenId);
    const from = seen ? attribute('device', seen.device.id) : '';
    const to = attribute('held', `${event.offer} ${event.category}`);
    return { from, fromLane: 'inside', to, toLane: 'engawa', tone: 'held', kind: event.category };
  }
  if (event.event === 'refused' && event.reason !== 'notAnEvent' && !isUpkeep(event.kind)) {
    const device = typeof event.device === 'number' ? event.device : event.device?.id;
    const from = device === undefined ? '' : attribute('device', device);
    const to = attribute('refused', refusalKey(event));
    return { from, fromLane: 'inside', to, toLane: 'engawa', tone: 'stayed', kind: event.kind };
  }
  if (event.event === 'left') {
    const waited = event.windowS > 0;
    const from = waited
      ? attribute('held', `${event.offer} ${event.category}`)
      : attribute('device', event.fromDevice ?? '');
    const fromLane = waited ? 'engawa' : 'inside';
    return {
      from,
      fromLane,
      to: attribute('offer', event.offer),
      toLane: 'outside',
      tone: 'left',
      kind: event.category,
    };
  }
  return undefined;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The middle of a place that can be seen now, else of its lane in the drawing, else nothing. */
function placeOf(selector: string, lane: string, leftEdge: boolean): Place | undefined {
  for (const each of [selector, `[data-lane="${lane}"]`]) {
    const box = each === '' ? undefined : document.querySelector(each)?.getBoundingClientRect();
    if (!box || (box.width === 0 && box.height === 0 && each === selector)) continue;
    if (box.bottom < 0 || box.top > innerHeight) continue;
    const x = leftEdge ? box.left + Math.min(26, box.width / 2) : box.left + box.width / 2;
    return { x, y: box.top + Math.min(box.height / 2, 40) };
  }
  return undefined;
}

function slip(kind: string | null, tone: Flight['tone']): HTMLElement {
  const element = document.createElement('span');
  element.className = `slip slip-${tone}`;
  element.append(drawnIcon(kindIcon(kind)));
  return element;
}

function fly(layer: HTMLElement, flight: Flight): void {
  const from = placeOf(flight.from, flight.fromLane, false);
  const to = placeOf(flight.to, flight.toLane, true);
  if (!from || !to) return;
  const element = slip(flight.kind, flight.tone);
  layer.append(element);
  const at = (place: Place, lift = 0) => `translate(${place.x - 15}px, ${place.y - 15 - lift}px)`;
  const middle = { x: (from.x + to.x) / 2, y: Math.min(from.y, to.y) };
  const animation = element.animate(
    [
      { transform: `${at(from)} scale(0.6)`, opacity: 0 },
      { transform: `${at(from)} scale(1)`, opacity: 1, offset: 0.15 },
      { transform: `${at(middle, 18)} scale(1.05)`, opacity: 1, offset: 0.55 },
      { transform: `${at(to)} scale(1)`, opacity: 1, offset: 0.88 },
      { transform: `${at(to)} scale(0.7)`, opacity: 0 },
    ],
    { duration: FLIGHT_MS, easing: 'cubic-bezier(0.45, 0.05, 0.3, 1)' },
  );
  const remove = () => element.remove();
  animation.finished.then(remove, remove);
}

/** The slips of paper that cross from the house to the veranda and the garden; silent and still when motion is unwanted. */
export function Flights(): JSX.Element {
  const page = useHousePage();
  const layer = useRef<HTMLDivElement>(null);
  const batch = page.batch.value;
  useEffect(() => {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const target = layer.current;
    if (!target || still || document.hidden) return;
    // What the hub tells again to a page that just opened is no news.
    const sinceMs = page.homeMs.peek() - NEWS_MS * (page.state.peek()?.speed ?? 1);
    const news = batch.filter((event) => event.event !== 'provided' && event.atMs >= sinceMs);
    const flights = news.map((event) => flightOf(event, page.live.peek())).filter((each) => each !== undefined);
    // What leaves is what people look for; it goes first when there are too many.
    flights.sort((one, other) => Number(other.tone === 'left') - Number(one.tone === 'left'));
    for (const flight of flights.slice(0, Math.max(0, SLIPS - target.childElementCount))) fly(target, flight);
  }, [batch, page]);
  return <div class="flights" aria-hidden="true" ref={layer} />;
}
