import { LineCounter, parseDocument } from 'yaml';
import { LIMITS } from '../limits.ts';
import { APARTMENT } from '../world/apartment.ts';
import { CheckedNode } from './checked-node.ts';
import { isTopic, isZone, TOPIC_FORM, ZONE_FORM } from './forms.ts';
import { type Moment, readMoment } from './moment.ts';
import { readDevices } from './read-devices.ts';
import { readFaults } from './read-faults.ts';
import { readHome } from './read-home.ts';
import type { Scenario } from './scenario.ts';

const KEYS = [
  'seed',
  'start',
  'until',
  'days',
  'time-zone',
  'speed',
  'base',
  'last-seen',
  'home',
  'devices',
  'faults',
] as const;
const LAST_SEEN = ['disable', 'ISO_8601', 'ISO_8601_local', 'epoch'] as const;

/** Reads a scenario. `problems` names everything that is wrong, each with its line, and what would be right. */
export function readScenario(text: string): { ok: true; scenario: Scenario } | { ok: false; problems: string[] } {
  if (Buffer.byteLength(text) > LIMITS.scenarioBytes) {
    return { ok: false, problems: [`a scenario has at most ${LIMITS.scenarioBytes} bytes`] };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, maxAliasCount: 0 } as object);
  if (document.errors.length > 0) {
    return { ok: false, problems: document.errors.map(({ message }) => message.split('\n')[0] ?? message) };
  }
  const problems: string[] = [];
  const scenario = readFile(new CheckedNode(document.contents, 'the file', lines, problems));
  return problems.length > 0 || scenario === undefined ? { ok: false, problems } : { ok: true, scenario };
}

function readFile(file: CheckedNode): Scenario | undefined {
  const found = file.entries(KEYS, `a mapping with ${KEYS.join(', ')}`);
  if (found === undefined) {
    return undefined;
  }
  const read = <Value>(
    key: (typeof KEYS)[number],
    reader: (node: CheckedNode) => Value | undefined,
  ): Value | undefined => {
    const node = found.get(key);
    return node === undefined ? undefined : reader(node);
  };
  if (found.has('days') && found.has('until')) {
    found.get('until')?.wrong('cannot stand beside days: leave one of them out');
  }
  const home = read('home', readHome);
  return defined({
    seed: read('seed', (node) => node.whole(0, 0xffffffff)),
    start: read('start', readDate),
    until: read('until', readDate),
    days: read('days', (node) => node.whole(1, LIMITS.daysMost)),
    timeZone: read('time-zone', readZone),
    speed: read('speed', readSpeed),
    base: read('base', readTopic),
    lastSeen: read('last-seen', (node) => node.oneOf(LAST_SEEN)),
    home,
    devices: read('devices', (node) => readDevices(node, home ?? APARTMENT)),
    faults: read('faults', readFaults) ?? [],
  });
}

/** Leaves out what the file does not say. */
function defined(
  scenario: { readonly [Key in keyof Scenario]: Scenario[Key] | undefined } & Pick<Scenario, 'faults'>,
): Scenario {
  return Object.fromEntries(Object.entries(scenario).filter(([, value]) => value !== undefined)) as unknown as Scenario;
}

function readDate(node: CheckedNode): Moment | undefined {
  const moment = readMoment(node.text() ?? '');
  return moment !== undefined && 'wallMs' in moment ? moment : node.wrong('takes 2026-11-23 or 2026-11-23T06:30');
}

function readZone(node: CheckedNode): string | undefined {
  const zone = node.text() ?? '';
  return isZone(zone) ? zone : node.wrong(`takes ${ZONE_FORM}`);
}

function readSpeed(node: CheckedNode): number | undefined {
  const speed = node.scalar();
  return typeof speed === 'number' && speed > 0 && speed <= LIMITS.speedMost
    ? speed
    : node.wrong(`takes a speed above 0 and up to ${LIMITS.speedMost}, for example 60`);
}

function readTopic(node: CheckedNode): string | undefined {
  const topic = node.text() ?? '';
  return isTopic(topic) ? topic : node.wrong(`takes ${TOPIC_FORM}`);
}
