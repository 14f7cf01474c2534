import { claimText, type DeviceList, deviceLines, nextSteps, printable } from './device-list.ts';
import { waitForDevice } from './device-wait.ts';
import type { Command } from './hub-command.ts';

/** An account that was just made. */
interface Added {
  readonly name: string;
  readonly dialect: string;
  readonly server: string;
  readonly password: string;
  readonly base: string;
  readonly settings: string;
  /** Over TLS: the fingerprint of the authority to trust. */
  readonly fingerprint?: string;
  /** The picture that was asked for, a line each. */
  readonly qr?: readonly string[];
}

interface Named {
  readonly id: number;
  readonly name: string;
}

/** Commands about what is let in: programs that publish, and the things behind them. */
export const DEVICE_COMMANDS: readonly Command[] = [
  {
    words: ['device', 'add'],
    usage: 'device add NAME [--dialect DIALECT] [--base TOPIC] [--tls] [--qr]',
    help: 'Let a program publish to this hub: prints its user name, password and what to paste into its settings. Without --dialect it is zigbee2mqtt; a wrong one lists them all. --tls prints the address over TLS. --qr shows server, account and base topic as a QR code too, for a phone: whoever photographs it has the password.',
    arguments: [1, 1],
    run: async ({ words, options }, ask) => {
      const reply = await ask('POST', '/api/credentials', {
        name: words[0],
        dialect: options.dialect ?? 'zigbee2mqtt',
        ...(options.base ? { base: options.base } : {}),
        ...(options.tls ? { tls: true } : {}),
      });
      if (!reply.ok || !options.qr) return reply;
      const { accountUri, qrLines } = await import('./account-qr.ts');
      const uri = accountUri(reply.value as Added);
      return { ok: true, value: { ...(reply.value as Added), uri, qr: await qrLines(uri, process.stdout.columns) } };
    },
    text: (value: Added) => [
      `Server:    ${value.server}`,
      `User:      ${value.name}`,
      `Password:  ${value.password}   (shown this once; the hub keeps only a hash)`,
      ...(value.fingerprint
        ? [`Trust:     engawa hub certificate > engawa-ca.pem   (SHA-256 ${value.fingerprint})`]
        : []),
      '',
      `For ${value.dialect}:`,
      '',
      ...value.settings
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`),
      '',
      ...(value.qr ? [...value.qr, ''] : []),
      `Then:  engawa hub device wait ${value.name}   (shows what comes, or what goes wrong at the door)`,
    ],
  },
  {
    words: ['certificate'],
    usage: 'certificate',
    help: "Print the certificate of this home's own authority (PEM): programs that publish over TLS must trust it.",
    arguments: [0, 0],
    run: (_given, ask) => ask('GET', '/api/certificate'),
    text: (value: { certificate: string }) => [value.certificate.trimEnd()],
  },
  {
    words: ['device', 'wait'],
    usage: 'device wait NAME',
    help: 'Wait for the first message of a program that was added, and say what it saw, or why nothing comes.',
    arguments: [1, 1],
    run: (given, ask) => waitForDevice(given, ask, (sentence) => console.error(sentence)),
    text: ({ devices }: DeviceList, { language }) => [
      ...devices.map((one) => `${language === 'ja' ? '見つかりました' : 'Saw'} ${claimText(one, language)}`),
      ...(language === 'ja'
        ? ['承認するまで、何も記録されず、家の外にも出ません。']
        : ['Nothing of it is kept or leaves until you approve it.']),
      ...nextSteps(
        devices.filter(({ approved }) => !approved),
        language,
      ),
    ],
  },
  {
    words: ['device', 'list'],
    usage: 'device list',
    help: 'The things that were discovered and how each is, and the programs that may publish.',
    arguments: [0, 0],
    run: (_given, ask) => ask('GET', '/api/devices'),
    text: (value: DeviceList, { language }) => [
      ...deviceLines(value, language),
      ...value.credentials.map(({ name, dialect, base }) =>
        language === 'ja'
          ? `送信できるプログラム: ${name}、${dialect}、${base}/ の下`
          : `may publish: ${name}, ${dialect}, below ${base}/`,
      ),
    ],
  },
  {
    words: ['device', 'approve'],
    usage:
      'device approve ID|NAME… [--all] [--room ROOM] [--is WHAT [--inverted]] [--category power.total] [--person NAME]',
    help: 'Approve things: only then are they observed. --all approves everything that is waiting as the command is given. A wired input means what hangs on it, so say it: --is door or window (on is open), motion or animal (on is somebody there), lock (on is locked), switch; --inverted where it is the other way round, also for a contact sensor that says open when it is closed. --person: it concerns that person alone (a bedroom, a desk), whose yes is enough; "everybody" takes that back. Approving again changes what was said.',
    arguments: [0, 1000],
    run: ({ words, options }, ask) =>
      ask('POST', '/api/devices/approve', {
        ...(options.all ? { all: true } : { ids: words }),
        ...(options.room ? { room: options.room } : {}),
        ...(options.category ? { category: options.category } : {}),
        ...(options.is ? { is: options.is } : {}),
        ...(options.person ? { person: options.person } : {}),
        ...(options.inverted ? { inverted: true } : {}),
      }),
    text: ({ approved, waiting }: { approved: readonly Named[]; waiting: readonly Named[] }) =>
      approved.length + waiting.length === 0
        ? ['Nothing was waiting for approval.']
        : [
            ...approved.map(({ id, name }) => `approved: ${id} ${printable(name)}`),
            ...waiting.map(
              ({ id, name }) =>
                `still waiting: ${id} ${printable(name)}: say what hangs on it: engawa hub device approve ${id} --is door`,
            ),
          ],
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
