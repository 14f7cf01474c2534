import { createHash, createHmac, randomBytes, sign, verify } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { command } from '../../../broker/command/command-client.ts';
import { type Broker, startBroker } from '../../../broker/main.ts';
import { openDown, sealUp } from '../../../proto/cell.ts';
import {
  enrolmentKey,
  eraseKey,
  hubId,
  hubKeyPair,
  operatorId,
  pseudonym,
  publicFromRaw,
  rawFromPublic,
  readInviteCode,
  writeKey,
  x25519Pair,
} from '../../../proto/keys.ts';
import type { Category } from '../../../proto/lists.ts';
import { offerKey } from '../../../proto/offer.ts';
import type { Offer } from '../../../proto/offer-document.ts';
import type { DownBody, UpBody, WireRecord } from '../../../proto/wire.ts';

/** A folder that is removed after use. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'engawa-broker-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Whether any file of a folder holds these bytes. */
export function folderHolds(folder: string, bytes: Buffer): boolean {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some((entry) => readFileSync(join(folder, entry.name)).includes(bytes));
}

/** A broker on free ports. */
export function brokerIn(
  folder: string,
  more: { ingressUrl?: string; port?: number; ingressPort?: number } = {},
): Promise<Broker> {
  return startBroker({
    dataFolder: folder,
    httpHost: '127.0.0.1',
    httpPort: more.port ?? 0,
    ingressHost: '127.0.0.1',
    ingressPort: more.ingressPort ?? 0,
    ...(more.ingressUrl !== undefined && { ingressUrl: more.ingressUrl }),
    logLevel: 'silent',
  });
}

/** An offer document for tests. */
export function offerDocument(more: Partial<Offer> = {}): Offer {
  const both = (text: string) => ({ ja: text, en: text });
  const notice = { information: 'i', purpose: 'p', recipients: 'r' };
  return {
    schema: 1,
    offer: 'energy-advice',
    version: 1,
    recipient: {
      id: 'nagi-energy',
      name: both('Nagi'),
      class: 'groupCompany',
      country: 'JP',
      contact: 'privacy@nagi.example',
    },
    purpose: 'energyAdvice',
    categories: [
      { category: 'power.total', level: 'L4', windowMinutes: 15, retentionDays: 90, legalClass: 'personal' },
      { category: 'power.appliance', level: 'L4', windowMinutes: 15, retentionDays: 90, legalClass: 'personal' },
    ],
    subject: 'home',
    lane: 'shaped',
    epochDays: 30,
    leaseHours: 24,
    binding: 'none',
    benefit: both('b'),
    notice: { ja: notice, en: notice },
    card: both('c'),
    validityMonths: 12,
    ...more,
  };
}

/** Sends a command to a broker's folder and expects it to be taken. */
export async function order<T>(folder: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  const reply = await command(folder, method, path, body);
  if (!reply.ok) throw new Error(`${reply.error} ${reply.remedy}`);
  return reply.value as T;
}

/** Signs and publishes an offer; resolves with its key in records. */
export async function publishOffer(folder: string, document: Offer): Promise<string> {
  const { jws } = await order<{ jws: string }>(folder, 'POST', '/cli/offer/sign', { document });
  await order(folder, 'POST', '/cli/offer/publish', { jws });
  return offerKey(createHash('sha256').update(jws).digest());
}

/** A hub as the broker knows it. */
export interface TestHub {
  readonly hub: Buffer;
  readonly enrolmentKey: Buffer;
  readonly ingressUrl: string;
  readonly homeSecret: Buffer;
  readonly operator: Buffer;
  readonly serviceKey: Buffer;
}

/** The enrolment request of broker/README.md, written from that page alone. */
export function enrolmentRequest(homeSecret: Buffer, secret: Buffer, operator: Buffer) {
  const hub = hubKeyPair(homeSecret, operator);
  const hubPublicKey = rawFromPublic(hub.publicKey);
  const own = x25519Pair();
  const ephemeral = rawFromPublic(own.publicKey);
  const invite = createHash('sha256').update('engawa/1/invite').update(secret).digest().subarray(0, 8);
  const transcript = Buffer.concat([operator, hubPublicKey, ephemeral, invite]);
  const labelled = (label: string): Buffer => Buffer.concat([Buffer.from(label), transcript]);
  const body = {
    schema: 1,
    hubPublicKey: hubPublicKey.toString('base64url'),
    ephemeralPublicKey: ephemeral.toString('base64url'),
    invite: invite.toString('hex'),
    proof: createHmac('sha256', secret).update(labelled('engawa/1/enrol/proof')).digest('base64url'),
    signature: sign(null, labelled('engawa/1/enrol/hub'), hub.privateKey).toString('base64url'),
  };
  return { body, own, transcript, hub: hubId(hubPublicKey) };
}

/** Posts JSON. */
export function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

/** Enrols a hub by the page, verifying everything a hub verifies. */
export async function enrolled(broker: Broker, folder: string, homeSecret = randomBytes(32)): Promise<TestHub> {
  const { code } = await order<{ code: string }>(folder, 'POST', '/cli/hub/invite');
  const invite = readInviteCode(code);
  if (!invite.ok) throw new Error(invite.reason);
  const answer = (await (await fetch(`${broker.url}/v1/operator`)).json()) as Record<string, string>;
  const rootPublicKey = Buffer.from(answer.rootPublicKey ?? '', 'base64url');
  const operator = operatorId(rootPublicKey);
  if (!operator.subarray(0, 10).equals(invite.operatorFingerprint)) throw new Error('another operator');
  const [, payload] = (answer.certificate ?? '').split('.');
  const certified = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
  const serviceKey = Buffer.from(certified.serviceKey, 'base64url');
  const { body, own, transcript, hub } = enrolmentRequest(homeSecret, invite.secret, operator);
  const response = await post(`${broker.url}/v1/enrol`, body);
  const said = (await response.json()) as Record<string, string>;
  if (response.status !== 200) throw new Error(said.error);
  const peerPublicKey = Buffer.from(said.ephemeralPublicKey ?? '', 'base64url');
  const ingressUrl = said.ingressUrl ?? '';
  const bytes = Buffer.concat([
    Buffer.from('engawa/1/enrol/broker'),
    transcript,
    peerPublicKey,
    createHash('sha256').update(ingressUrl).digest(),
  ]);
  const genuine = verify(
    null,
    bytes,
    publicFromRaw('ed25519', serviceKey),
    Buffer.from(said.signature ?? '', 'base64url'),
  );
  if (!genuine) throw new Error('the answer is not signed by the service key');
  const key = enrolmentKey({ privateKey: own.privateKey, peerPublicKey, code: invite.secret, operator, hub });
  return { hub, enrolmentKey: key, ingressUrl, homeSecret, operator, serviceKey };
}

/** The keys of one agreement of a hub. */
export function agreementKeys(hub: { homeSecret: Buffer; operator: Buffer }, ordinal: number, epoch = 0) {
  const erase = eraseKey(hub.homeSecret, hub.operator, ordinal, epoch, 0);
  const write = writeKey(erase);
  return {
    eraseKey: erase.toString('hex'),
    writeKey: write.toString('hex'),
    pseudonym: pseudonym(write).toString('hex'),
  };
}

/** A record for tests. */
export const record = (
  write: string,
  offer: string,
  value: number,
  category: Category = 'power.appliance',
): WireRecord => ({
  writeKey: write,
  offer,
  category,
  property: 'power.active',
  quantity: 'mean_power_w',
  timeS: 1_790_000_100,
  windowS: 900,
  value,
  observedPermille: 980,
  estimatedTime: false,
});

/** A cell that carries these records as sequences from `first` of its own run. */
export function upBody(more: Partial<UpBody> & { first?: number }): UpBody {
  const { first = 1, ...rest } = more;
  const records = rest.records ?? [];
  const count = records.length + (rest.withdrawals?.length ?? 0);
  const run = rest.run ?? '00112233445566aa';
  return {
    run,
    cell: 1,
    highestOrdinal: 1,
    ranges: count > 0 ? [{ run, first, count, void: false }] : [],
    records,
    withdrawals: [],
    ...rest,
  };
}

/** A hub's MQTT connection for tests. */
export interface Line {
  readonly client: MqttClient;
  /** Sends sealed bytes and resolves with the next answer. */
  exchange(frame: Buffer, run?: string): Promise<DownBody>;
  /** Seals and exchanges. */
  send(body: UpBody): Promise<DownBody>;
  close(): Promise<void>;
}

/** The password of a hub on the embedded ingress. */
export const passwordOf = (key: Buffer): string => createHmac('sha256', key).update('mqtt').digest('hex');

/** Connects as a hub. */
export async function lineOf(hub: TestHub, url = hub.ingressUrl, credentials = true): Promise<Line> {
  const name = hub.hub.toString('hex');
  const own = { clientId: name, username: name, password: passwordOf(hub.enrolmentKey) };
  const client = await mqtt.connectAsync(url, {
    ...(credentials ? own : { clientId: name }),
    protocolVersion: 4,
    reconnectPeriod: 0,
  });
  if ('setNoDelay' in client.stream && typeof client.stream.setNoDelay === 'function') client.stream.setNoDelay(true);
  await client.subscribeAsync(`engawa/1/${name}/down`, { qos: 1 });
  const exchange = async (frame: Buffer, run = frame.toString('hex', 1, 9)): Promise<DownBody> => {
    const answered = new Promise<Buffer>((resolve) => client.once('message', (_topic, payload) => resolve(payload)));
    await client.publishAsync(`engawa/1/${name}/up`, frame, { qos: 1 });
    const opened = openDown({ frame: await answered, enrolmentKey: hub.enrolmentKey, hub: hub.hub, run });
    if (!opened.ok) throw new Error(`the answer does not open: ${opened.reason}`);
    return opened.body;
  };
  return {
    client,
    exchange,
    send: (body) => exchange(sealUp({ enrolmentKey: hub.enrolmentKey, hub: hub.hub, body })),
    close: () => client.endAsync(true),
  };
}

/** A recipient's token. */
export const tokenOf = async (folder: string, name = 'nagi-energy'): Promise<string> =>
  (await order<{ token: string }>(folder, 'POST', '/cli/recipient/add', { name })).token;

/** Reads a feed's lines. */
export async function readLines(
  broker: Broker,
  token: string,
  query: string,
  offer = 'energy-advice',
): Promise<{ type: string; cursor: string; value?: number; pseudonym: string; backlog?: boolean }[]> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${broker.url}/v1/feeds/${offer}/records?${query}`, { headers });
  const text = await response.text();
  if (response.status !== 200) throw new Error(text);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
