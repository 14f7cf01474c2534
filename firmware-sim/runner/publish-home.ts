import type { Speaker } from '../dialects/speaker.ts';
import type { LinkFault } from '../faults/fault.ts';
import { LIMITS } from '../limits.ts';
import type { Outgoing, Told } from '../message.ts';
import type { HomeClock } from './clock.ts';
import { type Link, type Manners, openLink } from './link.ts';
import { type PublishCounts, publishTrace } from './publish-trace.ts';

/** A home whose clients are connected to an MQTT server. */
interface OpenHome {
  linkOf(message: Told): Link;
  links(): Iterable<Link>;
  end(): Promise<void>;
}

/** Where the clients of a home connect. */
export interface HomeAddress {
  readonly url: string;
  readonly clock: HomeClock;
  readonly signal: AbortSignal;
  say(sentence: string): void;
  /** Is given, before the first connection, what knows how many clients are connected. */
  onOpen?(clients: () => { connected: number; total: number }): void;
  /** Is told, just before, what a client says beside the messages: answers, births after a lost connection, goodbyes. */
  onAside?(client: string, message: Outgoing): void;
}

/** How a client of the home behaves on its connection, at the home's time. */
function mannersOf(speaker: Speaker, clock: HomeClock): Manners {
  const now = (): number => Math.floor(clock.homeMs());
  return {
    clientId: speaker.drawsClientId === true ? undefined : speaker.client,
    will: speaker.will,
    listens: speaker.listens,
    repeatsRetained: speaker.repeatsRetained === true,
    again: () => speaker.again(now()),
    goodbye: () => speaker.stop(now()),
    answer: (topic, payload) => speaker.answer(topic, payload, now()),
  };
}

/** Connects every client of a home; `ok` is false with the reason when the server refuses one of them. */
async function openHome(
  speakers: readonly Speaker[],
  { url, clock, signal, say, onOpen, onAside }: HomeAddress,
): Promise<{ ok: true; home: OpenHome } | { ok: false; reason: string }> {
  const byClient = new Map<string, Link>();
  onOpen?.(() => ({
    connected: [...byClient.values()].filter((link) => link.connected()).length,
    total: speakers.length,
  }));
  let refused: { ok: false; reason: string } | undefined;
  for (let from = 0; from < speakers.length && refused === undefined; from += LIMITS.connectingMost) {
    const some = speakers.slice(from, from + LIMITS.connectingMost);
    await Promise.all(
      some.map(async (speaker, index) => {
        // What happens to one connection happens to all: one voice is enough.
        const told = from + index === 0 ? say : () => undefined;
        const opened = await openLink({
          url,
          manners: mannersOf(speaker, clock),
          signal,
          say: told,
          onAside: (message) => onAside?.(speaker.client, message),
        });
        if (opened.ok) {
          byClient.set(speaker.client, opened.link);
        } else {
          refused = opened;
        }
      }),
    );
  }
  const end = async (): Promise<void> => {
    await Promise.all([...byClient.values()].map((link) => link.end()));
  };
  if (refused !== undefined) {
    await end();
    return refused;
  }
  const linkOf = ({ client }: Told): Link => {
    const link = byClient.get(client);
    if (link === undefined) {
      throw new Error('a message of a client that the home does not have');
    }
    return link;
  };
  return { ok: true, home: { linkOf, end, links: () => byClient.values() } };
}

/** What a fault of the connection does to each. */
const LINK_FAULTS: Record<LinkFault['kind'], { begins(link: Link): void; ends(link: Link): void }> = {
  brokerCut: { begins: (link) => link.cut(), ends: (link) => link.mend() },
  duplicateClientId: { begins: (link) => link.double(), ends: (link) => link.single() },
  expiredCertificate: { begins: (link) => link.distrust(), ends: (link) => link.trust() },
};

/** What of a home is published, and how. */
export interface PublishHome extends HomeAddress {
  readonly speakers: readonly Speaker[];
  /** Is asked when everybody is connected. */
  messages(): Iterable<Told> | AsyncIterable<Told>;
  readonly qos: 0 | 1 | 2;
  /** What happens to the connections, in the home's time; asked before anybody connects, and when everybody is connected. */
  linkFaults?(): readonly LinkFault[];
  readonly counts: PublishCounts;
  onPublish?(message: Told, index: number): void;
  onSettled?(message: Told, index: number, outcome: 'sent' | 'lost'): void;
  room?(): Promise<void> | undefined;
}

/** Connects a home and publishes it at its pace; `finished` resolves when all is said, or `signal` was aborted. */
export async function publishHome(
  asked: PublishHome,
): Promise<{ ok: true; finished: Promise<PublishCounts> } | { ok: false; reason: string }> {
  const faults = asked.linkFaults?.() ?? [];
  if (faults.some(({ kind }) => kind === 'expiredCertificate') && !asked.url.startsWith('mqtts:')) {
    return {
      ok: false,
      reason: 'a certificate expires only where there is one: expired-certificate needs --url mqtts://…',
    };
  }
  const opened = await openHome(asked.speakers, asked);
  if (!opened.ok) {
    return opened;
  }
  const { linkOf, end, links } = opened.home;
  const over = new AbortController();
  const signal = AbortSignal.any([asked.signal, over.signal]);
  const at = async (atMs: number, change: (link: Link) => void): Promise<void> => {
    await asked.clock.until(atMs, signal);
    for (const link of signal.aborted ? [] : links()) {
      change(link);
    }
  };
  const acting = (asked.linkFaults?.() ?? []).map(async ({ kind, fromMs, toMs }) => {
    const { begins, ends } = LINK_FAULTS[kind];
    await at(fromMs, begins);
    await at(toMs, ends);
  });
  const ended = async (): Promise<void> => {
    over.abort();
    await Promise.all([...acting, end()]);
  };
  return { ok: true, finished: publishTrace({ ...asked, messages: asked.messages(), linkOf }).finally(ended) };
}
