import { createHash, randomBytes, sign } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { enrolmentKey, hubId, inviteCode, rawFromPublic, x25519Pair } from '../../../proto/keys.ts';
import type { Offer } from '../../../proto/offer-document.ts';
import { type TestOperator, testOperator } from '../../kit/test-operator.ts';

/** An operator's HTTP, as far as a hub that enrols needs it, for one hub; ends with `close`. */
export interface OperatorHttp {
  readonly url: string;
  readonly code: string;
  /** What was agreed on; undefined before a hub has enrolled. */
  readonly enrolled: () => { readonly hub: string; readonly enrolmentKey: string } | undefined;
  close(): Promise<void>;
}

interface Request {
  readonly hubPublicKey: string;
  readonly ephemeralPublicKey: string;
  readonly invite: string;
}

const SECRET_BYTES = 10;

/** Serves keys, enrolment and offers on a free port of 127.0.0.1; the hub is told this MQTT ingress. */
export async function serveOperator(documents: readonly Offer[], ingressUrl: string): Promise<OperatorHttp> {
  const operator = await testOperator();
  const offers = (await Promise.all(documents.map((one) => operator.shelve(one)))).map(({ jws }) => jws);
  const secret = randomBytes(SECRET_BYTES);
  let enrolled: ReturnType<OperatorHttp['enrolled']>;
  const routes: Record<string, (body: string) => object> = {
    'GET /v1/operator': () => ({
      operator: operator.operator.toString('hex'),
      rootPublicKey: operator.rootKey.toString('base64url'),
      certificate: operator.certificate,
    }),
    'GET /v1/offers': () => ({ offers }),
    'POST /v1/enrol': (body) => {
      const agreed = agree(JSON.parse(body) as Request, operator, secret, ingressUrl);
      enrolled = agreed.enrolled;
      return agreed.answer;
    },
  };
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const route = routes[`${request.method} ${request.url}`];
      response.writeHead(route ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(route ? route(body) : {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    code: inviteCode(secret, operator.operator),
    enrolled: () => enrolled,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The broker's half of enrolment (broker/README.md, "Enrolment, byte by byte"), for a hub that is believed. */
function agree(request: Request, { operator, service }: TestOperator, secret: Buffer, ingressUrl: string) {
  const hubPublicKey = Buffer.from(request.hubPublicKey, 'base64url');
  const theirs = Buffer.from(request.ephemeralPublicKey, 'base64url');
  const own = x25519Pair();
  const ours = rawFromPublic(own.publicKey);
  const hub = hubId(hubPublicKey);
  const key = enrolmentKey({ privateKey: own.privateKey, peerPublicKey: theirs, code: secret, operator, hub });
  const transcript = Buffer.concat([operator, hubPublicKey, theirs, Buffer.from(request.invite, 'hex')]);
  const urlHash = createHash('sha256').update(ingressUrl).digest();
  const signed = Buffer.concat([Buffer.from('engawa/1/enrol/broker'), transcript, ours, urlHash]);
  return {
    enrolled: { hub: hub.toString('hex'), enrolmentKey: key.toString('hex') },
    answer: {
      hub: hub.toString('hex'),
      ephemeralPublicKey: ours.toString('base64url'),
      ingressUrl,
      signature: sign(null, signed, service.privateKey).toString('base64url'),
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
