import { networkInterfaces, tmpdir } from 'node:os';
import { cardFromSecret, x25519Pair } from '../proto/keys.ts';
import type { HomeCore } from './home-core.ts';
import { type Answer, done, refuse } from './household/answer.ts';
import { deviceViews } from './household/device-view.ts';
import type { Household, HubStatus } from './household/household.ts';
import { journalEntry } from './household/journal-entry.ts';
import {
  CLOCK_SENTENCES,
  offerViews,
  suspendedSentence,
  type UplinkView,
  type ViewParts,
  viewOf,
} from './household/view.ts';
import { intakeStatus, secureAddress } from './intake-status.ts';
import type { JournalRow } from './journal/journal.ts';
import { HomeKeys } from './pseudonymize/home-keys.ts';
import { cardSentence } from './upkeep/card-life.ts';
import { Upkeep } from './upkeep/upkeep.ts';

/** What the household's side of a hub is made of. */
export interface ResidentsParts {
  readonly home: HomeCore;
  readonly settings: {
    readonly mode: 'demo' | 'home';
    /** Where a backup's copy of the database may lie for a moment. */
    readonly dataFolder?: string;
    readonly version: string;
    readonly sourceUrl: string | undefined;
    readonly brokerUrl: string | undefined;
    readonly bind: string;
    readonly host?: string | undefined;
    readonly listener: { readonly host: string } | undefined;
  };
  readonly newLink: (person?: number) => string;
  /** Somebody moved out: that person's sessions end. */
  readonly onLeft?: (person: number) => void;
  readonly listenerPort: () => number | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

/** Everything a resident can ask of this hub, put together from its parts. */
export function residents({ home, settings, newLink, onLeft, listenerPort }: ResidentsParts): Household {
  const { store, clock, secret } = home.parts;
  const uplink = (): UplinkView => {
    const status = home.enrolled?.uplink.status();
    return {
      enrolled: status !== undefined,
      connected: status?.connected ?? false,
      waiting: status?.waiting ?? 0,
      lastAcknowledgedMs: status?.lastAcknowledgedMs ?? null,
    };
  };
  const upkeep = new Upkeep(home, () => performance.now());
  const view: ViewParts = {
    mode: settings.mode,
    clock,
    leftToday: (offer) => home.live.leftToday(offer),
    state: () => home.state,
    people: home.people,
    offers: () => home.enrolled?.offers,
    consent: () => home.enrolled?.consent,
    ranMs: () => performance.now(),
    counts: () => home.live.counts,
    uplink,
    queue: () => upkeep.queue(),
    card: () => cardSentence(upkeep.written()),
  };
  const address = () => settings.host ?? addressFor(settings.listener?.host);
  const listenerUrl = (): string | null => {
    const port = listenerPort();
    return port === undefined ? null : `mqtt://${address()}:${port}`;
  };
  return {
    live: home.live,
    devices: home.devices,
    people: home.people,
    moveOut: async (person, to) => {
      const left = await (await import('./move-out.ts')).moveOut(home, person, to);
      if (left.ok) onLeft?.(left.value.left);
      return left;
    },
    consent: () => home.enrolled?.consent,
    view: () => viewOf(view),
    offers: () => offerViews(view),
    deviceList: () => ({ nowMs: clock.now().ms, devices: deviceViews(view) }),
    status: async () => {
      // What was refused a moment ago is asked for most; otherwise it would be shown up to half a minute late.
      await home.writeLazily();
      // A full disk is when this is asked for: then the tables are shown as they are.
      await store.settle().catch(() => undefined);
      return { ...statusOf(home, settings, listenerUrl()), consent: consentOf(home, view) };
    },
    journal: async ({ before, limit }) => {
      await store.settle();
      return store.all<JournalRow>('journal.page', before ?? Number.MAX_SAFE_INTEGER, limit).map(journalEntry);
    },
    listenerUrl,
    secure: () => secureAddress(home, address()),
    enrol: (url, code) => enrolHub(home, url, code),
    refreshOffers: () => refreshOffers(home, settings.brokerUrl),
    recoveryCard: () => ({
      card: cardFromSecret(secret),
      operator: home.enrolled?.row.fingerprint.toString('hex') ?? null,
      broker: home.enrolled?.row.broker_url ?? null,
    }),
    // Loaded with the first backup: a hub that starts needs none.
    snapshot: async () => {
      await (await import('./backup/snapshot.ts')).takeSnapshot(store, settings.dataFolder ?? tmpdir());
      upkeep.backedUp();
    },
    checks: async () => {
      const settled = store.figures();
      await home.writeLazily();
      // A disk that takes nothing is what is looked for: then the tables are shown as they are.
      const canSettle = await store.settle().then(
        () => true,
        () => false,
      );
      const { intake, version } = statusOf(home, settings, listenerUrl());
      const { hubChecks } = await import('./upkeep/hub-checks.ts');
      const isTrusted = !clock.now().estimated;
      const checks = hubChecks({
        ...upkeep.condition(),
        store: { ...settled, canSettle },
        intake,
        opcua: home.opcuaState,
        certificate: home.secureListener?.condition,
        time: { isTrusted, sentence: CLOCK_SENTENCES[isTrusted ? 'trusted' : 'estimated'] },
        consent: {
          fault: home.enrolled?.consent.fault,
          suspended: suspendedSentence(view),
          grants: home.enrolled?.index.all().length ?? 0,
        },
      });
      return { version, node: process.version, checks };
    },
    newLink,
    isReady: () => home.enrolled !== undefined && home.enrolled.consent.fault === undefined,
    // Loaded with the first question: most homes have nobody who counts.
    metrics: async () => (await import('./metrics.ts')).hubMetrics(home, upkeep.queue()),
  };
}

/** The address other machines of the home reach this one by; loopback where only this machine may connect. */
function addressFor(host: string | undefined): string {
  if (host !== '0.0.0.0') return host ?? '127.0.0.1';
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find((one) => one.family === 'IPv4' && !one.internal)?.address ?? '127.0.0.1';
}

function consentOf({ enrolled }: HomeCore, view: ViewParts): HubStatus['consent'] {
  return {
    readable: enrolled?.consent.fault === undefined,
    grants: enrolled?.index.all().length ?? 0,
    suspended: suspendedSentence(view) ?? null,
  };
}

function statusOf(
  home: HomeCore,
  settings: ResidentsParts['settings'],
  listener: string | null,
): Omit<HubStatus, 'consent'> {
  const { clock, store } = home.parts;
  const { ms, estimated } = clock.now();
  const { enrolled } = home;
  return {
    version: settings.version,
    mode: settings.mode,
    homeTime: new Date(ms).toISOString(),
    clock: estimated ? 'estimated' : 'trusted',
    clockSentence: CLOCK_SENTENCES[estimated ? 'estimated' : 'trusted'].en,
    timeZone: clock.timeZone,
    intake: intakeStatus(home, settings.sourceUrl, listener),
    uplink: enrolled
      ? { enrolled: true, broker: enrolled.row.broker_url, ...enrolled.uplink.status() }
      : { enrolled: false },
    refusals: store.all<HubStatus['refusals'][number]>('refusal.since', Math.floor(ms / HOUR_MS) - DAY_HOURS),
  };
}

async function enrolHub(home: HomeCore, url: string, code: string): Promise<Answer<{ operator: string }>> {
  const { store, clock, secret } = home.parts;
  const before = home.enrolled?.row;
  const { enrol } = await import('./uplink/enrol.ts');
  const identity = (operator: Buffer) => new HomeKeys(secret, operator);
  const enrolled = await enrol({ url, code, identity, fetch, ephemeralPair: x25519Pair });
  if (!enrolled.ok)
    return refuse([`登録できませんでした(${enrolled.error})。`, enrolled.remedy], [enrolled.error, enrolled.remedy]);
  const { operator, rootKey, enrolmentKey, serviceCertificate, ingressUrl } = enrolled;
  if (before && !before.fingerprint.equals(operator)) return anotherOperator();
  await store.commit([
    ['operator.put', operator, rootKey, enrolmentKey, serviceCertificate, url, ingressUrl, clock.now().ms],
  ]);
  await home.openWayOut();
  await refreshOffers(home, undefined);
  return done({ operator: operator.toString('hex').slice(0, 20) });
}

function anotherOperator(): Answer<never> {
  return refuse(
    [
      'このハブは、すでに別の事業者に登録されています。',
      '同意をすべて撤回してから、新しいデータフォルダーで登録してください。',
    ],
    [
      'This hub is enrolled with another operator already.',
      'Withdraw everything first, then enrol with a new data folder (ENGAWA_DATA).',
    ],
  );
}

async function refreshOffers(home: HomeCore, brokerUrl: string | undefined): Promise<Answer<{ offers: number }>> {
  const { enrolled } = home;
  if (!enrolled)
    return refuse(
      ['まだ登録されていません。', '先に登録してください。'],
      ['Not enrolled yet.', 'Enrol the hub first.'],
    );
  const { fetchOffers } = await import('./uplink/offers.ts');
  const fetched = await fetchOffers(fetch, brokerUrl ?? enrolled.row.broker_url, enrolled.row.root_key);
  if (!fetched.ok) return unreachable(fetched.reason);
  for (const problem of fetched.problems) home.parts.say('warn', `An offer was not accepted: ${problem}`);
  await enrolled.offers.take(fetched.offers, home.parts.clock.now().ms);
  home.live.changed();
  return done({ offers: enrolled.offers.all().length });
}

function unreachable(reason: string): Answer<never> {
  return refuse(
    [
      `お願いの一覧を取得できませんでした(${reason})。`,
      'データブローカーにつながるか確かめて、もう一度お試しください。',
    ],
    [`The offers could not be fetched (${reason}).`, 'Check that the data broker can be reached, then try again.'],
  );
}
