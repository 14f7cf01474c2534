/** What the suite's client cannot say by itself: an account, and topics below the account's base. */
export interface Account {
  readonly user: string;
  readonly password: string;
  readonly base: string;
  /** Topics and filters that stay as they are: they are there to be outside. */
  readonly isLeftOutside: (topic: string) => boolean;
}

/** Packet types of MQTT 3.1.1 that carry a topic or an account [MQTT 2.2.1]. */
const [CONNECT, PUBLISH, SUBSCRIBE, UNSUBSCRIBE] = [1, 3, 8, 10];

const [WILL, PASSWORD, USER] = [0x04, 0x40, 0x80];

/** Reads fields of a packet's body one after the other; a body that ends too early throws. */
class Body {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isDone(): boolean {
    return this.#at >= this.#bytes.length;
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('a packet that ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A string or binary field without its length. */
  field(): Buffer {
    return this.take(this.take(2).readUInt16BE());
  }

  rest(): Buffer {
    return this.take(this.#bytes.length - this.#at);
  }
}

function field(value: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([length, value]);
}

/** One packet: its first byte, and what follows its length. */
export interface WirePacket {
  readonly first: number;
  readonly body: Buffer;
}

/** The bytes of a packet. */
export function toBytes({ first, body }: WirePacket): Buffer {
  const header = [first];
  let left = body.length;
  do {
    const digit = left % 128;
    left = Math.floor(left / 128);
    header.push(left > 0 ? digit | 0x80 : digit);
  } while (left > 0);
  return Buffer.concat([Buffer.from(header), body]);
}

/** Gives a client's packet the account and puts its topics below the base. What cannot be read goes on as it came. */
export function toListener(packet: WirePacket, account: Account): WirePacket {
  const below = (topic: Buffer): Buffer => {
    const name = topic.toString('utf8');
    return name === '' || account.isLeftOutside(name) ? topic : Buffer.concat([Buffer.from(`${account.base}/`), topic]);
  };
  try {
    const body = new Body(packet.body);
    switch (packet.first >> 4) {
      case CONNECT:
        return { ...packet, body: connect(body, account, below) };
      case PUBLISH:
        return { ...packet, body: Buffer.concat([field(below(body.field())), body.rest()]) };
      case SUBSCRIBE:
        return { ...packet, body: filters(body, below, 1) };
      case UNSUBSCRIBE:
        return { ...packet, body: filters(body, below, 0) };
      default:
        return packet;
    }
  } catch (fault) {
    if (fault instanceof RangeError) return packet;
    throw fault;
  }
}

/** Takes the base off the topic of a packet for a client, should the listener ever publish one. */
export function toClient(packet: WirePacket, { base }: Account): WirePacket {
  if (packet.first >> 4 !== PUBLISH) return packet;
  const body = new Body(packet.body);
  const topic = body.field().toString('utf8');
  const name = topic.startsWith(`${base}/`) ? topic.slice(base.length + 1) : topic;
  return { ...packet, body: Buffer.concat([field(Buffer.from(name)), body.rest()]) };
}

/** One that brings an account of its own keeps it. */
function connect(body: Body, { user, password }: Account, below: (topic: Buffer) => Buffer): Buffer {
  const name = field(body.field());
  const [level = 0, flags = 0] = body.take(2);
  const keepAlive = body.take(2);
  const parts = [field(body.field())];
  if ((flags & WILL) !== 0) parts.push(field(below(body.field())), field(body.field()));
  const isNameless = (flags & (USER | PASSWORD)) === 0;
  if (isNameless) parts.push(field(Buffer.from(user)), field(Buffer.from(password)));
  const now = isNameless ? flags | USER | PASSWORD : flags;
  return Buffer.concat([name, Buffer.from([level, now]), keepAlive, ...parts, body.rest()]);
}

/** The filters of a SUBSCRIBE, each with a byte for its QoS, or of an UNSUBSCRIBE, without one. */
function filters(body: Body, below: (topic: Buffer) => Buffer, bytesAfter: number): Buffer {
  const parts = [body.take(2)];
  while (!body.isDone) parts.push(field(below(body.field())), body.take(bytesAfter));
  return Buffer.concat(parts);
}
