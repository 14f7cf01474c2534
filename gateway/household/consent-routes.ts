import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { XStatic } from 'typebox/schema';
import { LEVELS } from '../../proto/lists.ts';
import { type Answer, done, refuse } from './answer.ts';
import { recipientStage } from './attested.ts';
import type { ConsentDesk } from './consent-desk.ts';
import type { Household } from './household.ts';
import type { Speaker } from './person.ts';
import { answer, CATEGORY_LIST, closed, TEXT } from './route-answer.ts';
import { scopeOf } from './scope-said.ts';

const SCOPE = {
  rooms: { type: 'array', items: TEXT, minItems: 1, maxItems: 100 },
  devices: { type: 'array', items: { anyOf: [{ type: 'integer' }, TEXT] }, minItems: 1, maxItems: 1000 },
  hours: TEXT,
} as const;
const GRANT = {
  ...closed,
  required: ['offer'],
  properties: { offer: TEXT, level: { enum: LEVELS }, categories: CATEGORY_LIST, person: TEXT, ...SCOPE },
} as const;
const WITHDRAW = {
  ...closed,
  required: ['offer'],
  properties: { offer: TEXT, categories: CATEGORY_LIST, person: TEXT },
} as const;
const DECLINE = {
  ...closed,
  required: ['offer'],
  properties: { offer: TEXT, person: TEXT, later: { type: 'boolean' } },
} as const;

/** Who asks: the person of a session, or undefined at the command line. */
export type Asker = (request: FastifyRequest) => number | undefined;

/** Adds the routes by which yes and no are said. */
export function consentRoutes(app: FastifyInstance, household: Household, asker: Asker): void {
  const tagged = (summary: string, body: object) => ({ schema: { summary, body } });

  /** What becomes of an answer to an offer, said by somebody who may. */
  async function said(
    { request, offer, person }: { request: FastifyRequest; offer: string; person: string | undefined },
    reply: FastifyReply,
    act: (desk: ConsentDesk, speaker: Speaker) => Promise<Answer<unknown>>,
  ): Promise<unknown> {
    const desk = household.consent();
    if (!desk) return answer(reply, notEnrolled());
    const speaker = household.people.speaker(person, asker(request));
    const done_ = speaker.ok ? await act(desk, speaker.value) : speaker;
    return answer(reply, done_.ok ? offerOf(household, offer) : done_);
  }

  app.post<{ Body: XStatic<typeof GRANT> }>(
    '/api/grants',
    tagged('Say yes to an offer', GRANT),
    async (request, reply) => {
      const { offer, person, rooms, devices, hours, ...choice } = request.body;
      return said({ request, offer, person }, reply, async (desk, speaker) => {
        const scope = scopeOf({ rooms, devices, hours }, household.devices.all());
        return scope.ok ? desk.give(offer, { ...choice, scope: scope.value }, speaker) : scope;
      });
    },
  );
  app.post<{ Body: XStatic<typeof DECLINE> }>(
    '/api/refusals',
    tagged('Say no to an offer, or not now', DECLINE),
    async (request, reply) => {
      const { offer, person, later } = request.body;
      const state = later === true ? 'ConsentRequestDeferred' : 'ConsentRefused';
      return said({ request, offer, person }, reply, (desk, speaker) => desk.decline(offer, state, speaker));
    },
  );
  app.get('/api/withdrawals', { schema: { summary: 'Every withdrawal with its receipts, oldest first' } }, () =>
    (household.consent()?.withdrawals.all() ?? []).map((one) => ({ ...one, recipient: recipientStage(one) })),
  );
  app.post<{ Body: XStatic<typeof WITHDRAW> }>(
    '/api/withdrawals',
    tagged("Take a yes back; at the command line everybody's, unless a person is named", WITHDRAW),
    async (request, reply) => {
      const { offer, categories, person } = request.body;
      const isEverybodys = person === undefined && asker(request) === undefined;
      return said({ request, offer, person }, reply, (desk, speaker) =>
        desk.withdraw(offer, categories, isEverybodys ? undefined : speaker.person),
      );
    },
  );
}

function offerOf(household: Household, slug: string): Answer<unknown> {
  return done(household.offers().find((one) => one.offer === slug));
}

function notEnrolled(): Answer<never> {
  return refuse(
    [
      'このハブは、まだどのデータブローカーにも登録されていません。',
      '「engawa hub enroll URL CODE」で登録してください。',
    ],
    ['This hub is not enrolled with a data broker yet.', 'Enrol it with "engawa hub enroll URL CODE".'],
  );
}
