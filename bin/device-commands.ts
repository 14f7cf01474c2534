import { waitForDevice } from './device-wait.ts';
import type { Command } from './hub-command.ts';

interface Device {
  id: number;
  name: string;
  room: string | null;
  approved: boolean;
  kinds: string[];
  vendor: string | null;
  model: string | null;
}

/** Commands about what is let in: programs that publish, and the things behind them. */
export const DEVICE_COMMANDS: readonly Command[] = [
  {
    words: ['device', 'add'],
    usage: 'device add NAME [--dialect DIALECT] [--base TOPIC]',
    help: 'Let a program publish to this hub: prints its user name, password and what to paste into its settings. Without --dialect it is zigbee2mqtt; a wrong one lists them all.',
    arguments: [1, 1],
    run: ({ words, options }, ask) =>
      ask('POST', '/api/credentials', {
        name: words[0],
        dialect: options.dialect ?? 'zigbee2mqtt',
        ...(options.base ? { base: options.base } : {}),
      }),
    text: (value: { name: string; dialect: string; server: string; password: string; settings: string }) => [
      `Server:    ${value.server}`,
      `User:      ${value.name}`,
      `Password:  ${value.password}   (shown this once; the hub keeps only a hash)`,
      '',
      `For ${value.dialect}:`,
      '',
      ...value.settings
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`),
      '',
      `Then:  engawa hub device wait ${value.name}   (shows what comes, or what goes wrong at the door)`,
    ],
  },
  {
    words: ['device', 'wait'],
    usage: 'device wait NAME',
    help: 'Wait for the first message of a program that was added, and say what it saw, or why nothing comes.',
    arguments: [1, 1],
    run: (given, ask) => waitForDevice(given, ask, (sentence) => console.error(sentence)),
    text: ({ devices }: { devices: Device[] }) => [
      ...devices.map(
        (one) =>
          `Saw ${one.name}${one.vendor || one.model ? ` (${[one.vendor, one.model].filter(Boolean).join(' ')})` : ''}: ${one.kinds.join(', ') || 'it has not said what it is'}`,
      ),
      'Nothing of it is kept or leaves until you approve it:  engawa hub device approve --all --room ROOM',
    ],
  },
  {
    words: ['device', 'list'],
    usage: 'device list',
    help: 'The things that were discovered, and the programs that may publish.',
    arguments: [0, 0],
    run: (_given, ask) => ask('GET', '/api/devices'),
    text: (value: { devices: Device[]; credentials: { name: string; dialect: string; base: string }[] }) => [
      ...(value.devices.length === 0
        ? ['No device was discovered yet. Add a program with: engawa hub device add NAME']
        : []),
      ...value.devices.map(
        (one) =>
          `${String(one.id).padStart(4)}  ${one.approved ? 'approved   ' : 'quarantined'}  ${one.name}${one.room ? ` (${one.room})` : ''}  ${[one.vendor, one.model].filter(Boolean).join(' ')}  ${one.kinds.join(', ')}`,
      ),
      ...value.credentials.map((one) => `may publish: ${one.name}, ${one.dialect}, below ${one.base}/`),
    ],
  },
  {
    words: ['device', 'approve'],
    usage: 'device approve ID|NAME… [--all] [--room ROOM] [--category power.total]',
    help: 'Approve things: only then are they observed. --all approves everything that is waiting as the command is given.',
    arguments: [0, 1000],
    run: async ({ words, options }, ask) => {
      const listed = await ask('GET', '/api/devices');
      if (!listed.ok) return listed;
      const { devices } = listed.value as { devices: Device[] };
      const waiting = devices.filter((one) => !one.approved).map((one) => one.id);
      return ask('POST', '/api/devices/approve', {
        ids: options.all ? waiting : words,
        ...(options.room ? { room: options.room } : {}),
        ...(options.category ? { category: options.category } : {}),
      });
    },
    text: (value: { id: number; thing: string }[]) =>
      value.length === 0
        ? ['Nothing was waiting for approval.']
        : value.map((one) => `approved: ${one.id} ${one.thing}`),
  },
  {
    words: ['device', 'remove'],
    usage: 'device remove ID|NAME',
    help: 'Remove a thing with everything the home remembers of it, or a program that may publish.',
    arguments: [1, 1],
    run: ({ words }, ask) => ask('POST', '/api/devices/remove', { which: words[0] }),
    text: (value: { removed: string }) => [`removed: ${value.removed}`],
  },
];
