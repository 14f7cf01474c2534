import { join } from 'node:path';
import { setInterval as every } from 'node:timers';
import { setTimeout as quiet } from 'node:timers/promises';
import { type Listener, startListener } from '../devices/listener/listener.ts';
import { HomeCore } from './home-core.ts';
import type { Household } from './household/household.ts';
import type { Door } from './household/server.ts';
import { Sessions } from './household/sessions.ts';
import { LIMITS } from './limits.ts';
import { homeSecret } from './pseudonymize/home-secret.ts';
import { openStore } from './store/sqlite/open-store.ts';
import { HomeClock, type Scale } from './time/home-clock.ts';
import { openSystemClock } from './time/machine-clock.ts';
import { readTimeMark } from './time/time-mark.ts';
import { firstVoucher } from './time/voucher.ts';
import { watchClock } from './time/watch-clock.ts';
import { machineClock } from './uplink/clock.ts';

/** How one hub is started. Ports may be 0 (any free one). */
export interface HubSettings {
  readonly mode: 'demo' | 'home';
  /** Folder of this home's data, apart from every other home's. */
  readonly dataFolder: string;
  /** Folder of the built pages. */
  readonly pages: string;
  readonly bind: string;
  readonly portalPort: number;
  /** Where devices publish; undefined: no listener. */
  readonly listener: { readonly host: string; readonly port: number } | undefined;
  /** By which name or address devices reach the hub, where it is not one of the machine itself. */
  readonly host?: string | undefined;
  /** Where they publish over TLS. */
  readonly secureListener?: { readonly host: string; readonly port: number } | undefined;
  readonly sourceUrl: string | undefined;
  /** The dialects that are spoken there. */
  readonly sourceSpeaks: string;
  /** Certificates (PEM) it is checked with over TLS, instead of the public ones. */
  readonly sourceCa?: string | undefined;
  /** The OPC UA server to read, `opc.tcp://host:port`. */
  readonly opcuaUrl?: string | undefined;
  readonly uplinkUrl: string | undefined;
  /** Where the operator's HTTP is now, when it is not where it was at enrolment. */
  readonly brokerUrl: string | undefined;
  readonly timeZone: string;
  readonly scale: Scale | undefined;
  /** How long a message waits for company before it is written, in milliseconds. */
  readonly gatherMs: number;
  readonly version: string;
  /** Says a sentence to whoever watches the program; never content. */
  readonly say: (level: 'info' | 'warn' | 'error', sentence: string) => void;
  /** Called about once a second with the number of messages a second. */
  readonly onRate?: (messagesPerS: number) => void;
  /** Called when the disk or the writer failed and the hub cannot go on. */
  readonly onFatal: (sentence: string) => void;
}

/** What waits at a port. */
type Doorway = 'listener' | 'secureListener' | 'portal';

/** A port that another program holds. */
export class PortTaken extends Error {
  readonly door: Doorway;
  readonly port: number;

  constructor(door: Doorway, port: number) {
    super(`Port ${port} is taken.`);
    this.door = door;
    this.port = port;
  }
}

/** A running hub. */
export interface Hub {
  /** Base URL of the household's pages. */
  readonly portalUrl: string;
  readonly household: Household;
  /** A new one-time link to the household's page, as a URL. */
  newLink(): string;
  isEnrolled(): boolean;
  close(): Promise<void>;
}

/** Things to stop, last started first. */
class Started {
  readonly #stops: (() => unknown)[] = [];

  add(stop: () => unknown): void {
    this.#stops.unshift(stop);
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) await stop();
  }
}

/** Opens the home's data and starts every part of the hub, the listener first; rejects with a sentence that names the remedy. */
export async function startHub(settings: HubSettings): Promise<Hub> {
  const started = new Started();
  try {
    return await start(settings, started);
  } catch (fault) {
    await started.stop();
    throw fault;
  }
}

async function start(settings: HubSettings, started: Started): Promise<Hub> {
  const { dataFolder, mode } = settings;
  if (mode === 'home' && settings.scale) throw new Error('A real home keeps real time: its clock cannot be scaled.');
  const store = await openStore({
    file: join(dataFolder, 'hub.db'),
    home: mode,
    gatherMs: settings.gatherMs,
    onFault: (fault) => settings.onFatal(fault.message),
    onSalvaged: (sentence) => settings.say('error', sentence),
    onRefused: (count) => settings.say('error', `${count} changes did not fit the database and were left out.`),
  });
  started.add(() => store.close());
  const system = openSystemClock();
  const clock = new HomeClock(system, {
    mark: readTimeMark(store.get<{ value: Buffer }>('meta.get', 'time_floor')?.value.toString()),
    timeZone: settings.timeZone,
    scale: settings.scale,
    boot: system.boot,
    voucher: firstVoucher(),
  });
  const home = await HomeCore.open({ ...settings, store, clock, secret: homeSecret(join(dataFolder, 'home.secret')) });
  started.add(() => home.close());

  const listener = await listen(settings, home);
  if (listener) started.add(() => listener.close());
  home.onCredentialRemoved = (source) => {
    listener?.end(source);
    home.state.marks.forgetSource(source);
  };
  if (settings.sourceUrl !== undefined) {
    const { readSource } = await import('./read-source.ts');
    const source = readSource(settings.sourceUrl, settings, home);
    started.add(() => source.close());
  }
  if (settings.opcuaUrl !== undefined) {
    const { readOpcua } = await import('./read-opcua.ts');
    const opcua = readOpcua(settings.opcuaUrl, dataFolder, home);
    started.add(() => opcua.close());
  }
  startClocks(home, settings, started);
  started.add(watchClock({ system, hear: (voucher) => home.hearClock(voucher) }));

  await quiet(LIMITS.doorsAfterMs);
  if (listener && settings.secureListener)
    await listenSecurely(settings.secureListener, listener, { settings, home, started });

  const doors = await openDoors({ settings, home, listenerPort: listener?.port, started });
  return {
    ...doors,
    isEnrolled: () => home.enrolled !== undefined,
    close: () => started.stop(),
  };
}

/** What ticks while the home is open. */
function startClocks(home: HomeCore, { onRate }: HubSettings, started: Started): void {
  let messages = 0;
  const tick = () => {
    onRate?.(((home.pipeline.taken - messages) * 1_000) / LIMITS.tickMs);
    messages = home.pipeline.taken;
    void home.tick();
  };
  const timers = [every(tick, LIMITS.tickMs), every(() => void home.writeLazily(), LIMITS.lazyWriteMs)];
  started.add(() => {
    for (const timer of timers) clearInterval(timer);
  });
}

/**
 * Opens the residents' doors: pages and command line. Their libraries are loaded only now, when the devices have been
 * served: after a power cut all of them come back at once, and hardly a person does.
 */
async function openDoors({
  settings,
  home,
  listenerPort,
  started,
}: {
  settings: HubSettings;
  home: HomeCore;
  listenerPort: number | undefined;
  started: Started;
}): Promise<Pick<Hub, 'portalUrl' | 'household' | 'newLink'>> {
  const { residents } = await import('./residents.ts');
  const { openPortal, openSocket } = await import('./household/server.ts');
  const sessions = new Sessions(() => performance.now());
  let portal: Door | undefined;
  const newLink = (person = home.people.owner) => `${portal?.address ?? ''}/#link=${sessions.newLink(person)}`;
  const onLeft = (person: number) => sessions.forget(person);
  const household = residents({ home, settings, newLink, onLeft, listenerPort: () => listenerPort });
  portal = await openPortal({
    host: settings.bind,
    port: settings.portalPort,
    pages: settings.pages,
    household,
    sessions,
  }).catch(taken('portal', settings.portalPort));
  started.add(() => portal.close());
  const socket = await openSocket(join(settings.dataFolder, 'hub.sock'), household);
  started.add(() => socket.close());
  const { keepRefreshed } = await import('./uplink/offers.ts');
  started.add(keepRefreshed(() => household.refreshOffers(), { clock: machineClock, random: Math.random }));
  return { portalUrl: portal.address, household, newLink };
}

async function listen({ listener }: HubSettings, home: HomeCore) {
  if (!listener) return undefined;
  return await startListener({
    ...listener,
    authenticate: async (user, password) => home.devices.authenticate(user, password),
    take: home.pipeline.take,
    count: home.countIntake,
    onGone: (source, client) => home.state.marks.forgetClient(source, client),
  }).catch(taken('listener', listener.port));
}

async function listenSecurely(
  where: NonNullable<HubSettings['secureListener']>,
  listener: Listener,
  { settings, home, started }: { settings: HubSettings; home: HomeCore; started: Started },
): Promise<void> {
  const { SecureListener } = await import('./certificates/secure-listener.ts');
  const opened = await SecureListener.open(listener, where, {
    folder: settings.dataFolder,
    secret: () => home.parts.secret,
    nowMs: () => home.parts.clock.now().ms,
    host: settings.host,
  }).catch(taken('secureListener', where.port));
  home.secureListener = opened;
  started.add(() => opened.close());
}

function taken(door: Doorway, port: number) {
  return (fault: NodeJS.ErrnoException): never => {
    if (fault.code === 'EADDRINUSE' || fault.code === 'EACCES') throw new PortTaken(door, port);
    throw fault;
  };
}
