import type { Bilingual } from '../gateway/household/answer.ts';
import type { DeviceView } from '../gateway/household/device-view.ts';
import { kindText } from '../gateway/household/texts.ts';
import type { Given } from './hub-command.ts';

/** What `GET /api/devices` answers; `nowMs` is home time. */
export interface DeviceList {
  readonly nowMs: number;
  readonly devices: readonly DeviceView[];
  readonly credentials: readonly { readonly name: string; readonly dialect: string; readonly base: string }[];
}

type Language = Given['language'];

/** Columns of one line, and of a device's name with its room: a plain terminal shows both beside each other. */
const LINE_COLUMNS = 100;
const NAME_COLUMNS = 34;
const ID_COLUMNS = 4;
const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 1440;

const WORDS = {
  none: {
    ja: 'まだ機器がありません。「engawa hub device add NAME」でプログラムをつないでください。',
    en: 'No device was discovered yet. Add a program with: engawa hub device add NAME',
  },
  online: { ja: '応答あり', en: 'online' },
  offline: { ja: '応答なし', en: 'offline' },
  unheard: { ja: 'まだ知らせなし', en: 'nothing heard yet' },
  batteryLow: { ja: '電池残りわずか', en: 'battery low' },
  needs: { ja: '--is が必要', en: 'needs --is' },
  waits: { ja: '承認待ち', en: 'waits' },
  unsaid: { ja: '何かをまだ伝えていません', en: 'it has not said what it is' },
} as const satisfies Record<string, Bilingual>;

/** Characters that a terminal shows two columns wide. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;
/** What names from outside could do to a terminal. */
const CONTROL = /\p{C}/gu;

/** The devices of a home, a line each, and what is to be done about those that wait. */
export function deviceLines({ devices, nowMs }: DeviceList, language: Language): string[] {
  if (devices.length === 0) return [WORDS.none[language]];
  const waiting = devices.filter(({ approved }) => !approved);
  return [...devices.map((device) => deviceLine(device, nowMs, language)), ...nextSteps(waiting, language)];
}

/** What is to be said about devices that wait: nothing more than a yes, or what hangs on them. */
export function nextSteps(waiting: readonly DeviceView[], language: Language): string[] {
  const [first] = waiting.filter(({ needsMeaning }) => needsMeaning);
  const isJa = language === 'ja';
  const plain = waiting.some(({ needsMeaning }) => !needsMeaning);
  const approve = 'engawa hub device approve';
  return [
    ...(plain ? [isJa ? `承認する:  ${approve} --all --room ROOM` : `Approve:  ${approve} --all --room ROOM`] : []),
    ...(first
      ? [`${isJa ? '何がつながっているか教える' : 'Say what hangs on an input'}:  ${approve} ${first.id} --is door`]
      : []),
  ];
}

/** A device in one sentence: its name, its maker and what it says. */
export function claimText({ name, vendor, model, kinds }: DeviceView, language: Language): string {
  const maker = [vendor, model].filter(Boolean).join(' ');
  return printable(`${name}${maker === '' ? '' : ` (${maker})`}: ${kindWords(kinds, language)}`);
}

/** Text from outside without what could move a terminal's cursor. */
export function printable(text: string): string {
  return text.replace(CONTROL, '\ufffd');
}

function deviceLine(device: DeviceView, nowMs: number, language: Language): string {
  const name = printable(device.room === null ? device.name : `${device.name} (${device.room})`);
  const said = device.approved ? healthText(device, nowMs, language) : waitingText(device, language);
  const line = `${String(device.id).padStart(ID_COLUMNS)}  ${padded(cut(name, NAME_COLUMNS), NAME_COLUMNS)}  ${said}`;
  return cut(line, LINE_COLUMNS);
}

function waitingText(device: DeviceView, language: Language): string {
  const { vendor, model, kinds, needsMeaning } = device;
  const maker = [vendor, model].filter(Boolean).join(' ');
  const state = needsMeaning ? WORDS.needs[language] : WORDS.waits[language];
  return printable([state, ...(maker === '' ? [] : [maker]), kindWords(kinds, language)].join(', '));
}

function healthText(device: DeviceView, nowMs: number, language: Language): string {
  const { online, linkQuality, needsMeaning } = device;
  const isJa = language === 'ja';
  return [
    ...(needsMeaning ? [WORDS.needs[language]] : []),
    heardText(device, nowMs, language),
    ...(online === null ? [] : [WORDS[online ? 'online' : 'offline'][language]]),
    ...batteryText(device, language),
    ...(linkQuality === null ? [] : [isJa ? `電波${linkQuality}` : `link ${linkQuality}`]),
  ].join(isJa ? '、' : ', ');
}

function batteryText({ batteryPercent, batteryLow }: DeviceView, language: Language): string[] {
  if (batteryLow === true) return [WORDS.batteryLow[language]];
  if (batteryPercent === null) return [];
  return [language === 'ja' ? `電池${batteryPercent}%` : `battery ${batteryPercent} %`];
}

function heardText({ lastHeardMs, silentSinceMs }: DeviceView, nowMs: number, language: Language): string {
  const isJa = language === 'ja';
  if (silentSinceMs !== null) {
    const since = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' }).format(silentSinceMs);
    return isJa ? `${since}から知らせなし` : `silent since ${since}`;
  }
  if (lastHeardMs === null) return WORDS.unheard[language];
  const minutes = Math.max(0, Math.floor((nowMs - lastHeardMs) / MINUTE_MS));
  if (minutes >= DAY_MINUTES) return ago(Math.floor(minutes / DAY_MINUTES), isJa ? '日' : 'd', isJa);
  if (minutes >= HOUR_MINUTES) return ago(Math.floor(minutes / HOUR_MINUTES), isJa ? '時間' : 'h', isJa);
  return ago(minutes, isJa ? '分' : 'min', isJa);
}

function ago(count: number, unit: string, isJa: boolean): string {
  return isJa ? `${count}${unit}前に知らせ` : `heard ${count} ${unit} ago`;
}

/** The kinds in plain words; whether a device answers is said of nearly every one. */
function kindWords(kinds: DeviceView['kinds'], language: Language): string {
  const told = kinds.filter((kind) => kind !== 'device.online' || kinds.length === 1);
  if (told.length === 0) return WORDS.unsaid[language];
  return told.map((kind) => kindText(kind)[language]).join(language === 'ja' ? '、' : ', ');
}

function columns(text: string): number {
  let wide = 0;
  for (const character of text) wide += WIDE.test(character) ? 2 : 1;
  return wide;
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

function cut(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (columns(kept + character) >= width) break;
    kept += character;
  }
  return `${kept}…`;
}
