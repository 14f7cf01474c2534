import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One setting. `read` gives undefined for a text that breaks the rule, which ends the sentence "NAME must be …". */
interface Setting<Value> {
  readonly description: string;
  /** What it is when nobody sets it. */
  readonly usual: Value;
  readonly rule: string;
  readonly read: (text: string) => Value | undefined;
}

const LARGEST_PORT = 65_535;
const LONGEST_URL = 500;
const LONGEST_GATHER_MS = 100;

const port = (description: string, usual: number): Setting<number> => ({
  description,
  usual,
  rule: `a whole number from 0 to ${LARGEST_PORT}`,
  read: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= LARGEST_PORT ? Number(text) : undefined),
});

/** A time in milliseconds, from none to `most`. */
const milliseconds = (description: string, most: number, usual: number): Setting<number> => ({
  description,
  usual,
  rule: `a whole number of milliseconds from 0 to ${most}`,
  read: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= most ? Number(text) : undefined),
});

const url = (description: string, ...schemes: readonly string[]): Setting<string | undefined> => ({
  description,
  usual: undefined,
  rule: `an address that begins with ${schemes.join(' or ')} and has at most ${LONGEST_URL} characters`,
  read: (text) => (schemes.some((scheme) => text.startsWith(scheme)) && text.length <= LONGEST_URL ? text : undefined),
});

const words = <Usual extends string | undefined>(description: string, usual: Usual): Setting<string | Usual> => ({
  description,
  usual,
  rule: 'some text',
  read: (text) => text,
});

/** A host name or an address. */
const host = (description: string): Setting<string | undefined> => ({
  description,
  usual: undefined,
  rule: 'a host name or an IP address, without port',
  read: (text) => (isIP(text) !== 0 || /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/.test(text) ? text : undefined),
});

/** Certificates in PEM form, one after the other. */
const certificates = (description: string): Setting<string | undefined> => ({
  description,
  usual: undefined,
  rule: 'one or more certificates in PEM form, beginning with -----BEGIN CERTIFICATE-----',
  read: (text) => (areCertificates(text) ? text : undefined),
});

function areCertificates(text: string): boolean {
  const each = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return each.length > 0 && each.every((one) => new X509Certificate(one).subject !== '');
  } catch {
    return false;
  }
}

const oneOf = (names: readonly string[], description: string, usual: string): Setting<string> => ({
  description,
  usual,
  rule: `one of ${names.join(', ')}`,
  read: (text) => (names.includes(text) ? text : undefined),
});

/**
 * Every setting of every program, in the order `.env.example` shows them. Secrets may come from a file: NAME_FILE.
 * Read by hand, because a schema library would take longer to load than the hub takes to open its listener.
 */
const SETTINGS = {
  ENGAWA_DATA: words(
    'Folder of all data. Otherwise $STATE_DIRECTORY, else ./data in a checkout, else $XDG_STATE_HOME/engawa. Homes are apart below it: demo/ and home/.',
    undefined,
  ),
  ENGAWA_BIND: words(
    'Address the pages and the data broker listen on. The listener for devices opens to the network only for a real home.',
    '127.0.0.1',
  ),
  ENGAWA_HOST: host(
    'Name or address by which devices reach this hub, where it is not one of the machine itself (a container, a name of your router). It stands in what "device add" prints and in the certificate.',
  ),
  ENGAWA_MQTT_PORT: port(
    "Port of the devices' MQTT listener. With ENGAWA_SOURCE_URL set, the listener starts only if this is set too.",
    1883,
  ),
  ENGAWA_MQTTS_PORT: port('Port of the same listener over TLS, open wherever that one is.', 8883),
  ENGAWA_PORTAL_PORT: port("Port of the household's pages.", 8420),
  ENGAWA_BROKER_PORT: port("Port of the data broker's HTTP (feeds, enrolment).", 8490),
  ENGAWA_INGRESS_PORT: port("Port of the data broker's MQTT ingress.", 1884),
  ENGAWA_SOURCE_URL: url(
    'The MQTT broker the household already runs (mqtt://user:password@host:1883, or mqtts:// over TLS), read with an account that may only read.',
    'mqtt://',
    'mqtts://',
  ),
  ENGAWA_SOURCE_CA: certificates(
    'The certificate of its authority, when that is not a public one. From a file: ENGAWA_SOURCE_CA_FILE=/path/ca.crt.',
  ),
  ENGAWA_SOURCE_DIALECTS: words(
    'What is spoken there, with commas; NAME=BASE where the base topic is not the usual one: zigbee2mqtt=z2m,tasmota.',
    'zigbee2mqtt',
  ),
  ENGAWA_OPCUA_URL: url(
    'An OPC UA server to read (opc.tcp://host:4840). Which nodes are read, and what they mean, is in home/opcua.json in the data folder: docs/connect/opc-ua.md.',
    'opc.tcp://',
  ),
  ENGAWA_UPLINK_URL: url(
    'MQTT server between hub and data broker, when it is not the data broker itself.',
    'mqtt://',
    'mqtts://',
  ),
  ENGAWA_INGRESS_URL: url(
    'MQTT server the data broker reads cells from, when it is not its own.',
    'mqtt://',
    'mqtts://',
  ),
  ENGAWA_GATHER_MS: milliseconds(
    'How long a message waits for others before it is written to the card and acknowledged. 0 is quickest; 20 writes far less at many messages a second.',
    LONGEST_GATHER_MS,
    0,
  ),
  ENGAWA_LOG_LEVEL: oneOf(
    ['silent', 'error', 'warn', 'info', 'debug'],
    'silent, error, warn, info or debug. No level writes what sensors said.',
    'info',
  ),
  ENGAWA_PASSPHRASE: words(
    'Passphrase of backups, for "hub backup" and "hub restore" without a terminal. From a file only you can read: ENGAWA_PASSPHRASE_FILE.',
    undefined,
  ),
  TZ: words("The home's time zone, e.g. Asia/Tokyo; otherwise the machine's.", undefined),
} as const;

type Name = keyof typeof SETTINGS;
type Values = { readonly [N in Name]: (typeof SETTINGS)[N]['usual'] };

/** The settings after reading, with defaults filled in. */
export type Settings = Values & { readonly dataFolder: string; readonly listenerAsked: boolean };

/** Interfaces that are reserved for later versions: naming them is told, not silently ignored. */
const RESERVED = ['ENGAWA_PORTAL_TLS_PORT', 'ENGAWA_DATABASE_URL'];

/** Settings, or everything that is wrong with them, one sentence each. */
export type ReadSettings =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly string[] };

const root = fileURLToPath(new URL('..', import.meta.url));

/** Reads the environment; all faults are named at once. */
export function readSettings(env: NodeJS.ProcessEnv): ReadSettings {
  const problems: string[] = [];
  const read = Object.entries<Setting<unknown>>(SETTINGS).map(([name, setting]) => {
    const text = settingOf(name, env, problems);
    if (text === undefined || text === '') return [name, setting.usual];
    const value = setting.read(text);
    if (value === undefined) problems.push(`${name} must be ${setting.rule}. ${setting.description}`);
    return [name, value];
  });
  const values: Values = Object.fromEntries(read);
  for (const name of RESERVED) if (env[name]) problems.push(`${name} is not used by this version yet: leave it unset.`);
  if (values.TZ !== undefined && !isZone(values.TZ))
    problems.push('TZ is not a time zone this machine knows: use a name such as Asia/Tokyo.');
  if (problems.length > 0) return { ok: false, problems };
  const listenerAsked = env.ENGAWA_MQTT_PORT !== undefined && env.ENGAWA_MQTT_PORT !== '';
  return { ok: true, settings: { ...values, dataFolder: dataFolder(values.ENGAWA_DATA, env), listenerAsked } };
}

/** Reads the settings for a program, or ends it with a list of what is wrong. */
export function settingsOrExit(env: NodeJS.ProcessEnv): Settings {
  const read = readSettings(env);
  if (read.ok) return read.settings;
  console.error(['The settings cannot be used:', ...read.problems.map((problem) => `- ${problem}`)].join('\n'));
  process.exit(2);
}

function settingOf(name: string, env: NodeJS.ProcessEnv, problems: string[]): string | undefined {
  const file = env[`${name}_FILE`];
  if (file === undefined || file === '') return env[name];
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    problems.push(
      `${name}_FILE names a file that cannot be read: correct the path, or give this user the right to read it.`,
    );
    return undefined;
  }
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

function dataFolder(asked: string | undefined, env: NodeJS.ProcessEnv): string {
  if (asked !== undefined) return resolve(asked);
  if (env.STATE_DIRECTORY) return resolve(env.STATE_DIRECTORY);
  if (existsSync(join(root, '.git'))) return join(root, 'data');
  return join(env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'engawa');
}

function example(): string {
  const lines = [
    '# Settings of Engawa. Copy to .env and change what you need; every line shows its default.',
    '# A secret may come from a file instead: NAME_FILE=/path/to/file.',
    '',
  ];
  for (const [name, { description, usual }] of Object.entries(SETTINGS))
    lines.push(`# ${description}`, `#${name}=${usual ?? ''}`, '');
  return lines.join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(root, '.env.example');
  const fresh = existsSync(file) && readFileSync(file, 'utf8') === example();
  if (!process.argv.includes('--check')) writeFileSync(file, example());
  else if (!fresh) {
    console.error('.env.example is stale: run node bin/settings.ts');
    process.exit(1);
  }
}
