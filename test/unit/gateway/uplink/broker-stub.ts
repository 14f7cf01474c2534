import { createHmac, type KeyObject, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { answer } from '../../../../proto/broker-answer.ts';
import { accept, identities } from '../../../../proto/broker-link.ts';
import type { AcceptedRecord } from '../../../../proto/broker-state.ts';
import { openUp, sealDown, topicDown, topicUp } from '../../../../proto/cell.ts';
import { ed25519FromSeed, rawFromPublic } from '../../../../proto/keys.ts';
import type { Category } from '../../../../proto/lists.ts';
import { signReceipt } from '../../../../proto/receipt.ts';
import type { DownBody, Interval, UpBody } from '../../../../proto/wire.ts';
import { Signal } from './signal.ts';

/** A data broker of one hub, as small as it can be: the protocol's own acceptance over maps, behind a real MQTT server. */
export class BrokerStub {
  readonly hub = randomBytes(16);
  readonly enrolmentKey = randomBytes(32);
  readonly operator = randomBytes(32);
  readonly service = ed25519FromSeed(randomBytes(32));
  /** Told whenever a cell was taken. */
  readonly changed = new Signal();
  /** Everything that arrived, in order: duplicates too. */
  readonly bodies: UpBody[] = [];
  readonly frames: Buffer[] = [];
  readonly stored: AcceptedRecord[] = [];
  readonly received = new Map<string, readonly Interval[]>();
  readonly withdrawn = new Map<string, Set<Category>>();
  highestOrdinal = 0;
  credit = 4;
  /** Whether the next answer is sent; an answer that is not sent is a lost one. */
  answers: (body: UpBody) => boolean = () => true;
  /** A last change to an answer before it is sealed. */
  bend: (down: DownBody) => DownBody = (down) => down;
  /** The key receipts are signed with. */
  signingKey: KeyObject = this.service.privateKey;
  #server = createServer();
  #aedes: Aedes | undefined;
  #port = 0;
  readonly #sockets = new Set<Socket>();

  /** What a hub enrolled with this broker keeps. */
  get enrolment() {
    const { hub, operator, enrolmentKey } = this;
    const ingressUrl = `mqtt://127.0.0.1:${this.#port}`;
    return { hub, operator, enrolmentKey, ingressUrl, serviceKey: rawFromPublic(this.service.publicKey) };
  }

  async start(): Promise<void> {
    const aedes = await Aedes.createBroker();
    this.#aedes = aedes;
    const password = createHmac('sha256', this.enrolmentKey).update('mqtt').digest('hex');
    aedes.authenticate = (client, user, given, done) => {
      const fits = user === client.id && user === this.hub.toString('hex') && String(given) === password;
      if (fits) done(null, true);
      else done(Object.assign(new Error('no'), { returnCode: 5 }), null);
    };
    aedes.authorizePublish = (_client, packet, done) => {
      const isOurs = packet.topic === topicUp(this.hub) && packet.qos === 1 && !packet.retain;
      if (isOurs) this.#take(Buffer.from(packet.payload));
      done(null);
    };
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      aedes.handle(socket);
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Cuts every connection without a word. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Sends raw bytes to the hub's answer topic, as a dishonest MQTT server could. */
  forge(payload: Buffer): void {
    this.#aedes?.publish(
      { cmd: 'publish', topic: topicDown(this.hub), payload, qos: 1, retain: false, dup: false },
      () => undefined,
    );
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => (this.#aedes ? this.#aedes.close(() => resolve()) : resolve()));
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(frame: Buffer): void {
    this.frames.push(frame);
    const opened = openUp({ frame, enrolmentKey: this.enrolmentKey, hub: this.hub });
    if (!opened.ok) throw new Error(`the hub sent a cell that does not open: ${opened.reason}`);
    const { body } = opened;
    this.bodies.push(body);
    const down = this.#accept(body);
    if (this.answers(body)) {
      const { enrolmentKey, hub } = this;
      this.forge(sealDown({ enrolmentKey, hub, run: body.run, body: this.bend(down), randomNonce: randomBytes(12) }));
    }
    this.changed.tell();
  }

  #accept(body: UpBody): DownBody {
    const { received, withdrawn, highestOrdinal } = this;
    const acceptance = accept(body, { received, withdrawn, offerCovers: () => true, highestOrdinal }, identities);
    this.highestOrdinal = acceptance.highestOrdinal;
    for (const { run, intervals } of acceptance.received) received.set(run, intervals);
    for (const { pseudonym, categories } of acceptance.withdraw) {
      withdrawn.set(pseudonym, new Set([...(withdrawn.get(pseudonym) ?? []), ...categories]));
    }
    this.stored.push(...acceptance.store);
    const receipts = acceptance.withdraw.map((one) =>
      signReceipt({ ...one, erasedAtS: 1_790_000_000 }, this.operator, this.signingKey),
    );
    return answer({ body, acceptance, receipts, credit: this.credit });
  }
}
