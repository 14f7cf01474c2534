import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import Type from 'typebox';
import Value from 'typebox/value';

const Port = (description: string, usual: number) =>
  Type.Integer({ minimum: 0, maximum: 65_535, default: usual, description });
const Url = (description: string, schemes: string) =>
  Type.Optional(Type.String({ pattern: `^(${schemes})://`, maxLength: 500, description }));

/** Every setting of every program, in the order `.env.example` shows them. Secrets may come from a file: NAME_FILE. */
const SCHEMA = Type.Object(
  {
    ENGAWA_DATA: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Folder of all data. Otherwise $STATE_DIRECTORY, else ./data in a checkout, else $XDG_STATE_HOME/engawa. Homes are apart below it: demo/ and home/.',
      }),
    ),
    ENGAWA_BIND: Type.String({
      default: '127.0.0.1',
      minLength: 1,
      description:
        'Address the pages and the data broker listen on. The listener for devices opens to the network only for a real home.',
    }),
    ENGAWA_MQTT_PORT: Port(
      "Port of the devices' MQTT listener. With ENGAWA_SOURCE_URL set, the listener starts only if this is set too.",
      1883,
    ),
    ENGAWA_PORTAL_PORT: Port("Port of the household's pages.", 8420),
    ENGAWA_BROKER_PORT: Port("Port of the data broker's HTTP (feeds, enrolment).", 8490),
    ENGAWA_INGRESS_PORT: Port("Port of the data broker's MQTT ingress.", 1884),
    ENGAWA_SOURCE_URL: Url(
      'The MQTT broker the household already runs (mqtt://user:password@host:1883), read with an account that may only read.',
      'mqtt',
    ),
    ENGAWA_UPLINK_URL: Url('MQTT server between hub and data broker, when it is not the data broker itself.', 'mqtts?'),
    ENGAWA_INGRESS_URL: Url('MQTT server the data broker reads cells from, when it is not its own.', 'mqtts?'),
    ENGAWA_LOG_LEVEL: Type.Enum(['silent', 'error', 'warn', 'info', 'debug'], {
      default: 'info',
      description: 'silent, error, warn, info or debug. No level writes what sensors said.',
    }),
    TZ: Type.Optional(
      Type.String({ minLength: 1, description: "The home's time zone, e.g. Asia/Tokyo; otherwise the machine's." }),
    ),
  },
  { additionalProperties: false },
);

/** The settings after reading, with defaults filled in. */
export type Settings = Type.Static<typeof SCHEMA> & { readonly dataFolder: string; readonly listenerAsked: boolean };

/** Interfaces that are reserved for later versions: naming them is told, not silently ignored. */
const RESERVED = ['ENGAWA_MQTTS_PORT', 'ENGAWA_PORTAL_TLS_PORT', 'ENGAWA_DATABASE_URL', 'ENGAWA_OPCUA_URL'];

/** Settings, or everything that is wrong with them, one sentence each. */
export type ReadSettings =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly string[] };

const root = fileURLToPath(new URL('..', import.meta.url));

/** Reads the environment; all faults are named at once. */
export function readSettings(env: NodeJS.ProcessEnv): ReadSettings {
  const problems: string[] = [];
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(SCHEMA.properties)) {
    const value = settingOf(name, env, problems);
    if (value !== undefined && value !== '') given[name] = value;
  }
  for (const name of RESERVED) if (env[name]) problems.push(`${name} is not used by this version yet: leave it unset.`);
  const converted = Value.Convert(SCHEMA, Value.Default(SCHEMA, given));
  for (const fault of Value.Errors(SCHEMA, converted)) {
    const name = fault.instancePath.slice(1);
    const property = (SCHEMA.properties as Record<string, { description?: string }>)[name];
    problems.push(`${name} ${fault.message}. ${property?.description ?? ''}`);
  }
  const zone = given.TZ as string | undefined;
  if (zone !== undefined && !isZone(zone))
    problems.push(`TZ is not a time zone this machine knows: use a name such as Asia/Tokyo.`);
  if (problems.length > 0) return { ok: false, problems };
  const settings = converted as Type.Static<typeof SCHEMA>;
  return {
    ok: true,
    settings: {
      ...settings,
      dataFolder: dataFolder(settings.ENGAWA_DATA, env),
      listenerAsked: env.ENGAWA_MQTT_PORT !== undefined && env.ENGAWA_MQTT_PORT !== '',
    },
  };
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
  for (const [name, property] of Object.entries(SCHEMA.properties)) {
    const { description, default: usual } = property as { description?: string; default?: unknown };
    lines.push(`# ${description ?? ''}`, `#${name}=${usual ?? ''}`, '');
  }
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
