import { type HomeDevice, SPOKEN } from '../dialects/speakers.ts';
import { LIMITS } from '../limits.ts';
import { nearestProducts, productNamed } from '../models/products.ts';
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
  const modelNode = found.get('model');
  const node = found.get('node') === undefined ? undefined : readName(found.get('node') ?? item);
  if (name === undefined || kind === undefined || dialect === undefined || watches === undefined) {
    return undefined;
  }
  const kinds: readonly string[] = SPOKEN[dialect];
  if (!kinds.includes(kind)) {
    return item.wrong(`cannot be: ${dialect} has ${kinds.join(', ')}`);
  }
  const model = modelNode === undefined ? undefined : readModel(modelNode, kind, dialect);
  if (modelNode !== undefined && model === undefined) {
    return undefined;
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

/** The name of a Zigbee model that can be played as that kind. */
function readModel(node: CheckedNode, kind: HomeDevice['kind'], dialect: HomeDevice['dialect']): string | undefined {
  if (dialect !== 'zigbee2mqtt') {
    return node.wrong(`belongs to devices of zigbee2mqtt: leave it out for one of ${dialect}`);
  }
  const word = node.text() ?? '';
  const product = productNamed(word);
  if (product === undefined) {
    const near = nearestProducts(word).map((each) => `${each.model} (${each.kind})`);
    return node.wrong(
      `is no model that can be played; names like it are ${near.join(', ')}; engawa sim models lists all`,
    );
  }
  return product.kind === kind
    ? word
    : node.wrong(
        `is a ${product.kind}, not a ${kind}: say kind: ${product.kind}; engawa sim models ${kind} lists what is one`,
      );
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
