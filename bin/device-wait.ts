import { setTimeout as pause } from 'node:timers/promises';
import type { Reply } from './hub-client.ts';
import type { Given } from './hub-command.ts';

/** How long a person is asked to wait, and how often the hub is looked at meanwhile. */
const PATIENCE_MS = 10 * 60_000;
const LOOK_MS = 1_000;

type Ask = (method: 'GET' | 'POST', path: string) => Promise<Reply>;
type Bilingual = readonly [ja: string, en: string];

interface Thing {
  readonly id: number;
  readonly name: string;
  readonly source: string;
  readonly kinds: readonly string[];
  readonly vendor: string | null;
  readonly model: string | null;
}

/** What the hub knows at one look. */
export interface Look {
  readonly things: readonly Thing[];
  readonly account: { readonly name: string; readonly dialect: string; readonly base: string } | undefined;
  /** What was refused at the listener since the hub's start, by reason. */
  readonly counts: Readonly<Record<string, number>>;
}

/** What a refusal at the listener means for somebody who is connecting a device, and what to do. */
const MEANINGS: Readonly<Record<string, (base: string) => Bilingual>> = {
  wrongCredential: () => [
    '利用者名かパスワードが違う接続がありました。表示された行を貼り直してください。',
    'Something tried a wrong user name or password, or none: paste the printed lines again.',
  ],
  foreignTopic: (base) => [
    `別のトピックへの送信がありました。基本トピックは「${base}」です。`,
    `Something was published outside its topics: the base topic must be "${base}".`,
  ],
  protocolVersion: () => [
    'MQTT 5の接続は受けられません。機器の設定を3.1.1にしてください。',
    'Something insisted on MQTT 5: set the program to MQTT 3.1.1.',
  ],
  protocolError: () => [
    'MQTTではない接続がありました。TLSはまだ使えません。',
    'Something spoke no MQTT: TLS for devices is not there yet, switch it off.',
  ],
};

/** The refusals that grew between two looks, as sentences. */
export function hints(before: Look, now: Look): Bilingual[] {
  const base = now.account?.base ?? '';
  return Object.entries(MEANINGS)
    .filter(([reason]) => (now.counts[reason] ?? 0) > (before.counts[reason] ?? 0))
    .map(([, sentence]) => sentence(base));
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
  const at = language === 'ja' ? 0 : 1;
  const said = new Set<string>();
  let before: Look | undefined;
  for (let look = 0; look < patience.looks; look += 1) {
    const now = await lookAt(name, ask);
    if ('ok' in now) return now;
    if (!now.account) return nobody(name);
    if (now.things.length > 0) return { ok: true, value: { devices: now.things } };
    if (!before)
      tell([`「${name}」からの最初の通知を待っています。`, `Waiting for the first message of "${name}" …`][at] ?? '');
    for (const sentence of hints(before ?? now, now))
      if (!said.has(sentence[1])) {
        said.add(sentence[1]);
        tell(sentence[at]);
      }
    before ??= now;
    await pause(patience.lookMs);
  }
  return {
    ok: false,
    error: `Nothing came from "${name}".`,
    remedy: 'Is the program running, with the printed server, user and password? See docs/connect.',
  };
}

async function lookAt(name: string, ask: Ask): Promise<Look | Exclude<Reply, { ok: true }>> {
  const [devices, status] = [await ask('GET', '/api/devices'), await ask('GET', '/api/status')];
  if (!devices.ok) return devices;
  if (!status.ok) return status;
  const { devices: things, credentials } = devices.value as {
    devices: readonly Thing[];
    credentials: readonly NonNullable<Look['account']>[];
  };
  const { intake } = status.value as { intake: { counts: Look['counts'] } };
  return {
    things: things.filter(({ source }) => source === name),
    account: credentials.find((one) => one.name === name),
    counts: intake.counts,
  };
}

function nobody(name: string): Reply {
  return {
    ok: false,
    error: `There is no account "${name}".`,
    remedy: 'engawa hub device list shows the accounts; device add NAME makes one.',
  };
}
