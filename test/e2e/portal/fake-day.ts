import type { Both, LiveEvent, Offer } from '../../../portal/src/api/hub-state.ts';
import { valueText } from './fake-home.ts';
import type { FakeHub } from './fake-hub.ts';

const QUARTER_MS = 15 * 60_000;

/** What happens in the fake home, in order and again: [device id, value, seconds of home time since the last]. */
const DAY: readonly (readonly [number, number, number])[] = [
  [6, 82_400, 20],
  [3, 1, 25],
  [7, 1_236_000, 15],
  [4, 1, 40],
  [6, 85_100, 30],
  [3, 0, 35],
  [7, 1_198_000, 30],
  [1, 1, 25],
  [6, 83_700, 15],
  [1, 0, 20],
  [2, 1, 20],
  [7, 1_100, 40],
  [4, 0, 50],
  [5, 1, 60],
  [6, 84_900, 30],
  [5, 0, 50],
  [2, 2, 45],
];

const CATEGORY: Readonly<Record<string, string>> = {
  'contact.state': 'contact.doorWindow',
  'occupancy.state': 'presence.person',
  'power.active': 'power.appliance',
  'lock.state': 'lock.state',
};

function average(watts: number): Both {
  return { ja: `平均 ${watts} W`, en: `average ${watts} W` };
}

/** Plays the fake home's day on a fake hub, one step at a call; the same steps give the same events. */
export class FakeDay {
  readonly #hub: FakeHub;
  #step = 0;
  #windowEndMs = 0;

  constructor(hub: FakeHub) {
    this.#hub = hub;
  }

  /** One reading with everything that follows from it. */
  step(): void {
    const [id, value, seconds] = DAY[this.#step % DAY.length] ?? [1, 0, 30];
    this.#step += 1;
    this.#hub.advance(seconds * 1000);
    this.#closeWindow();
    const device = this.#hub.state.devices.find((each) => each.id === id);
    const kind = device?.kinds[0];
    if (!device || !kind) return;
    const seenId = this.#hub.send({
      event: 'seen',
      atMs: this.#hub.nowMs,
      device: { id, name: device.name, room: device.room },
      kind,
      value,
      unit: kind === 'power.active' ? 'mW' : '',
      text: valueText(kind, value),
      origin: kind === 'power.active' ? 'sample' : 'change',
    } as LiveEvent);
    this.#decide(seenId, id, kind, value);
    if (this.#step % 9 === 0) this.#oddities();
  }

  #granted(category: string): readonly Offer[] {
    return this.#hub.state.offers.filter((offer) =>
      offer.granted?.categories.some((each) => each.category === category),
    );
  }

  #decide(seenId: number, id: number, kind: string, value: number): void {
    const hub = this.#hub;
    const category = CATEGORY[kind] ?? '';
    const offers = this.#granted(category);
    const device = hub.state.devices.find((each) => each.id === id);
    if (offers.length === 0) {
      hub.send({
        event: 'refused',
        atMs: hub.nowMs,
        seenId,
        device: { id, name: device?.name ?? '', room: device?.room ?? null },
        kind,
        reason: 'noGrant',
        text: { ja: '同意がありません', en: 'No grant' },
      } as LiveEvent);
    }
    for (const offer of offers) {
      if (offer.lane === 'prompt') {
        this.#leave(offer, category, valueText(kind, value), hub.nowMs, 0, id);
      } else {
        this.#windowEndMs ||= Math.floor(hub.nowMs / QUARTER_MS + 1) * QUARTER_MS;
        const untilMs =
          category === 'presence.person'
            ? Math.ceil(hub.nowMs / 86_400_000) * 86_400_000 - 9 * 3_600_000
            : this.#windowEndMs;
        hub.send({ event: 'held', atMs: hub.nowMs, seenId, offer: offer.offer, untilMs, category } as LiveEvent);
      }
    }
  }

  #closeWindow(): void {
    if (this.#windowEndMs === 0 || this.#hub.nowMs < this.#windowEndMs) return;
    const startMs = this.#windowEndMs - QUARTER_MS;
    this.#windowEndMs = 0;
    for (const offer of this.#granted('power.appliance')) {
      this.#leave(offer, 'power.appliance', average(96 + (this.#step % 7) * 23), startMs, QUARTER_MS / 1000, 6);
    }
  }

  #leave(offer: Offer, category: string, text: Both, timeMs: number, windowS: number, fromDevice: number): void {
    const hub = this.#hub;
    const recipient = offer.recipient.name;
    const common = { recipient, category, quantity: windowS > 0 ? 'mean_power_w' : 'state', value: 1, unit: '' };
    const left = { event: 'left', atMs: hub.nowMs, offer: offer.offer, ...common, timeMs, windowS, text, fromDevice };
    hub.counted(offer.offer);
    const id = hub.send(left as LiveEvent);
    hub.send({ event: 'provided', upToId: id - 1 } as LiveEvent);
  }

  #oddities(): void {
    const hub = this.#hub;
    const lock = hub.state.devices[1];
    const device = lock ? { id: lock.id, name: lock.name, room: lock.room } : null;
    const refused = { event: 'refused', atMs: hub.nowMs, seenId: null, device, text: { ja: '', en: '' } };
    hub.send({ ...refused, kind: 'lock.state', reason: 'secret' } as LiveEvent);
    hub.send({ ...refused, kind: 'lock.state', reason: 'notAnEvent' } as LiveEvent);
    hub.send({ ...refused, device: null, kind: null, reason: 'unknownDevice' } as LiveEvent);
  }
}
