import { randomStream } from '../random.ts';

/** The MAC address of a device: twelve hexadecimal digits, locally administered, the same for a seed and a name. */
export function macOf(seed: number, name: string): string {
  const random = randomStream(seed, 'mac', name);
  const tail = Array.from({ length: 5 }, () => random.below(256).toString(16).padStart(2, '0'));
  return `02${tail.join('')}`.toUpperCase();
}
