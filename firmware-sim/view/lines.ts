import { wallMs } from '../world/calendar.ts';
import { cut } from './cells.ts';
import type { Passed, ViewState } from './state.ts';

/** The longest and the shortest bar, in cells. */
const BAR = { most: 50, least: 5 } as const;

/** Lateness that is worth a word, in real milliseconds: below it the machine's timers are at work. */
const LATE_MS = 100;

/**
 * What a terminal of so many columns and rows shows of a run: plain lines without control characters, each narrower than the
 * terminal and together lower, so that nothing wraps or scrolls. The last messages come last, and are the first to go.
 */
export function viewLines(state: ViewState, columns: number, rows: number): string[] {
  const cells = Math.max(1, columns - 1);
  const most = Math.max(1, rows - 1);
  const head = [timeWords(state), ...barWords(state, cells), countWords(state), ...faultWords(state)];
  const room = Math.max(0, most - head.length);
  const last = room === 0 ? [] : state.last.slice(-room).map(passedWords);
  return [...head, ...last].slice(0, most).map((line) => cut(line, cells));
}

/** The same in one sentence, for a log. */
export function progressLine(state: ViewState): string {
  const progress = progressOf(state);
  const faults = state.acting.length === 0 ? [] : [`faults: ${state.acting.join(', ')}`];
  const words = [`home time ${wallWords(state)}`, ...(progress === undefined ? [] : [progress.words])];
  return [...words, countWords(state).replaceAll('   ', ', '), ...faults].join('; ');
}

function timeWords(state: ViewState): string {
  const begun = state.startMs === undefined ? '   connecting' : '';
  return `${wallWords(state)} ${state.timeZone}   speed ${state.speed}${begun}`;
}

function wallWords({ homeMs, timeZone }: ViewState): string {
  return new Date(wallMs(Math.floor(homeMs), timeZone)).toISOString().slice(0, 19).replace('T', ' ');
}

/** How much of the run is over, from 0 to 1; undefined for one without end. */
function progressOf(state: ViewState): { part: number; words: string } | undefined {
  const { startMs, endMs, homeMs, speed } = state;
  if (startMs === undefined || endMs === undefined || endMs <= startMs) {
    return undefined;
  }
  const part = Math.min(1, Math.max(0, (homeMs - startMs) / (endMs - startMs)));
  return { part, words: `${Math.floor(part * 100)} %, ${lengthWords(Math.max(0, endMs - homeMs) / speed)} left` };
}

function barWords(state: ViewState, cells: number): string[] {
  const progress = progressOf(state);
  if (progress === undefined) {
    return [];
  }
  const room = Math.min(BAR.most, cells - progress.words.length - '[] '.length);
  if (room < BAR.least) {
    return [progress.words];
  }
  const full = Math.floor(progress.part * room);
  return [`[${'#'.repeat(full)}${'-'.repeat(room - full)}] ${progress.words}`];
}

/** Real milliseconds as 00:17:32, with the days before it where there are any. */
function lengthWords(lengthMs: number): string {
  const seconds = Math.ceil(lengthMs / 1000);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const time = `${two((seconds / 3600) % 24)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds < 86_400 ? time : `${Math.floor(seconds / 86_400)} d ${time}`;
}

function countWords({ clients, sent, lost, perSecond, lateMs }: ViewState): string {
  const late = lateMs < LATE_MS ? 'on time' : `${(lateMs / 1000).toFixed(1)} s late`;
  const rate = perSecond < 10 ? perSecond.toFixed(1) : perSecond.toFixed(0);
  return `clients ${clients.connected}/${clients.total}   sent ${sent}   lost ${lost}   ${rate} a second   ${late}`;
}

function faultWords({ acting, incidents }: ViewState): string[] {
  return [
    ...(acting.length === 0 ? [] : [`faults now: ${acting.join(', ')}`]),
    ...(incidents.length === 0
      ? []
      : [`incidents: ${incidents.map(([name, count]) => `${name} ${count}`).join(', ')}`]),
  ];
}

function passedWords({ topic, payload, outcome }: Passed): string {
  return `${outcome === 'lost' ? 'lost ' : ''}${topic} ${payload}`;
}
