import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askHub } from '../../../bin/hub-client.ts';
import { eventually } from '../eventually.ts';
import { type Home, makeHome } from '../home.ts';
import { everySample, publishOffer } from '../offers.ts';
import type { Program, Settings } from '../programs.ts';
import { deviceList, plug } from '../zigbee.ts';
import { operatorOf } from './after-cut.ts';
import { diskEnvironment } from './build-shim.ts';
import { KEPT, type Ledger, ledgerOf, WITHDRAWN } from './ledger.ts';
import { NumberedPublisher } from './numbered-publisher.ts';
import { readTrace, type TraceRecord } from './trace.ts';

/** What a program finds in its environment to be started with small limits; a broker has none of them. */
export const SMALL_LIMITS: Settings = {
  NODE_OPTIONS: `--import=${new URL('./small-limits.ts', import.meta.url).href}`,
};

/** A recorded life of a home and its data broker on one disk. */
export interface Recording {
  readonly home: Home;
  readonly records: readonly TraceRecord[];
  readonly ledger: Ledger;
  /** The folder in which everything happened. */
  readonly root: string;
  remove(): void;
}

const PLUGS = ['kettle', 'oven', 'washer'];
/** Packets a publisher leaves unacknowledged at once. */
const WINDOW = 8;
/** Phases of the life in which messages stream. */
const STREAMS = 4;
/** Bursts of a stream; after each everything is waited for. */
const BURSTS = 2;

/**
 * Lives a short life under the recorder: first start, enrolment, streams, a killed hub, a withdrawal, a killed broker, the
 * end. `settings` are what its programs find in their environment besides.
 */
export async function record(messages: number, settings: Settings): Promise<Recording> {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'engawa-recorded-')));
  const remove = (): void => rmSync(place, { recursive: true, force: true });
  try {
    const root = join(place, 'data');
    const traceFile = join(place, 'trace');
    mkdirSync(root);
    const home = await makeHome('home', { folder: root });
    const environment = { ...settings, ...diskEnvironment({ folder: root, traceFile }) };
    const life = new Life({ root, traceFile, home, environment, perStream: Math.ceil(messages / STREAMS) });
    await life.live();
    const records = readTrace(readFileSync(traceFile));
    const operator = await operatorOf(join(root, 'home/broker'));
    const ledger = ledgerOf(records, life.notes, { publishers: life.publishers, ports: home.ports, operator });
    return { home, records, ledger, root, remove };
  } catch (fault) {
    remove();
    throw fault;
  }
}

/** What a life is lived with. */
interface LifeSettings {
  readonly root: string;
  readonly traceFile: string;
  readonly home: Home;
  readonly environment: Settings;
  readonly perStream: number;
}

class Life {
  readonly publishers: NumberedPublisher[] = [];
  readonly notes = {
    ...{ enrolled: 0, granted: 0, asked: 0, reported: 0, receipted: 0, valueReported: 0 },
    delivered: [] as { values: number; bytes: number }[],
    phases: [] as { name: string; bytes: number }[],
  };
  readonly #settings: LifeSettings;
  #newest = 0;
  #hub: Program | undefined;
  #broker: Program | undefined;

  constructor(settings: LifeSettings) {
    this.#settings = settings;
  }

  async live(): Promise<void> {
    try {
      await this.#phase('first start', () => this.#firstStart());
      await this.#phase('stream', () => this.#stream());
      await this.#phase('hub killed', () => Promise.all([this.#stream(), this.#killHub()]));
      await this.#phase('withdrawal', () => Promise.all([this.#stream(), this.#withdraw()]));
      await this.#phase('broker killed', async () => {
        await this.#broker?.kill();
        await Promise.all([this.#stream(), this.#startBroker()]);
      });
      await this.#phase('end', async () => {
        await this.#hub?.stop();
        await this.#broker?.stop();
      });
    } finally {
      await Promise.all(this.publishers.map((one) => one.end()));
      await Promise.all([this.#hub?.kill(), this.#broker?.kill()]);
    }
  }

  async #firstStart(): Promise<void> {
    const { home } = this.#settings;
    await this.#startBroker();
    const second = everySample();
    const recipient = { ...(second.recipient as object), id: 'second-laboratory' };
    await publishOffer(home, everySample());
    await publishOffer(home, { ...second, offer: WITHDRAWN, recipient });
    await this.#startHub();
    const { url, code } = (await home.broker('hub', 'invite')) as { url: string; code: string };
    await this.#ask('POST', '/api/enrolment', { url, code });
    this.notes.enrolled = this.#bytes();
    const account = await this.#ask('POST', '/api/credentials', { name: 'zigbee', dialect: 'zigbee2mqtt' });
    const { name: user, password } = account as { name: string; password: string };
    for (const thing of PLUGS) {
      const clientId = `bridge-of-${thing}`;
      this.publishers.push(new NumberedPublisher({ port: home.ports.mqtt, user, password, clientId, window: WINDOW }));
    }
    await this.#announce();
    for (const offer of [KEPT, WITHDRAWN]) await this.#ask('POST', '/api/grants', { offer });
    this.notes.granted = this.#bytes();
  }

  /** Devices are announced, heard once, and approved; what is said here is before any yes and may never leave. */
  async #announce(): Promise<void> {
    const things = PLUGS.map((name, index) => ({ name, ieee: `0x00158d000000000${index}`, kind: 'plug' as const }));
    await this.publishers[0]?.publish(deviceList(things), 0);
    for (const name of PLUGS) await this.publishers[0]?.publish(plug(name, 0), 0);
    await this.publishers[0]?.idle();
    await this.#ask('POST', '/api/devices/approve', { all: true });
  }

  /** Every publisher says its share, burst by burst; after each everything is waited for, and noted as delivered. */
  async #stream(): Promise<void> {
    // While the hub is killed nobody answers.
    const status = () => this.#settings.home.hubStatus().catch(() => undefined);
    const burst = Math.ceil(this.#settings.perStream / BURSTS);
    for (let n = 0; n < BURSTS; n += 1) {
      const last = this.#newest + burst;
      while (this.#newest < last) {
        this.#newest += 1;
        const which = this.#newest % PLUGS.length;
        await this.publishers[which]?.publish(plug(PLUGS[which] ?? '', this.#newest), this.#newest);
      }
      await Promise.all(this.publishers.map((one) => one.idle()));
      await eventually(status, (now) => now?.uplink.connected === true && now.uplink.waiting === 0);
      this.notes.delivered.push({ values: this.#newest, bytes: this.#bytes() });
    }
  }

  /** Kills the hub in the middle of a burst, and starts it again. */
  async #killHub(): Promise<void> {
    const middle = this.#newest + this.#settings.perStream / 4;
    await eventually(
      () => this.#newest,
      (newest) => newest >= middle,
    );
    await this.#hub?.kill();
    await this.#startHub();
  }

  /** The yes to the second offer is taken back, while messages stream in. */
  async #withdraw(): Promise<void> {
    this.notes.asked = this.#bytes();
    await this.#ask('POST', '/api/withdrawals', { offer: WITHDRAWN });
    this.notes.reported = this.#bytes();
    this.notes.valueReported = this.#newest;
    const offers = async () =>
      (await this.#ask('GET', '/api/offers')) as { offer: string; withdrawal: { state: string } | null }[];
    await eventually(offers, (all) => all.some((one) => one.offer === WITHDRAWN && one.withdrawal?.state === 'erased'));
    this.notes.receipted = this.#bytes();
  }

  async #phase(name: string, work: () => Promise<unknown>): Promise<void> {
    await work();
    this.notes.phases.push({ name, bytes: this.#bytes() });
  }

  async #startHub(): Promise<void> {
    this.#hub = await this.#settings.home.start('hub', [], this.#settings.environment);
  }

  async #startBroker(): Promise<void> {
    this.#broker = await this.#settings.home.start('broker', [], this.#settings.environment);
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const reply = await askHub(join(this.#settings.root, 'home'), method, path, body);
    if (!reply.ok) throw new Error(`${path}: ${reply.error} ${reply.remedy}`);
    return reply.value;
  }

  /** How long the trace is. */
  #bytes(): number {
    return statSync(this.#settings.traceFile).size;
  }
}
