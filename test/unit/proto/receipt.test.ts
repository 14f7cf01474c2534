import { describe, expect, it } from 'vitest';
import { ed25519FromSeed } from '../../../proto/keys.ts';
import { receiptBytes, signReceipt, verifyReceipt } from '../../../proto/receipt.ts';

const service = ed25519FromSeed(Buffer.alloc(32, 5));
const operator = Buffer.alloc(32, 6);
const content = {
  pseudonym: '0a'.repeat(16),
  categories: ['lock.state', 'contact.doorWindow'] as const,
  erasedAtS: 1_800_000_000,
};

describe('a receipt', () => {
  it('verifies with the service key, whatever the order of its categories', () => {
    const receipt = signReceipt(content, operator, service.privateKey);
    expect(verifyReceipt(receipt, operator, service.publicKey)).toBe(true);
    const reordered = { ...receipt, categories: [...receipt.categories].reverse() };
    expect(verifyReceipt(reordered, operator, service.publicKey)).toBe(true);
  });

  it('does not verify when anything in it is another', () => {
    const receipt = signReceipt(content, operator, service.privateKey);
    const others = [
      { ...receipt, pseudonym: '0b'.repeat(16) },
      { ...receipt, categories: ['lock.state' as const] },
      { ...receipt, erasedAtS: receipt.erasedAtS + 1 },
      { ...receipt, signature: '00'.repeat(64) },
      { ...receipt, signature: '' },
    ];
    for (const other of others) expect(verifyReceipt(other, operator, service.publicKey)).toBe(false);
    expect(verifyReceipt(receipt, Buffer.alloc(32), service.publicKey)).toBe(false);
    const stranger = ed25519FromSeed(Buffer.alloc(32, 7));
    expect(verifyReceipt(receipt, operator, stranger.publicKey)).toBe(false);
  });

  it('signs these bytes', () => {
    const bytes = receiptBytes(operator, content.pseudonym, content.categories, 1);
    const hex = Buffer.from('engawa/1/receipt').toString('hex') + '06'.repeat(32) + '0a'.repeat(16);
    expect(bytes.toString('hex')).toBe(`${hex}00000000000000010106`);
  });
});
