import { createHash, createHmac, sign } from 'node:crypto';
import { eraseKey, hubId, hubKeyPair, rawFromPublic, writeKey } from '../../proto/keys.ts';

const CACHED_NAMES = 4096;

/** Everything derived from the home secret for one operator. The secret itself never leaves this object. */
export class HomeKeys {
  readonly #secret: Buffer;
  readonly #operator: Buffer;
  readonly #names = new Map<string, string>();
  readonly #pair: ReturnType<typeof hubKeyPair>;
  /** The hub's public identity with this operator, 16 bytes. */
  readonly hub: Buffer;

  constructor(secret: Buffer, operator: Buffer) {
    if (secret.length !== 32 || operator.length !== 32) throw new TypeError('Home secret and operator are 32 bytes.');
    this.#secret = secret;
    this.#operator = operator;
    this.#pair = hubKeyPair(secret, operator);
    this.hub = hubId(this.publicKeyRaw);
  }

  /** The hub's public key, 32 bytes raw Ed25519. */
  get publicKeyRaw(): Buffer {
    return rawFromPublic(this.#pair.publicKey);
  }

  /** Signs with the hub's key (Ed25519, 64 bytes). */
  sign(bytes: Buffer): Buffer {
    return sign(null, bytes, this.#pair.privateKey);
  }

  /** The write key for an agreement's ordinal, key epoch and subject: 32 hex digits. */
  writeKey(ordinal: number, epoch: number, subject: number): string {
    const place = `${ordinal}/${epoch}/${subject}`;
    const known = this.#names.get(place);
    if (known !== undefined) return known;
    const made = writeKey(this.eraseKey(ordinal, epoch, subject)).toString('hex');
    if (this.#names.size >= CACHED_NAMES) this.#names.clear();
    this.#names.set(place, made);
    return made;
  }

  /** The erase key for an agreement's ordinal, key epoch and subject: 32 bytes; possession of it is the right to erase. */
  eraseKey(ordinal: number, epoch: number, subject: number): Buffer {
    return eraseKey(this.#secret, this.#operator, ordinal, epoch, subject);
  }

  /** What a person of the home is called in records towards one recipient: 32 hex digits that no other recipient sees. */
  principal(recipient: string, person: number): string {
    const mac = createHmac('sha256', this.#secret).update('engawa/1/principal').update(this.#operator);
    return mac.update(`${person}/${recipient}`).digest('hex').slice(0, 32);
  }

  /** SHA-256, for commitments and marks. */
  static sha256(...parts: (Buffer | string)[]): Buffer {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  }
}
