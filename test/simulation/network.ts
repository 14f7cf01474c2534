import { openDown, openUp, sealDown, sealUp } from '../../proto/cell.ts';
import type { DownBody, RunId, UpBody } from '../../proto/wire.ts';
import type { Random } from './random.ts';

/** A message on its way: decoded, or as the sealed bytes that really travel. */
export type Message<Body> = { run: RunId; body: Body } | { run: RunId; frame: Buffer };

const enrolmentKey = Buffer.alloc(32, 7);
const hub = Buffer.alloc(16, 9);

/** A network that loses, repeats, delays and reorders, and keeps a copy of everything for replay. */
export class Network {
  readonly up: Message<UpBody>[] = [];
  readonly down: Message<DownBody>[] = [];
  readonly sentUp: Message<UpBody>[] = [];
  readonly sentDown: Message<DownBody>[] = [];
  readonly #random: Random;
  readonly #sealed: boolean;
  /** The last phase of a run loses nothing. */
  isReliable = false;

  constructor(random: Random, sealed: boolean) {
    this.#random = random;
    this.#sealed = sealed;
  }

  #carry<Body>(message: Message<Body>, queue: Message<Body>[], archive: Message<Body>[]): void {
    archive.push(message);
    if (this.isReliable || !this.#random.percent(18)) queue.push(message);
    if (!this.isReliable && this.#random.percent(8)) queue.push(message);
  }

  /** The hub sends a cell. */
  sendUp(body: UpBody): void {
    const message = this.#sealed
      ? { run: body.run, frame: sealUp({ enrolmentKey, hub, body }) }
      : { run: body.run, body };
    this.#carry(message, this.up, this.sentUp);
  }

  /** The broker answers a cell of this run. */
  sendDown(run: RunId, body: DownBody): void {
    this.#carry(this.#downMessage(run, body), this.down, this.sentDown);
  }

  #downMessage(run: RunId, body: DownBody): Message<DownBody> {
    if (!this.#sealed) return { run, body };
    const randomNonce = Buffer.from(this.#random.hex(3), 'hex');
    return { run, frame: sealDown({ enrolmentKey, hub, run, version: body.pacing ? 3 : 1, body, randomNonce }) };
  }

  /** The body of an up message; what was sealed must open. */
  readUp(message: Message<UpBody>): UpBody {
    if ('body' in message) return message.body;
    const opened = openUp({ frame: message.frame, enrolmentKey, hub });
    if (!opened.ok) throw new Error(`an up cell does not open: ${opened.reason}`);
    return opened.body;
  }

  /** The body of a down message, or undefined when it is not for this run. */
  readDown(message: Message<DownBody>, run: RunId): DownBody | undefined {
    if ('body' in message) return message.run === run ? message.body : undefined;
    const opened = openDown({ frame: message.frame, enrolmentKey, hub, run });
    return opened.ok ? opened.body : undefined;
  }
}
