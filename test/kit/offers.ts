import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Home } from './home.ts';

const shipped = fileURLToPath(new URL('../../bin/offers/', import.meta.url));

/** The offer document that comes with Engawa under this name. */
export function shippedOffer(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(shipped, `${name}.json`), 'utf8'));
}

/** An offer that asks for every sample of a plug at once: each value that leaves can be told from every other. */
export function everySample(): Record<string, unknown> {
  const recipient = shippedOffer('energy-advice').recipient as object;
  return {
    ...shippedOffer('energy-advice'),
    offer: 'every-sample',
    recipient: { ...recipient, id: 'test-laboratory' },
    categories: [{ category: 'power.appliance', level: 'L5', retentionDays: 30, legalClass: 'personal' }],
    subject: 'device',
    lane: 'prompt',
  };
}

/** Does what an operator does: adds the recipient, signs the document, publishes it. */
export async function publishOffer(home: Home, document: Record<string, unknown>): Promise<void> {
  const { id } = document.recipient as { id: string };
  await home.broker('recipient', 'add', id, '--renew');
  const file = join(home.folder, `${document.offer}.offer`);
  writeFileSync(file, JSON.stringify(document));
  const { jws } = (await home.broker('offer', 'sign', file)) as { jws: string };
  writeFileSync(file, jws);
  await home.broker('offer', 'publish', file);
}
