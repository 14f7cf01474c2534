import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HubState, LiveEvent } from '../../../portal/src/api/hub-state.ts';
import { fakeDevices, fakeOffers, MORNING_MS } from './fake-home.ts';

type Changing<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** How a fake home begins. */
export interface FakeHubSettings {
  readonly tongue: 'ja' | 'en';
  readonly granted?: readonly string[];
  readonly devices?: number;
  readonly noDevices?: boolean;
  readonly unapproved?: boolean;
  readonly mode?: 'demo' | 'home';
  readonly waiting?: number;
  readonly connected?: boolean;
  /** Power records left out, while the outbox is full. */
  readonly thinned?: number;
}

const DIST = fileURLToPath(new URL('../../../portal/dist/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** The strictest policy the page must live with. */
export const POLICY =
  "default-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const COOKIE = 'engawa_session=fake';

async function body(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8') || '{}') as Record<string, unknown>;
}

/** A hub in this process that answers like the real one's API, with its state in plain sight. */
export class FakeHub {
  readonly state: Changing<HubState>;
  readonly requests: string[] = [];
  /** What was asked when devices were approved. */
  readonly approvals: Readonly<Record<string, unknown>>[] = [];
  readonly link = 'FAKE-LINK';
  url = '';
  failNext = false;
  nowMs = MORNING_MS;
  #linkUsed = false;
  #id = 0;
  readonly #feeds = new Set<ServerResponse>();
  readonly #waiting: (() => void)[] = [];
  #server: Server;

  constructor(settings: FakeHubSettings) {
    this.state = {
      mode: settings.mode ?? 'demo',
      speed: settings.mode === 'home' ? 1 : 60,
      homeTimeMs: MORNING_MS,
      timeZone: 'Asia/Tokyo',
      hub: { health: 'ok', sentence: { ja: 'ハブは動いています。', en: 'The hub is running.' } },
      uplink: { connected: settings.connected ?? true, waiting: settings.waiting ?? 0, lastAcknowledgedMs: MORNING_MS },
      devices: settings.noDevices ? [] : fakeDevices(settings.tongue, settings.devices ?? 0, !settings.unapproved),
      offers: fakeOffers(settings.granted ?? []),
      counts: { seen: 0, left: 0, refused: 0, held: 0 },
      queue: {
        waiting: settings.waiting ?? 0,
        limit: 1_000_000,
        isFull: false,
        thinned: settings.thinned ?? 0,
      },
      card: {
        ja: 'このハブがディスクに書き込む量は、1日に約42 MBです。これだけなら、32 GBのメモリーカードがもつ目安は20年以上です。',
        en: 'This hub writes about 42 MB a day to its disk. By this alone a 32 GB memory card would last more than 20 years.',
      },
    };
    if (settings.thinned !== undefined) {
      this.state.hub = {
        health: 'attention',
        sentence: {
          ja: '受領待ちがいっぱいのため、機器からの知らせを受け取っていません。空きができるまで、待てる機器は知らせを手元に残します。データブローカーとの接続を確かめてください。',
          en: 'Too much is waiting to be sent, so nothing is taken in from devices; those that can wait keep what they have until there is room. Check the connection to the data broker.',
        },
      };
    }
    this.#server = this.#made();
  }

  #made(): Server {
    return createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  /** Comes back after `close`, on the same port. */
  async reopen(port: number): Promise<void> {
    this.#server = this.#made();
    await this.listen(port);
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves once a page listens to the live feed. */
  async watched(): Promise<void> {
    if (this.#feeds.size === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Home time goes on. */
  advance(byMs: number): void {
    this.nowMs += byMs;
    this.state.homeTimeMs = this.nowMs;
  }

  /** Sends one live event to every open page and returns its id. */
  send(event: LiveEvent): number {
    this.#id += 1;
    const { event: name, ...rest } = event;
    const counts = { ...this.state.counts };
    if (name === 'seen') counts.seen += 1;
    if (name === 'left') counts.left += 1;
    if (name === 'held') counts.held = (counts.held % 24) + 1;
    if (name === 'refused') counts.refused += 1;
    this.state.counts = counts;
    this.#write(name, { id: this.#id, ...rest });
    return this.#id;
  }

  /** One more release of today for an offer. */
  counted(slug: string): void {
    this.#change(slug, (offer) => ({ leftToday: offer.leftToday + 1 }));
  }

  /** The data broker's receipt for a withdrawal arrives. */
  erased(slug: string): void {
    this.#change(slug, () => ({
      withdrawal: { state: 'erased', atMs: this.nowMs, recipient: 'unasked', recipientAtMs: null },
    }));
    this.changed();
  }

  /** Tells every page to read the state again. */
  changed(): void {
    this.#write('state', {});
  }

  /** Cuts every open feed, as a restart would. */
  cut(): void {
    for (const feed of this.#feeds) feed.destroy();
    this.#feeds.clear();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #write(name: string, data: object): void {
    for (const feed of this.#feeds) feed.write(`id: ${this.#id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #change(slug: string, change: (offer: HubState['offers'][number]) => object): void {
    this.state.offers = this.state.offers.map((offer) =>
      offer.offer === slug ? { ...offer, ...change(offer) } : offer,
    );
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://hub').pathname;
    this.requests.push(`${request.method} ${path}`);
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('cache-control', 'no-store');
    if (!path.startsWith('/api/')) return await this.#file(path, response);
    if (path === '/api/session') return await this.#session(request, response);
    if (!(request.headers.cookie ?? '').includes(COOKIE)) {
      const error = { ja: 'リンクが必要です。', en: 'A link is needed.' };
      return this.#json(response, 401, { error, remedy: { ja: 'engawa hub link', en: 'engawa hub link' } });
    }
    if (path === '/api/state') return this.#json(response, 200, this.state);
    if (path === '/api/live') return this.#live(response);
    return await this.#changeAsAsked(path, request, response);
  }

  async #file(path: string, response: ServerResponse): Promise<void> {
    const name = normalize(path === '/' ? '/index.html' : path);
    try {
      const content = await readFile(join(DIST, name));
      response.setHeader('content-type', TYPES[extname(name)] ?? 'application/octet-stream');
      response.end(content);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  }

  async #session(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { link } = await body(request);
    if (link !== this.link || this.#linkUsed) {
      const error = { ja: 'リンクは使えません。', en: 'The link does not work.' };
      return this.#json(response, 401, { error, remedy: { ja: 'engawa hub link', en: 'engawa hub link' } });
    }
    this.#linkUsed = true;
    response.setHeader('set-cookie', `${COOKIE}; HttpOnly; SameSite=Strict; Path=/`);
    response.statusCode = 204;
    response.end();
  }

  #live(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('retry: 300\n\n');
    this.#feeds.add(response);
    for (const resolve of this.#waiting.splice(0)) resolve();
    response.on('close', () => this.#feeds.delete(response));
  }

  async #changeAsAsked(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await body(request);
    if (request.method !== 'POST' || request.headers['x-engawa'] !== '1') return this.#json(response, 403, {});
    if (this.failNext) {
      this.failNext = false;
      const error = { ja: 'いまは変更できません。', en: 'This cannot be changed now.' };
      return this.#json(response, 409, { error, remedy: { ja: 'あとでお試しください。', en: 'Try later.' } });
    }
    const slug = String(asked.offer);
    if (path === '/api/grants') {
      const level = asked.level as 'L2' | undefined;
      const expiresMs = this.nowMs + 365 * 86_400_000;
      this.#change(slug, (offer) => ({
        granted: {
          sinceMs: this.nowMs,
          expiresMs,
          categories: offer.categories.map((each) => ({ ...each, level: level ?? each.level })),
        },
        withdrawal: null,
      }));
    } else if (path === '/api/withdrawals') {
      this.#change(slug, () => ({
        granted: null,
        withdrawal: { state: 'sent', atMs: this.nowMs, recipient: 'unasked', recipientAtMs: null },
      }));
    } else if (path === '/api/devices/approve') {
      const { ids, room, is } = asked as { ids: number[]; room?: string; is?: string };
      const chosen = this.state.devices.filter(({ id }) => ids.includes(id));
      if (is === undefined && chosen.some(({ needsMeaning }) => needsMeaning)) {
        const error = { ja: 'この入力が何か、わかりません。', en: 'It is not known what this input is.' };
        const remedy = { ja: '何につながっているかを選んでください。', en: 'Choose what hangs on it.' };
        return this.#json(response, 409, { error, remedy });
      }
      this.approvals.push(asked);
      this.state.devices = this.state.devices.map((device) =>
        ids.includes(device.id) ? { ...device, approved: true, room: room ?? device.room } : device,
      );
    }
    this.changed();
    return this.#json(response, 200, {});
  }

  #json(response: ServerResponse, status: number, value: object): void {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  }
}

/** Starts a fake hub on a free port of this machine. */
export async function startFakeHub(settings: FakeHubSettings): Promise<FakeHub> {
  const hub = new FakeHub(settings);
  await hub.listen();
  return hub;
}
