import { LIMITS } from '../limits.ts';
import type { CheckedNode } from './checked-node.ts';
import { type Described, FAULTS, type Parameter } from './fault-parameters.ts';
import { readLength, readMoment } from './moment.ts';
import type { PlannedFault } from './scenario.ts';

/** Reads the faults of a scenario against the table of what each takes. */
export function readFaults(list: CheckedNode): PlannedFault[] | undefined {
  return list.items('a list of faults', LIMITS.faultsMost)?.flatMap((item) => readFault(item) ?? []);
}

function readFault(item: CheckedNode): PlannedFault | undefined {
  const everything = [...new Set(Object.values(FAULTS).flatMap(({ parameters }) => Object.keys(parameters)))];
  const found = item.entries(['kind', 'at', 'for', 'topics', ...everything], 'a mapping with kind, at and for');
  const kindNode = found?.get('kind');
  if (found === undefined || kindNode === undefined) {
    return found === undefined ? undefined : item.wrong('needs kind');
  }
  const described = FAULTS[kindNode.oneOf(Object.keys(FAULTS)) ?? ''];
  const at = found.get('at') === undefined ? item.wrong('needs at') : readAt(found.get('at') ?? item);
  const forMs = found.get('for') === undefined ? item.wrong('needs for') : readFor(found.get('for') ?? item);
  if (described === undefined) {
    return undefined;
  }
  const parameters = readParameters(described, found, item);
  const topics = found.get('topics') === undefined ? undefined : readFilter(found.get('topics') ?? item);
  if (described.needsTopics === true && !found.has('topics')) {
    item.wrong('needs topics: which devices lose their Wi-Fi');
  }
  if (at === undefined || forMs === undefined || parameters === undefined) {
    return undefined;
  }
  return { at, forMs, fault: { kind: described.kind, ...parameters, ...(topics === undefined ? {} : { topics }) } };
}

function readParameters(
  { parameters }: Described,
  found: ReadonlyMap<string, CheckedNode>,
  item: CheckedNode,
): Record<string, unknown> | undefined {
  const read: Record<string, unknown> = {};
  for (const [word, node] of found) {
    if (!['kind', 'at', 'for', 'topics'].includes(word) && !(word in parameters)) {
      node.wrong('does not belong to this fault');
    }
  }
  for (const [word, parameter] of Object.entries(parameters)) {
    const node = found.get(word);
    const value = node === undefined ? usual(parameter) : readParameter(parameter, node);
    if (value !== undefined) {
      read[parameter.name] = value;
    } else if (node === undefined && parameter.takes !== 'words') {
      item.wrong(`needs ${word}`);
    }
  }
  return read;
}

function usual(parameter: Parameter): unknown {
  return 'default' in parameter ? parameter.default : undefined;
}

function readParameter(parameter: Parameter, node: CheckedNode): unknown {
  switch (parameter.takes) {
    case 'whole':
      return node.whole(parameter.least, parameter.most);
    case 'one of':
      return node.oneOf(parameter.values);
    case 'length':
      return readFor(node);
    case 'words':
      return readWords(node);
  }
}

/** Names by names: what is called so today, and what it is called then. */
function readWords(node: CheckedNode): Record<string, string> | undefined {
  const pairs = (node.text() ?? '').split(',').map((pair) => pair.trim().split('='));
  return pairs.every(([from, to, ...more]) => from !== '' && to !== undefined && to !== '' && more.length === 0)
    ? Object.fromEntries(pairs as [string, string][])
    : node.wrong('takes OLD=NEW, with commas between several');
}

function readAt(node: CheckedNode): PlannedFault['at'] | undefined {
  return (
    readMoment(node.text() ?? '') ??
    node.wrong("takes a time after the beginning (1h30m), a time of day ('23:30'), or 2026-11-23T06:30")
  );
}

function readFor(node: CheckedNode): number | undefined {
  const lengthMs = readLength(node.text() ?? '');
  return lengthMs !== undefined && lengthMs > 0 ? lengthMs : node.wrong('takes a length such as 90s, 10m, 1h30m or 2d');
}

function readFilter(node: CheckedNode): string | undefined {
  const filter = node.text() ?? '';
  const levels = filter.split('/');
  const fits = levels.every(
    (level, index) => /^[^+#\0]*$|^\+$/.test(level) || (level === '#' && index === levels.length - 1),
  );
  return filter !== '' && fits
    ? filter
    : node.wrong("takes an MQTT topic filter in quotes, for example 'zigbee2mqtt/#'");
}
