import { createHash } from 'node:crypto';

/** Crockford's alphabet: no I, L, O, U, so that a person copying from paper cannot mistake one for another. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHECK_CHARACTERS = 4;

/** What reading a copied text gives: the bytes, or why they cannot be had. */
export type ReadText = { ok: true; bytes: Buffer } | { ok: false; reason: 'character' | 'length' | 'checksum' };

function encode(bytes: Buffer): string {
  let text = '';
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(pending >>> bits) & 31];
    }
    pending &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET[(pending << (5 - bits)) & 31];
}

function decode(text: string, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let pending = 0;
  let bits = 0;
  let at = 0;
  for (const character of text) {
    pending = (pending << 5) | ALPHABET.indexOf(character);
    bits += 5;
    if (bits >= 8 && at < length) {
      bits -= 8;
      bytes[at++] = pending >>> bits;
    }
    pending &= (1 << bits) - 1;
  }
  return bytes;
}

function checkOf(label: string, bytes: Buffer): string {
  return encode(createHash('sha256').update(label).update(bytes).digest()).slice(0, CHECK_CHARACTERS);
}

/** Bytes as groups of four characters for a person to copy, ending with a 20-bit checksum bound to the label. */
export function textFromBytes(label: string, bytes: Buffer): string {
  const text = encode(bytes) + checkOf(label, bytes);
  return text.replace(/(.{4})(?=.)/g, '$1-');
}

/** Reads what `textFromBytes` wrote; case, spaces and hyphens do not matter, O reads as 0, I and L as 1. */
export function bytesFromText(label: string, text: string, length: number): ReadText {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  const characters = Math.ceil((length * 8) / 5);
  if ([...plain].some((character) => !ALPHABET.includes(character))) return { ok: false, reason: 'character' };
  if (plain.length !== characters + CHECK_CHARACTERS) return { ok: false, reason: 'length' };
  const bytes = decode(plain.slice(0, characters), length);
  if (encode(bytes) + checkOf(label, bytes) !== plain) return { ok: false, reason: 'checksum' };
  return { ok: true, bytes };
}
