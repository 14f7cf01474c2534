import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.ts';
import { type Home, makeHome } from '../kit/home.ts';
import { publish } from '../kit/mosquitto-clients.ts';
import { publishOffer, shippedOffer } from '../kit/offers.ts';
import { mindPrograms, type Program } from '../kit/programs.ts';
import type { Feed } from '../kit/recipient.ts';
import { readAll } from '../kit/recipient.ts';
import { deviceList, door } from '../kit/zigbee.ts';

const OFFER = 'watch-service';

mindPrograms();

describe('a withdrawal while the data broker is away', () => {
  let home: Home;
  let broker: Program;
  let hub: Program;
  let feed: Feed;
  const latest = async () =>
    ((await home.hub('withdrawal', 'list')) as { state: string; recipient: string; receipts: object[] }[]).at(-1);

  beforeAll(async () => {
    home = await makeHome();
    broker = await home.start('broker');
    await publishOffer(home, shippedOffer(OFFER));
    hub = await home.start('hub');
    const { url, code } = (await home.broker('hub', 'invite')) as { url: string; code: string };
    await home.hub('enroll', url, code);
    const made = (await home.hub('device', 'add', 'zigbee')) as { name: string; password: string };
    const account = { port: home.ports.mqtt, user: made.name, password: made.password };
    await publish(account, deviceList([{ name: 'front_door', ieee: '0x00158d0001b149e0', kind: 'door' }]));
    await home.hub('device', 'approve', '--all');
    await publish(account, door('front_door', false));
    feed = await home.feed(OFFER);
    await home.hub('grant', OFFER);
    await publish(account, door('front_door', true));
    await eventually(
      () => readAll(feed),
      (lines) => lines.length === 1,
    );
  });
  afterAll(async () => {
    await hub?.stop();
    await broker?.stop();
    home?.remove();
  });

  test('stops at once, completes when the link is back, and ends with the recipient’s attestation', async () => {
    await broker.stop();
    await home.hub('withdraw', OFFER);
    expect(await latest()).toMatchObject({ state: 'sent', recipient: 'unasked', receipts: [] });
    broker = await home.start('broker');
    const tombstones = async () => (await readAll(feed)).filter(({ type }) => type === 'tombstone');
    const [tombstone] = await eventually(tombstones, (lines) => lines.length === 1, 60_000);
    expect(await readAll(feed)).toHaveLength(1);
    if (tombstone?.type !== 'tombstone') throw new Error('no tombstone');
    const { pseudonym, categories } = tombstone;
    const answer = await fetch(`${feed.url}/v1/feeds/${OFFER}/attestations?purpose=${feed.purpose}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${feed.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ erasures: [{ pseudonym, categories }] }),
    });
    expect(await answer.json()).toMatchObject({ attested: 1 });
    const { erasures } = (await home.broker('erasure', 'list')) as { erasures: object[] };
    expect(erasures).toMatchObject([{ pseudonym, state: 'attested' }]);
    await eventually(latest, (one) => one?.recipient === 'attested', 60_000);
    expect(await latest()).toMatchObject({ state: 'erased', receipts: [{ pseudonym }] });
  });
});
