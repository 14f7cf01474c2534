import type { HomeCore } from './home-core.ts';
import { type Answer, done } from './household/answer.ts';
import { storeDevice } from './intake/device-table.ts';
import type { Operation } from './store/store.ts';

/**
 * Somebody moves out: every yes of that person is taken back, what he ever said is erased from the consent book (its chain
 * still verifies), his name goes, and the history of his own devices, which wait for a new approval. The owner hands the
 * home over to another adult (`to`).
 */
export async function moveOut(
  home: HomeCore,
  nameOrId: string,
  to: string | undefined,
): Promise<Answer<{ left: number; owner: number }>> {
  const { people, enrolled, parts } = home;
  const found = people.find(nameOrId);
  if (!found.ok) return found;
  const person = found.value;
  const heir = people.heir(person, to);
  if (!heir.ok) return heir;
  const { devices } = home.state;
  const own = devices.all().filter((device) => device.person === person.id);
  const bare = own.map((device) => ({ ...device, person: undefined, approvedAtMs: undefined }));
  const going: Operation[] = [
    ...people.leaving(person, heir.value),
    ...bare.map(storeDevice),
    ...own.map(({ id }): Operation => ['history.forgetDevice', id]),
  ];
  const written = enrolled
    ? await enrolled.consent.moveOut(person.id, going)
    : await parts.store.commit(going).then(() => done(null));
  if (!written.ok) return written;
  for (const device of bare) {
    devices.put(device);
    home.history.forget(device.id);
  }
  people.gone(person.id, heir.value);
  return done({ left: person.id, owner: heir.value });
}
