import type { FastifyInstance } from 'fastify';
import type { XStatic } from 'typebox/schema';
import { DIALECTS } from '../../devices/dialects/dialects.ts';
import type { Device } from '../intake/device-table.ts';
import { type Answer, done } from './answer.ts';
import { type Asker, consentRoutes } from './consent-routes.ts';
import type { Household } from './household.ts';
import { streamLive } from './live-stream.ts';
import { peopleCommands, peopleRoutes } from './people-routes.ts';
import { answer, closed, TEXT } from './route-answer.ts';

const APPROVE = {
  ...closed,
  properties: {
    ids: { type: 'array', items: { anyOf: [{ type: 'integer' }, TEXT] }, maxItems: 1000 },
    all: { type: 'boolean' },
    room: TEXT,
    category: TEXT,
    is: TEXT,
    inverted: { type: 'boolean' },
    person: TEXT,
  },
} as const;
const CREDENTIAL = {
  ...closed,
  required: ['name', 'dialect'],
  properties: { name: TEXT, dialect: TEXT, base: TEXT, tls: { type: 'boolean' } },
} as const;
const PAGE = {
  ...closed,
  required: ['limit'],
  properties: {
    before: { type: 'integer', minimum: 1 },
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  },
} as const;
const LINK = { ...closed, properties: { person: TEXT } } as const;
const WHICH = { ...closed, required: ['which'], properties: { which: TEXT } } as const;
const ENROL = { ...closed, required: ['url', 'code'], properties: { url: TEXT, code: TEXT } } as const;

/** Adds what pages and command line share. Each route says in its schema what it takes; the answers are described beside. */
export function householdRoutes(app: FastifyInstance, household: Household, asker: Asker): void {
  consentRoutes(app, household, asker);
  peopleRoutes(app, household);
  const tagged = (summary: string, more: object = {}) => ({ schema: { summary, ...more } });

  app.get('/api/state', tagged('Everything the page shows at first'), () => household.view());
  app.get('/api/live', tagged('The walk as it happens, as server-sent events'), (request, reply) =>
    streamLive(request, reply, household.live),
  );
  app.get('/api/offers', tagged('The offers and what was said to each'), () => household.offers());
  app.get('/api/devices', tagged('The devices of the home'), () => ({
    ...household.deviceList(),
    credentials: household.devices.credentials(),
  }));
  app.get('/api/status', tagged('How the hub is doing'), () => household.status());
  app.get<{ Querystring: XStatic<typeof PAGE> }>(
    '/api/journal',
    tagged('What left the home, newest first', { querystring: PAGE }),
    async (request) => ({ entries: await household.journal(request.query) }),
  );

  app.post<{ Body: XStatic<typeof APPROVE> }>(
    '/api/devices/approve',
    tagged('Approve devices that were discovered', { body: APPROVE }),
    async (request, reply) => {
      const { ids, all, person, ...said } = request.body;
      const whose = personSaid(household, person);
      if (!whose.ok) return answer(reply, whose);
      const words = { ...said, person: whose.value };
      const made = await household.devices.approve(all === true ? 'all' : (ids ?? []).map(String), words);
      if (!made.ok) return answer(reply, made);
      const named = (devices: readonly Device[]) => devices.map(({ id, thing }) => ({ id, name: thing }));
      return { approved: named(made.value.approved), waiting: named(made.value.waiting) };
    },
  );
}

/** Adds what only the command line may do: it speaks over a socket that only the hub's own user can open. */
export function commandRoutes(app: FastifyInstance, household: Household): void {
  app.post<{ Body: XStatic<typeof CREDENTIAL> }>(
    '/api/credentials',
    { schema: { body: CREDENTIAL } },
    async (request, reply) => {
      const { name, dialect, base, tls } = request.body;
      const secure = tls === true ? await household.secure() : undefined;
      if (tls === true && secure === undefined) return answer(reply, noSecureListener);
      const made = await household.devices.add(name, dialect, base);
      if (!made.ok) return answer(reply, made);
      const server = secure?.server ?? household.listenerUrl() ?? 'mqtt://HUB:1883';
      const { name: user, password } = made.value;
      const settings = DIALECTS[made.value.dialect].settings({ server, user, password, base: made.value.base });
      return { ...made.value, server, settings, ...(secure ? { fingerprint: secure.fingerprint } : {}) };
    },
  );
  app.post<{ Body: XStatic<typeof WHICH> }>(
    '/api/devices/remove',
    { schema: { body: WHICH } },
    async (request, reply) => answer(reply, await household.devices.remove(request.body.which)),
  );
  app.post<{ Body: XStatic<typeof ENROL> }>('/api/enrolment', { schema: { body: ENROL } }, async (request, reply) =>
    answer(reply, await household.enrol(request.body.url, request.body.code)),
  );
  peopleCommands(app, household);
  app.post('/api/offers/refresh', async (_request, reply) => answer(reply, await household.refreshOffers()));
  app.get('/api/doctor', () => household.checks());
  app.post<{ Querystring: XStatic<typeof LINK> }>('/api/links', { schema: { querystring: LINK } }, (request, reply) => {
    const { people } = household;
    const found = people.find(request.query.person ?? String(people.owner));
    return answer(reply, found.ok ? done({ url: household.newLink(found.value.id) }) : found);
  });
  app.get('/api/certificate', async (_request, reply) => (await household.secure()) ?? answer(reply, noSecureListener));
  app.get('/api/recovery-card', () => household.recoveryCard());
  app.post('/api/backup', async () => {
    await household.snapshot();
    return {};
  });
}

const noSecureListener: Answer<never> = {
  ok: false,
  problem: {
    error: { ja: '機器の入口は、TLSでは開いていません。', en: 'The listener is not open over TLS.' },
    remedy: {
      ja: '実際の家のハブで、「ENGAWA_MQTTS_PORT」を確かめてください。',
      en: "Ask a real home's hub, and check ENGAWA_MQTTS_PORT.",
    },
  },
};

/** The person a device is said to concern: undefined when nothing was said, null for everybody. */
function personSaid({ people }: Household, word: string | undefined): Answer<number | null | undefined> {
  if (word === undefined) return done(undefined);
  if (word === 'everybody') return done(null);
  const found = people.find(word);
  return found.ok ? done(found.value.id) : found;
}
