import { type KeyObject, sign, verify } from 'node:crypto';
import { CATEGORIES, type Category } from './lists.ts';
import type { Receipt } from './wire.ts';

/** What a receipt says, before it is signed; `pseudonym` is 32 hexadecimal digits. */
export interface ReceiptContent {
  readonly pseudonym: string;
  readonly categories: readonly Category[];
  readonly erasedAtS: number;
}

/** The bytes that are signed: label, operator (32 bytes), pseudonym, instant, and the categories' numbers ascending. */
export function receiptBytes(
  operator: Buffer,
  pseudonym: string,
  categories: readonly Category[],
  erasedAtS: number,
): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(erasedAtS));
  const numbers = categories.map((category) => CATEGORIES[category]).sort((one, other) => one - other);
  return Buffer.concat([
    Buffer.from('engawa/1/receipt'),
    operator,
    Buffer.from(pseudonym, 'hex'),
    time,
    Buffer.from(numbers),
  ]);
}

/** A receipt signed with the broker's service key (Ed25519). */
export function signReceipt(content: ReceiptContent, operator: Buffer, serviceKey: KeyObject): Receipt {
  const { pseudonym, categories, erasedAtS } = content;
  const signature = sign(null, receiptBytes(operator, pseudonym, categories, erasedAtS), serviceKey).toString('hex');
  return { pseudonym, categories: [...categories], erasedAtS, signature };
}

/** Whether the receipt was signed by the service key this public key belongs to. */
export function verifyReceipt(receipt: Receipt, operator: Buffer, servicePublicKey: KeyObject): boolean {
  const { pseudonym, categories, erasedAtS, signature } = receipt;
  const bytes = receiptBytes(operator, pseudonym, categories, erasedAtS);
  return verify(null, bytes, servicePublicKey, Buffer.from(signature, 'hex'));
}
