import { type HomeDevice, SPOKEN } from '../dialects/speakers.ts';
import { LIMITS } from '../limits.ts';
import { MODELS, type Model } from '../things/thing.ts';
import { type HomePlan, watchable } from '../world/home-plan.ts';
import type { CheckedNode } from './checked-node.ts';

const KEYS = ['name', 'kind', 'watches', 'dialect', 'model', 'node'] as const;
const DIALECTS = Object.keys(SPOKEN) as (keyof typeof SPOKEN)[];
const KINDS = ['contact', 'motion', 'plug', 'lock', 'meter', 'camera'] as const;

/** Reads the devices of a home; every device has a name of its own, and looks at something that the home has. */
export function readDevices(list: CheckedNode, home: HomePlan): HomeDevice[] | undefined {
  const items = list.items('a list of devices', LIMITS.devicesMost);
  if (items === undefined) {
    return undefined;
  }
  const names = new Set<string>();
  return items.flatMap((item) => {
    const device = readDevice(item, home);
    if (device !== undefined && names.has(device.name)) {
      item.wrong(`has the name of another device, ${device.name}: give it its own`);
    }
    names.add(device?.name ?? '');
    return device ?? [];
  });
}

function readDevice(item: CheckedNode, home: HomePlan): HomeDevice | undefined {
  const found = item.entries(KEYS, 'a mapping with name, kind, watches and dialect');
  if (found === undefined) {
    return undefined;
  }
  const needed = <Value>(key: string, reader: (node: CheckedNode) => Value | undefined): Value | undefined => {
    const node = found.get(key);
    return node === undefined ? item.wrong(`needs ${key}`) : reader(node);
  };
  const name = needed('name', readName);
  const kind = needed('kind', (node) => node.oneOf(KINDS));
  const dialect = needed('dialect', (node) => node.oneOf(DIALECTS));
  const watches = needed('watches', (node) => (kind === undefined ? undefined : readWatched(node, kind, home)));
  const model = found.get('model')?.oneOf(Object.keys(MODELS) as Model[]);
  const node = found.get('node') === undefined ? undefined : readName(found.get('node') ?? item);
  if (name === undefined || kind === undefined || dialect === undefined || watches === undefined) {
    return undefined;
  }
  const kinds: readonly string[] = SPOKEN[dialect];
  if (!kinds.includes(kind)) {
    return item.wrong(`cannot be: ${dialect} has ${kinds.join(', ')}`);
  }
  if (model !== undefined && (dialect !== 'zigbee2mqtt' || MODELS[model] !== kind)) {
    return found.get('model')?.wrong(`is not a ${kind} of ${dialect}`);
  }
  return {
    name,
    kind,
    dialect,
    watches,
    ...(model === undefined ? {} : { model }),
    ...(node === undefined ? {} : { node }),
  };
}

function readName(node: CheckedNode): string | undefined {
  const name = node.text() ?? '';
  return name !== '' && name.length <= 100 && !/[+#\0\s]/.test(name) && !/^[/$]|\/$/.test(name)
    ? name
    : node.wrong('takes 1 to 100 characters without spaces, + and #, and no / at its ends');
}

/** What the house has for a device of that kind to look at. */
function readWatched(node: CheckedNode, kind: HomeDevice['kind'], home: HomePlan): string | undefined {
  const words = node.text() ?? '';
  const known: readonly string[] = watchable(home)[kind];
  const asked = kind === 'plug' || kind === 'meter' ? words.split('+') : [words];
  return asked.every((word) => known.includes(word))
    ? words
    : node.wrong(`is nothing that a ${kind} of this home can watch; it has ${known.join(', ')}`);
}
