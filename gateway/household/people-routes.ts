import type { FastifyInstance } from 'fastify';
import type { XStatic } from 'typebox/schema';
import { CAPACITIES } from '../consent/consent-record.ts';
import { LIMITS } from '../limits.ts';
import type { Household } from './household.ts';
import { answer, closed, TEXT } from './route-answer.ts';

const MINUTES = { type: 'integer', minimum: 1, maximum: LIMITS.heldMinutes } as const;
const HOLD = { ...closed, properties: { minutes: MINUTES } } as const;
const ADD = {
  ...closed,
  required: ['name'],
  properties: { name: TEXT, capacity: { enum: CAPACITIES }, guardian: TEXT, minutes: MINUTES },
} as const;
const RENAME = { ...closed, required: ['person', 'name'], properties: { person: TEXT, name: TEXT } } as const;
const LEAVE = { ...closed, required: ['person'], properties: { person: TEXT, to: TEXT } } as const;

/** Adds what everybody who lives here may do: see who does, and hold everything back for a time. */
export function peopleRoutes(app: FastifyInstance, household: Household): void {
  const { people } = household;
  const state = () => ({
    people: people.all(),
    owner: people.owner,
    isUncertain: people.isUncertain,
    pausedUntilMs: people.heldUntilMs('paused') ?? null,
    visitorsUntilMs: people.heldUntilMs('visitors') ?? null,
  });
  app.get('/api/people', { schema: { summary: 'Who lives in the home, and what is held back' } }, state);
  for (const [path, hold, summary] of [
    ['/api/pause', 'paused', 'Let nothing leave, for some minutes or until it is resumed'],
    ['/api/visitors', 'visitors', 'Visitors are here: let nothing leave that shared sensors see'],
  ] as const)
    app.post<{ Body: XStatic<typeof HOLD> }>(path, { schema: { summary, body: HOLD } }, async (request) => {
      await people.hold(hold, request.body.minutes);
      return state();
    });
  app.post('/api/resume', { schema: { summary: 'End a pause, and the time of visitors' } }, async () => {
    for (const hold of ['paused', 'visitors'] as const)
      if (people.heldUntilMs(hold) !== undefined) await people.release(hold);
    return state();
  });
}

/** Adds what only the command line may do: say who lives here. */
export function peopleCommands(app: FastifyInstance, household: Household): void {
  const { people } = household;
  app.post('/api/people/confirm', async () => {
    await people.confirm();
    return { people: people.all() };
  });
  app.post<{ Body: XStatic<typeof ADD> }>('/api/people', { schema: { body: ADD } }, async (request, reply) =>
    answer(reply, await people.add(request.body)),
  );
  app.post<{ Body: XStatic<typeof RENAME> }>(
    '/api/people/rename',
    { schema: { body: RENAME } },
    async (request, reply) => answer(reply, await people.rename(request.body.person, request.body.name)),
  );
  app.post<{ Body: XStatic<typeof LEAVE> }>('/api/people/leave', { schema: { body: LEAVE } }, async (request, reply) =>
    answer(reply, await household.moveOut(request.body.person, request.body.to)),
  );
}
