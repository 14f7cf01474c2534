import { join } from 'node:path';
import type { Bilingual } from '../gateway/household/answer.ts';
import type { HubChecks } from '../gateway/household/household.ts';
import { type Check, type CheckName, fine, found } from '../gateway/upkeep/check.ts';
import type { Reply } from './hub-client.ts';
import type { Command, Given } from './hub-command.ts';
import { settingsOrExit } from './settings.ts';

/** What `doctor` found, the folder first: it is looked at even when no hub runs. */
export interface Diagnosis {
  readonly isRunning: boolean;
  readonly checks: readonly Check[];
}

const STATES: Readonly<Record<Check['state'], Bilingual>> = {
  ok: { ja: '良好', en: 'ok  ' },
  look: { ja: '確認', en: 'look' },
  act: { ja: '対処', en: 'act ' },
};
const NAME_WIDTH = 11;
/** The oldest Node that runs a hub. */
const LEAST_NODE = 24;

type Ask = Parameters<Command['run']>[1];

/** `doctor`: every check of the running hub and of its folder; without a hub, of the folder alone. */
export const DOCTOR_COMMAND: Command = {
  words: ['doctor'],
  usage: 'doctor',
  help: 'Look at everything that keeps this hub well; each line says what helps.',
  arguments: [0, 0],
  run: async (given, ask) => ({ ok: true, value: await diagnose(given, ask) }),
  text: ({ checks }: Diagnosis, { language }) => checks.map((one) => lineOf(one, language)),
};

async function diagnose({ options }: Given, ask: Ask): Promise<Diagnosis> {
  const { folderChecks } = await import('../gateway/upkeep/folder-checks.ts');
  const folder = join(settingsOrExit(process.env).dataFolder, options.demo ? 'demo' : 'home');
  const files = folderChecks(folder, process.getuid?.());
  const reply = await ask('GET', '/api/doctor');
  if (!reply.ok) return { isRunning: false, checks: [silent(reply), ...files] };
  const { version, node, checks } = reply.value as HubChecks;
  const { VERSION } = await import('./run-hub.ts');
  return { isRunning: true, checks: [versionsCheck(version, node, VERSION), ...files, ...checks] };
}

/** No hub answers: it does not run, its socket belongs to somebody else, or it is of a version without these checks. */
function silent({ error, remedy }: Extract<Reply, { ok: false }>): Check {
  return {
    name: 'hub',
    state: 'act',
    sentence: {
      ja: 'ハブから返事がありません。フォルダーだけを調べます。',
      en: `${error} Only its folder is looked at.`,
    },
    step: {
      ja: 'ハブと同じ利用者で実行しているか確かめ、「npm start -- --no-sim」で起動してください（実演の家なら --demo を付けます）。',
      en: remedy,
    },
    figures: { isRunning: false },
  };
}

function versionsCheck(hub: string, node: string, program: string): Check {
  const figures = { hub, program, node };
  if (hub !== program)
    return found(
      'look',
      'versions',
      [`動いているハブは ${hub}、このプログラムは ${program} です。`, 'ハブを再起動してください。'],
      [`The running hub is ${hub}, this program ${program}.`, 'Restart the hub.'],
      figures,
    );
  if (Number(/^v(\d+)/.exec(node)?.[1]) < LEAST_NODE)
    return found(
      'look',
      'versions',
      [`Engawa ${hub}、Node ${node}。`, `Node ${LEAST_NODE} にしてください。`],
      [`Engawa ${hub} on Node ${node}.`, `Use Node ${LEAST_NODE}.`],
      figures,
    );
  return fine('versions', { ja: `Engawa ${hub}、Node ${node}。`, en: `Engawa ${hub} on Node ${node}.` }, figures);
}

function lineOf({ name, state, sentence, step }: Check, language: 'ja' | 'en'): string {
  const help = step ? `${language === 'ja' ? '' : ' '}→ ${step[language]}` : '';
  return `${STATES[state][language]}  ${label(name)}${sentence[language]}${help}`;
}

const label = (name: CheckName): string => `${name.padEnd(NAME_WIDTH)} `;
