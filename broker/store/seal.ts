import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Category } from '../../proto/lists.ts';
import type { Block } from './store.ts';

/** One record as it lies inside a block: what a recipient's line is made of, and nothing else. */
export interface StoredRecord {
  readonly property: number;
  readonly quantity: number;
  readonly timeS: number;
  readonly windowS: number;
  readonly value: number;
  readonly observedPermille: number;
  readonly estimatedTime: boolean;
  /** It reached the broker late, after an outage of the hub's way to it. */
  readonly backlog: boolean;
}

const CIPHER = 'aes-256-gcm';
const TAG_BYTES = 16;

/** The last column is only there when it is 1: blocks of earlier versions have none. */
type Row = [number, number, number, number, number, number, 0 | 1, 1?];

const associated = (id: Buffer, pseudonym: string, category: Category): Buffer =>
  Buffer.concat([id, Buffer.from(pseudonym, 'hex'), Buffer.from(category)]);

function rowOf(record: StoredRecord): Row {
  const { property, quantity, timeS, windowS, value, observedPermille, estimatedTime, backlog } = record;
  const estimated = estimatedTime ? 1 : 0;
  const row = [property, quantity, timeS, windowS, value, observedPermille, estimated] as const;
  return backlog ? [...row, 1] : [...row];
}

/** Encrypts records under the pair's key, bound to block id, pseudonym and category, so that no ciphertext can be moved. */
export function sealBlock(
  records: readonly StoredRecord[],
  key: Buffer,
  block: { id: Buffer; nonce: Buffer; pseudonym: string; category: Category },
): Buffer {
  const cipher = createCipheriv(CIPHER, key, block.nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated(block.id, block.pseudonym, block.category));
  const rows = records.map(rowOf);
  return Buffer.concat([cipher.update(JSON.stringify(rows), 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** Opens a block; undefined when key, id, pseudonym or category is not the one it was sealed with. */
export function openBlock(block: Block, key: Buffer): StoredRecord[] | undefined {
  const text = block.ciphertext.subarray(0, -TAG_BYTES);
  try {
    const decipher = createDecipheriv(CIPHER, key, block.nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associated(block.id, block.pseudonym, block.category));
    decipher.setAuthTag(block.ciphertext.subarray(-TAG_BYTES));
    const rows: Row[] = JSON.parse(Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8'));
    return rows.map(([property, quantity, timeS, windowS, value, observedPermille, estimated, late]) => ({
      property,
      quantity,
      timeS,
      windowS,
      value,
      observedPermille,
      estimatedTime: estimated === 1,
      backlog: late === 1,
    }));
  } catch {
    return undefined;
  }
}
