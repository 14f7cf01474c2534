import { setTimeout as pause } from 'node:timers/promises';
import { type DoorProblem, doorProblems, networkProblem } from '../gateway/upkeep/door-problems.ts';
import type { DeviceList } from './device-list.ts';
import type { Reply } from './hub-client.ts';
import type { Given } from './hub-command.ts';

/** How long a person is asked to wait, and how often the hub is looked at meanwhile. */
const PATIENCE_MS = 10 * 60_000;
const LOOK_MS = 1_000;

type Ask = (method: 'GET' | 'POST', path: string) => Promise<Reply>;

/** What the hub knows at one look. */
export interface Look {
  readonly things: DeviceList['devices'];
  readonly account: { readonly name: string; readonly dialect: string; readonly base: string } | undefined;
  /** What was refused at the listener since the hub's start, by reason. */
  readonly counts: Readonly<Record<string, number>>;
  /** Where devices reach the hub; null where there is no listener. */
  readonly listener: string | null;
}

/** What grew at the door between two looks, as sentences with the step that helps. */
export function hints(before: Look, now: Look): DoorProblem[] {
  const grown = Object.entries(now.counts).map(([reason, count]) => [reason, count - (before.counts[reason] ?? 0)]);
  return doorProblems(Object.fromEntries(grown), now.account ? [now.account.base] : []);
}

/**
 * Waits until a program with this account says its first thing, and tells meanwhile what goes wrong at the door.
 * `tell` is called with sentences for a person; what is returned are the things, as the hub lists them.
 */
export async function waitForDevice(
  { words, language }: Given,
  ask: Ask,
  tell: (sentence: string) => void,
  patience: { readonly looks: number; readonly lookMs: number } = { looks: PATIENCE_MS / LOOK_MS, lookMs: LOOK_MS },
): Promise<Reply> {
  const name = words[0] ?? '';
  const said = new Set<string>();
  const tellOnce = (ja: string, en: string): void => {
    if (said.has(en)) return;
    said.add(en);
    tell(language === 'ja' ? ja : en);
  };
  let first: Look | undefined;
  for (let look = 0; look < patience.looks; look += 1) {
    const now = await lookAt(name, ask);
    if ('ok' in now) return now;
    if (!now.account) return nobody(name);
    if (now.things.length > 0) return { ok: true, value: { devices: now.things } };
    tellOnce(`「${name}」からの最初の通知を待っています。`, `Waiting for the first message of "${name}" …`);
    for (const { sentence, step } of problemsAt(first, now))
      tellOnce(`${sentence.ja}${step.ja}`, `${sentence.en} ${step.en}`);
    first ??= now;
    await pause(patience.lookMs);
  }
  return {
    ok: false,
    error: `Nothing came from "${name}".`,
    remedy: 'Is the program running, with the printed server, user and password? See docs/connect.',
  };
}

/** What is wrong at the first look, and what went wrong since then. */
function problemsAt(first: Look | undefined, now: Look): DoorProblem[] {
  if (first) return hints(first, now);
  const network = networkProblem(now.listener);
  return network ? [network] : [];
}

async function lookAt(name: string, ask: Ask): Promise<Look | Exclude<Reply, { ok: true }>> {
  const [devices, status] = [await ask('GET', '/api/devices'), await ask('GET', '/api/status')];
  if (!devices.ok) return devices;
  if (!status.ok) return status;
  const { devices: things, credentials } = devices.value as DeviceList;
  const { intake } = status.value as { intake: Pick<Look, 'counts' | 'listener'> };
  return {
    things: things.filter(({ source }) => source === name),
    account: credentials.find((one) => one.name === name),
    counts: intake.counts,
    listener: intake.listener,
  };
}

function nobody(name: string): Reply {
  return {
    ok: false,
    error: `There is no account "${name}".`,
    remedy: 'engawa hub device list shows the accounts; device add NAME makes one.',
  };
}
