import { type Answer, type Approval, approveDevice, grant, readState, withdraw } from '../api/hub-client.ts';
import type { Both, HubState } from '../api/hub-state.ts';
import { type TextKey, text, type Values } from '../texts/texts.ts';
import type { HousePage } from './house-page.ts';

function bothTexts(key: TextKey, values: (language: 'ja' | 'en') => Values = () => ({})): Both {
  return { ja: text('ja', key, values('ja')), en: text('en', key, values('en')) };
}

/** Shows one message in both languages, so that switching the language translates it too. */
export function showToast(page: HousePage, tone: 'done' | 'problem', both: Both): void {
  page.toast.value = { id: (page.toast.value?.id ?? 0) + 1, tone, text: both };
}

function problem(answer: Exclude<Answer<unknown>, { ok: true }>): Both {
  if (answer.reason === 'unreachable') return bothTexts('toast.unknown');
  const said = [answer.error, answer.remedy].filter((each) => each !== undefined);
  const lead = bothTexts('toast.unchanged');
  return {
    ja: [lead.ja, ...said.map((each) => each.ja)].join(''),
    en: [lead.en, ...said.map((each) => each.en)].join(' '),
  };
}

async function during(page: HousePage, key: string, work: () => Promise<Answer<unknown>>): Promise<boolean> {
  if (page.busy.value.has(key)) return false;
  page.busy.value = new Set([...page.busy.value, key]);
  const answer = await work();
  page.busy.value = new Set([...page.busy.value].filter((each) => each !== key));
  if (answer.ok) return true;
  if (answer.reason === 'signedOut') page.screen.value = 'signedOut';
  showToast(page, 'problem', problem(answer));
  return false;
}

/** Reads the state again after a change, so that the page shows what the hub did and not what was hoped. */
async function confirm(page: HousePage): Promise<void> {
  const answer = await readState();
  if (answer.ok) page.takeState(answer.value);
}

function changedOffer(page: HousePage, slug: string, change: (offer: HubState['offers'][number]) => object): void {
  const state = page.state.value;
  if (!state) return;
  const offers = state.offers.map((offer) => (offer.offer === slug ? { ...offer, ...change(offer) } : offer));
  page.state.value = { ...state, offers };
}

/** Withdraws at once; the switch shows it as soon as the hub says so, and the message promises no more than is known. */
export async function withdrawOffer(page: HousePage, offer: HubState['offers'][number]): Promise<void> {
  if (!(await during(page, offer.offer, () => withdraw(offer.offer)))) return;
  changedOffer(page, offer.offer, (each) => ({
    granted: null,
    withdrawal: each.withdrawal ?? { state: 'sent', atMs: page.homeMs.value },
  }));
  showToast(
    page,
    'done',
    bothTexts('toast.withdrawn', (language) => ({ name: offer.recipient.name[language] })),
  );
  await confirm(page);
}

/** Says yes to an offer, at its level or a coarser one. */
export async function grantOffer(page: HousePage, offer: HubState['offers'][number], level?: string): Promise<void> {
  if (!(await during(page, offer.offer, () => grant(offer.offer, level)))) return;
  await confirm(page);
  showToast(
    page,
    'done',
    bothTexts('toast.granted', (language) => ({ name: offer.recipient.name[language] })),
  );
}

/** Approves exactly the devices the resident was shown, each with what was said about it; one that is refused holds up no other. */
export async function approve(page: HousePage, approvals: readonly Approval[]): Promise<void> {
  let count = 0;
  for (const one of approvals) {
    if (await during(page, 'devices', () => approveDevice(one))) count += 1;
  }
  if (count === 0) return;
  await confirm(page);
  // A refusal is already said; it must not be covered by what went well.
  if (count < approvals.length) return;
  showToast(
    page,
    'done',
    bothTexts('toast.approved', () => ({ count })),
  );
}
