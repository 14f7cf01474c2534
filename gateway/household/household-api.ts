import type { FastifyInstance, FastifyReply } from 'fastify';
import Type from 'typebox';
import { DIALECTS } from '../../devices/dialects/dialects.ts';
import { CATEGORIES, type Category, LEVELS, type Level } from '../../proto/lists.ts';
import type { Answer } from './answer.ts';
import type { Household } from './household.ts';
import { streamLive } from './live-stream.ts';
import { deviceView } from './view.ts';

const Text = Type.String({ minLength: 1, maxLength: 200 });
const CategoryName = Type.Enum(Object.keys(CATEGORIES) as [Category, ...Category[]]);
const LevelName = Type.Enum([...LEVELS] as [Level, ...Level[]]);

const Grant = Type.Object(
  {
    offer: Text,
    level: Type.Optional(LevelName),
    categories: Type.Optional(Type.Array(CategoryName, { minItems: 1 })),
  },
  { additionalProperties: false },
);
const Withdraw = Type.Object(
  { offer: Text, categories: Type.Optional(Type.Array(CategoryName, { minItems: 1 })) },
  { additionalProperties: false },
);
const Approve = Type.Object(
  {
    ids: Type.Optional(Type.Array(Type.Union([Type.Integer(), Text]), { maxItems: 1000 })),
    all: Type.Optional(Type.Boolean()),
    room: Type.Optional(Text),
    category: Type.Optional(Text),
  },
  { additionalProperties: false },
);
const Credential = Type.Object(
  { name: Text, dialect: Text, base: Type.Optional(Text) },
  { additionalProperties: false },
);
const Page = Type.Object(
  {
    before: Type.Optional(Type.Integer({ minimum: 1 })),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  },
  { additionalProperties: false },
);

/** Adds what pages and command line share. Each route says in its schema what it takes; the answers are described beside. */
export function householdRoutes(app: FastifyInstance, household: Household): void {
  const tagged = (summary: string, more: object = {}) => ({ schema: { summary, ...more } });

  app.get('/api/state', tagged('Everything the page shows at first'), () => household.view());
  app.get('/api/live', tagged('The walk as it happens, as server-sent events'), (request, reply) =>
    streamLive(request, reply, household.live),
  );
  app.get('/api/offers', tagged('The offers and what was said to each'), () => household.offers());
  app.get('/api/devices', tagged('The devices of the home'), () => ({
    devices: household.devices.all().map((device) => deviceView(device, [])),
    credentials: household.devices.credentials(),
  }));
  app.get('/api/status', tagged('How the hub is doing'), () => household.status());
  app.get<{ Querystring: Type.Static<typeof Page> }>(
    '/api/journal',
    tagged('What left the home, newest first', { querystring: Page }),
    (request) => ({ entries: household.journal(request.query) }),
  );

  app.post<{ Body: Type.Static<typeof Grant> }>(
    '/api/grants',
    tagged('Say yes to an offer', { body: Grant }),
    async (request, reply) => {
      const desk = household.consent();
      if (!desk) return answer(reply, notEnrolled);
      const { offer, ...choice } = request.body;
      const given = await desk.give(offer, choice);
      return answer(reply, given.ok ? offerOf(household, offer) : given);
    },
  );
  app.post<{ Body: Type.Static<typeof Withdraw> }>(
    '/api/withdrawals',
    tagged('Take a yes back', { body: Withdraw }),
    async (request, reply) => {
      const desk = household.consent();
      if (!desk) return answer(reply, notEnrolled);
      const taken = await desk.withdraw(request.body.offer, request.body.categories);
      return answer(reply, taken.ok ? offerOf(household, request.body.offer) : taken);
    },
  );
  app.post<{ Body: Type.Static<typeof Approve> }>(
    '/api/devices/approve',
    tagged('Approve devices that were discovered', { body: Approve }),
    async (request, reply) => {
      const { ids, all, ...meaning } = request.body;
      return answer(reply, await household.devices.approve(all === true ? 'all' : (ids ?? []).map(String), meaning));
    },
  );
}

/** Adds what only the command line may do: it speaks over a socket that only the hub's own user can open. */
export function commandRoutes(app: FastifyInstance, household: Household): void {
  app.post<{ Body: Type.Static<typeof Credential> }>(
    '/api/credentials',
    { schema: { body: Credential } },
    async (request, reply) => {
      const { name, dialect, base } = request.body;
      const made = await household.devices.add(name, dialect, base);
      if (!made.ok) return answer(reply, made);
      const server = household.listenerUrl() ?? 'mqtt://HUB:1883';
      const { name: user, password } = made.value;
      const settings = DIALECTS[made.value.dialect].settings({ server, user, password, base: made.value.base });
      return { ...made.value, server, settings };
    },
  );
  const Which = Type.Object({ which: Text }, { additionalProperties: false });
  app.post<{ Body: Type.Static<typeof Which> }>(
    '/api/devices/remove',
    { schema: { body: Which } },
    async (request, reply) => answer(reply, await household.devices.remove(request.body.which)),
  );
  const Enrol = Type.Object({ url: Text, code: Text }, { additionalProperties: false });
  app.post<{ Body: Type.Static<typeof Enrol> }>('/api/enrolment', { schema: { body: Enrol } }, async (request, reply) =>
    answer(reply, await household.enrol(request.body.url, request.body.code)),
  );
  app.post('/api/offers/refresh', async (_request, reply) => answer(reply, await household.refreshOffers()));
  app.post('/api/links', () => ({ url: household.newLink() }));
  app.get('/api/recovery-card', () => ({ card: household.recoveryCard() }));
}

const notEnrolled: Answer<never> = {
  ok: false,
  problem: {
    error: {
      ja: 'このハブは、まだどのデータブローカーにも登録されていません。',
      en: 'This hub is not enrolled with a data broker yet.',
    },
    remedy: {
      ja: '「engawa hub enroll URL CODE」で登録してください。',
      en: 'Enrol it with "engawa hub enroll URL CODE".',
    },
  },
};

function offerOf(household: Household, slug: string): Answer<unknown> {
  return { ok: true, value: household.offers().find((one) => one.offer === slug) };
}

function answer(reply: FastifyReply, answered: Answer<unknown>): unknown {
  if (answered.ok) return answered.value;
  reply.code(409);
  return answered.problem;
}
