import { Duplex, type Duplex as Stream, Transform } from 'node:stream';

/** Follows MQTT's framing without keeping it, to find a packet that is too large before anybody buffers it [MQTT-2.2.3]. */
export class PacketGuard {
  readonly #limit: number;
  #skip = 0;
  #length: { value: number; shift: number } | undefined;

  /** `limit` is the largest whole packet in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether the stream may go on after these bytes. */
  allows(chunk: Buffer): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - at);
        this.#skip -= skipped;
        at += skipped;
        continue;
      }
      const byte = chunk[at] as number;
      at += 1;
      if (!this.#header(byte)) return false;
    }
    return true;
  }

  #header(byte: number): boolean {
    if (!this.#length) {
      this.#length = { value: 0, shift: 0 };
      return true;
    }
    const { value, shift } = this.#length;
    const length = value + (byte & 0x7f) * 2 ** shift;
    const goesOn = (byte & 0x80) !== 0;
    if (length > this.#limit || (goesOn && shift === 21)) return false;
    if (goesOn) {
      this.#length = { value: length, shift: shift + 7 };
    } else {
      this.#length = undefined;
      this.#skip = length;
    }
    return true;
  }
}

/** The stream with the guard in front; `exceeded` is called once, and the stream closed, when a packet is too large. */
export function guarded(stream: Stream, limit: number, exceeded: () => void): Duplex {
  const guard = new PacketGuard(limit);
  const readable = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (guard.allows(chunk)) {
        done(null, chunk);
        return;
      }
      exceeded();
      done(new Error('packet too large'));
    },
  });
  stream.on('error', () => readable.destroy());
  stream.on('close', () => readable.destroy());
  readable.on('error', () => stream.destroy());
  stream.pipe(readable);
  return Duplex.from({ readable, writable: stream });
}
