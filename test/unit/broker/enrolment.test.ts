import { randomBytes } from 'node:crypto';
import { compactVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeInvite } from '../../../broker/enrolment/enrolment.ts';
import { type Broker, startBroker } from '../../../broker/main.ts';
import { publicFromRaw, readInviteCode } from '../../../proto/keys.ts';
import { brokerIn, enrolled, enrolmentRequest, lineOf, order, post, temporaryFolder, upBody } from './kit.ts';

describe('enrolment', () => {
  const folder = temporaryFolder();
  let broker: Broker;
  let operator: Buffer;
  beforeAll(async () => {
    broker = await brokerIn(folder.path);
    const answer = (await (await fetch(`${broker.url}/v1/operator`)).json()) as { operator: string };
    operator = Buffer.from(answer.operator, 'hex');
  });
  afterAll(async () => {
    await broker.close();
    folder.remove();
  });

  const secretOf = async (): Promise<Buffer> => {
    const { code } = await order<{ code: string }>(folder.path, 'POST', '/cli/hub/invite');
    const invite = readInviteCode(code);
    if (!invite.ok) throw new Error(invite.reason);
    return invite.secret;
  };
  const ask = async (body: unknown): Promise<{ status: number; reason?: string; said: Record<string, string> }> => {
    const response = await post(`${broker.url}/v1/enrol`, body);
    const said = (await response.json()) as Record<string, string>;
    if (response.status !== 200) expect(said.remedy?.length).toBeGreaterThan(10);
    return { status: response.status, said, ...(said.reason !== undefined && { reason: said.reason }) };
  };

  test('the certificate is signed by the root key', async () => {
    const answer = (await (await fetch(`${broker.url}/v1/operator`)).json()) as Record<string, string>;
    const root = publicFromRaw('ed25519', Buffer.from(answer.rootPublicKey ?? '', 'base64url'));
    const { protectedHeader, payload } = await compactVerify(answer.certificate ?? '', root);
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'engawa-service' });
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({ schema: 1, operator: answer.operator });
  });

  test('a code enrols one hub, and the same request again gets the same answer', async () => {
    const secret = await secretOf();
    const { body, hub } = enrolmentRequest(randomBytes(32), secret, operator);
    const [first, again] = [await ask(body), await ask(body)];
    expect(first.said.hub).toBe(hub.toString('hex'));
    expect(again.said).toEqual(first.said);
    const another = enrolmentRequest(randomBytes(32), secret, operator);
    expect(await ask(another.body)).toMatchObject({ status: 409, reason: 'usedCode' });
  });

  test('a code nobody gave, and a proof that does not match, are refused and use nothing up', async () => {
    const home = randomBytes(32);
    const unknown = enrolmentRequest(home, randomBytes(10), operator);
    expect(await ask(unknown.body)).toMatchObject({ status: 403, reason: 'unknownCode' });
    const secret = await secretOf();
    const right = enrolmentRequest(home, secret, operator);
    const wrong = { ...right.body, proof: unknown.body.proof };
    expect(await ask(wrong)).toMatchObject({ status: 403, reason: 'unknownCode' });
    expect(await ask(right.body)).toMatchObject({ status: 200 });
  });

  test('a signature of another key is refused', async () => {
    const secret = await secretOf();
    const one = enrolmentRequest(randomBytes(32), secret, operator);
    const other = enrolmentRequest(randomBytes(32), secret, operator);
    const mixed = { ...one.body, signature: other.body.signature };
    expect(await ask(mixed)).toMatchObject({ status: 403, reason: 'signature' });
  });

  test('missing, unknown and oddly long fields are named', async () => {
    const { body } = enrolmentRequest(randomBytes(32), await secretOf(), operator);
    for (const bad of [
      { ...body, proof: undefined },
      { ...body, extra: 1 },
      { ...body, hubPublicKey: `${body.hubPublicKey}AA` },
      { ...body, invite: body.invite.toUpperCase().replace(/^./, 'Z') },
      { ...body, schema: 2 },
      { ...body, schema: '1' },
    ]) {
      expect(await ask(bad)).toMatchObject({ status: 400, reason: 'malformed' });
    }
    const zero = { ...body, ephemeralPublicKey: Buffer.alloc(32).toString('base64url') };
    expect((await ask(zero)).status).toBe(403);
  });

  test('a hub enrolled again keeps its intervals and ordinal, and its old key no longer opens', async () => {
    const home = randomBytes(32);
    const before = await enrolled(broker, folder.path, home);
    const run = randomBytes(8).toString('hex');
    const line = await lineOf(before);
    const ranges = [{ run, first: 1, count: 3, void: true }];
    await line.send(upBody({ run, highestOrdinal: 9, ranges }));
    await line.close();
    const after = await enrolled(broker, folder.path, home);
    expect(after.hub).toEqual(before.hub);
    expect(after.enrolmentKey).not.toEqual(before.enrolmentKey);
    await expect(lineOf({ ...before })).rejects.toThrow();
    const again = await lineOf(after);
    const answer = await again.send(upBody({ run, cell: 2, highestOrdinal: 1, ranges }));
    expect(answer.highestOrdinal).toBe(9);
    expect(answer.acknowledged).toEqual([{ run, intervals: [{ first: 1, last: 3 }] }]);
    await again.close();
  });

  test('the embedded ingress is named as the hub reached the broker', async () => {
    const hub = await enrolled(broker, folder.path);
    expect(hub.ingressUrl).toBe(broker.ingressUrl);
  });
});

describe('invites', () => {
  test('a code older than 24 hours is refused, and its secret forgotten', async () => {
    const folder = temporaryFolder();
    let nowMs = 1_790_000_000_000;
    const surroundings = { now: () => nowMs, random: randomBytes };
    const settings = {
      httpHost: '127.0.0.1',
      httpPort: 0,
      ingressHost: '127.0.0.1',
      ingressPort: 0,
      logLevel: 'silent',
    };
    const broker = await startBroker({ ...settings, dataFolder: folder.path }, surroundings);
    const { code } = await order<{ code: string }>(folder.path, 'POST', '/cli/hub/invite');
    const invite = readInviteCode(code);
    if (!invite.ok) throw new Error(invite.reason);
    const { operator } = (await (await fetch(`${broker.url}/v1/operator`)).json()) as { operator: string };
    nowMs += 24 * 3_600_000;
    const { body } = enrolmentRequest(randomBytes(32), invite.secret, Buffer.from(operator, 'hex'));
    const response = await post(`${broker.url}/v1/enrol`, body);
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({ reason: 'expiredCode' });
    nowMs += 1_000;
    await order(folder.path, 'POST', '/cli/hub/invite');
    expect((await post(`${broker.url}/v1/enrol`, body)).status).toBe(410);
    await broker.close();
    folder.remove();
  });

  test('more invites than the limit are refused with a remedy', async () => {
    const store = {
      transact: (work: (transaction: object) => Promise<unknown>) =>
        work({ expireInvites: async () => {}, invitesWaiting: async () => 10_000, putInvite: async () => {} }),
    };
    const made = makeInvite(store as never, {} as never, { now: Date.now, random: randomBytes });
    await expect(made).rejects.toMatchObject({ reason: 'tooManyInvites' });
  });
});
