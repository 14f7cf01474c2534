import { randomBytes, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Broker } from '../../../../broker/main.ts';
import { type EnrolSettings, enrol } from '../../../../gateway/uplink/enrol.ts';
import { ENROL_PROBLEMS } from '../../../../gateway/uplink/enrol-problems.ts';
import { fetchOffers } from '../../../../gateway/uplink/offers.ts';
import { readServiceCertificate } from '../../../../gateway/uplink/service-certificate.ts';
import { ed25519FromSeed, hubId, hubKeyPair, inviteCode, rawFromPublic, x25519Pair } from '../../../../proto/keys.ts';
import { brokerIn, offerDocument, order, publishOffer, temporaryFolder } from '../../broker/kit.ts';

const folder = temporaryFolder();
const homeSecret = randomBytes(32);
let broker: Broker;

beforeAll(async () => {
  broker = await brokerIn(folder.path);
});
afterAll(async () => {
  await broker.close();
  folder.remove();
});

function identity(operator: Buffer) {
  const { privateKey, publicKey } = hubKeyPair(homeSecret, operator);
  return { publicKeyRaw: rawFromPublic(publicKey), sign: (bytes: Buffer) => sign(null, bytes, privateKey) };
}

async function invite(): Promise<string> {
  return (await order<{ code: string }>(folder.path, 'POST', '/cli/hub/invite')).code;
}

async function enrolWith(more: Partial<EnrolSettings> = {}) {
  return enrol({ url: broker.url, code: await invite(), identity, fetch, ephemeralPair: x25519Pair, ...more });
}

/** The real fetch with its answers changed. */
function bent(path: string, bend: (document: Record<string, unknown>) => unknown): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!String(input).endsWith(path)) return response;
    return Response.json(bend((await response.json()) as Record<string, unknown>), { status: response.status });
  };
}

test('with the code of the operator the hub gets its key, and pins root and service key', async () => {
  const enrolled = await enrolWith();
  if (!enrolled.ok) throw new Error(enrolled.error);
  expect(enrolled.hub).toEqual(hubId(identity(enrolled.operator).publicKeyRaw));
  expect(enrolled.enrolmentKey).toHaveLength(32);
  expect(enrolled.ingressUrl).toMatch(/^mqtt:\/\//);
  expect(enrolled.brokerUrl).toBe(broker.url);
  expect(await readServiceCertificate(enrolled.serviceCertificate, enrolled.rootKey)).toEqual(enrolled.serviceKey);
});

test('a lost answer does not waste the code: the same request is sent again', async () => {
  let lost = 0;
  const flaky: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (String(input).endsWith('/v1/enrol') && lost++ < 2) throw new Error('the line broke');
    return response;
  };
  expect(await enrolWith({ fetch: flaky })).toMatchObject({ ok: true });
  expect(lost).toBe(3);
});

test('a code is used once', async () => {
  const code = await invite();
  expect(await enrolWith({ code })).toMatchObject({ ok: true });
  expect(await enrolWith({ code })).toMatchObject({ ok: false, reason: 'usedCode' });
});

test('a code with a typing error is found before anything is sent', async () => {
  const code = await invite();
  const wrong = (code.startsWith('A') ? 'B' : 'A') + code.slice(1);
  const never: typeof fetch = () => Promise.reject(new Error('must not be asked'));
  expect(await enrolWith({ code: wrong, fetch: never })).toEqual({ ok: false, reason: 'code', ...ENROL_PROBLEMS.code });
});

test('a code made for another operator stops before anything derived from it is sent', async () => {
  const asked: string[] = [];
  const watching: typeof fetch = (input, init) => {
    asked.push(String(input));
    return fetch(input, init);
  };
  const code = inviteCode(randomBytes(10), randomBytes(32));
  expect(await enrolWith({ code, fetch: watching })).toMatchObject({ ok: false, reason: 'fingerprint' });
  expect(asked).toEqual([expect.stringMatching(/\/v1\/operator$/)]);
});

test('a code this operator never gave is refused by it', async () => {
  const first = await enrolWith();
  if (!first.ok) throw new Error(first.error);
  const code = inviteCode(randomBytes(10), first.operator);
  expect(await enrolWith({ code })).toMatchObject({ ok: false, reason: 'unknownCode' });
});

test('a service key that the root key did not certify is refused', async () => {
  const other = temporaryFolder();
  const foreign = await brokerIn(other.path);
  const { certificate } = (await (await fetch(`${foreign.url}/v1/operator`)).json()) as { certificate: string };
  await foreign.close();
  other.remove();
  const swapped = bent('/v1/operator', (document) => ({ ...document, certificate }));
  expect(await enrolWith({ fetch: swapped })).toMatchObject({ ok: false, reason: 'certificate' });
});

test.each([
  ['ephemeralPublicKey', randomBytes(32).toString('base64url')],
  ['ingressUrl', 'mqtt://elsewhere.example'],
  ['signature', randomBytes(64).toString('base64url')],
  ['signature', 'short'],
])('an answer whose %s was changed on the way is refused', async (field, value) => {
  const changed = bent('/v1/enrol', (document) => ({ ...document, [field]: value }));
  expect(await enrolWith({ fetch: changed })).toMatchObject({ ok: false, reason: 'answer' });
});

test.each([
  ['not an address', 'address'],
  ['ftp://127.0.0.1', 'address'],
  ['http://127.0.0.1:1', 'unreachable'],
])('%s is named as %s, with a remedy', async (url, reason) => {
  const problem = await enrolWith({ url });
  expect(problem).toMatchObject({ ok: false, reason });
  expect(problem).toHaveProperty('remedy');
});

test('something else at the address is named', async () => {
  const page: typeof fetch = async () => new Response('<html>hello</html>');
  const endless: typeof fetch = async () => new Response(Buffer.alloc(5 * 1024 * 1024, 0x20));
  expect(await enrolWith({ fetch: page })).toMatchObject({ ok: false, reason: 'notABroker' });
  expect(await enrolWith({ fetch: endless })).toMatchObject({ ok: false, reason: 'notABroker' });
});

test('offers are those the pinned operator signed', async () => {
  const enrolled = await enrolWith();
  if (!enrolled.ok) throw new Error(enrolled.error);
  await order(folder.path, 'POST', '/cli/recipient/add', { name: 'nagi-energy' });
  const key = await publishOffer(folder.path, offerDocument());
  const fetched = await fetchOffers(fetch, broker.url, enrolled.rootKey);
  if (!fetched.ok) throw new Error(fetched.reason);
  expect(fetched.offers.map(({ offer, hash }) => [offer.offer, hash.toString('hex', 0, 16)])).toEqual([
    ['energy-advice', key],
  ]);
  expect(fetched.problems).toEqual([]);
  const foreignKey = rawFromPublic(ed25519FromSeed(randomBytes(32)).publicKey);
  const foreign = await fetchOffers(fetch, broker.url, foreignKey);
  expect(foreign).toMatchObject({ ok: true, offers: [], problems: [expect.stringContaining('signature')] });
  expect(await fetchOffers(async () => Response.json({ offers: 3 }), broker.url, foreignKey)).toMatchObject({
    ok: false,
    reason: 'notABroker',
  });
});
