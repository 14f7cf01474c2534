import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { HubSettings } from '../gateway/main.ts';
import { type Demonstration, prepareDemonstration, type Residents } from './demonstration.ts';
import { freePort } from './free-port.ts';
import { type LocalBroker, localBroker } from './local-broker.ts';
import { homeHub, hubOrExit, stopOnSignal, VERSION } from './run-hub.ts';
import { type Settings, settingsOrExit } from './settings.ts';

const HELP = `engawa start            the demonstration: hub, portal, data broker and a simulated home on this machine
engawa start --no-sim   a real home: hub, portal and, unless the hub is enrolled elsewhere, a data broker

  --speed N   home seconds in a real second, 1 to 3600; the demonstration only; default 60
  --seed N    another simulated household; default 1
  --replay F  instead of simulated people, a real home's electricity through the hub as a power meter; F is a
              household_power_consumption file, or "sample" for the one that comes with Engawa
  --no-people only hub and data broker of the demonstration: bring your own devices
  --help      this text`;

const OPTIONS = {
  'no-sim': { type: 'boolean' },
  'no-people': { type: 'boolean' },
  replay: { type: 'string' },
  speed: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

function fail(sentence: string): never {
  console.error(`${sentence}\nSee: npm start -- --help`);
  process.exit(2);
}

function parse() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (fault) {
    return fail(fault instanceof Error ? fault.message : 'The options cannot be read.');
  }
}

function wholeNumber(name: string, text: string | undefined, usual: number, most: number): number {
  if (text === undefined) return usual;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most)
    return fail(`--${name} is a whole number from 1 to ${most}.`);
  return number;
}

async function startHome(settings: Settings): Promise<void> {
  const plan = homeHub(settings);
  let broker = await localBroker.ifThere({ folder: join(plan.dataFolder, 'broker'), settings });
  const hub = await hubOrExit({ ...plan, brokerUrl: broker?.url });
  if (!hub.isEnrolled()) {
    broker ??= await localBroker.start({ folder: join(plan.dataFolder, 'broker'), settings });
    await broker.enrol(hub);
  }
  await broker?.publishOffers();
  await hub.household.refreshOffers();
  say([
    `Engawa ${VERSION}: a real home. Nothing leaves it until a resident says yes.`,
    '',
    `  Open this once, within 15 minutes:  ${hub.newLink()}`,
    `  Devices publish to:                 ${hub.household.listenerUrl() ?? "(no listener: the household's own MQTT broker is read)"}`,
    `  Data broker:                        ${broker?.url ?? 'where this hub is enrolled'}`,
    '',
    '  Next:  npm run -s hub -- device add zigbee --dialect zigbee2mqtt',
    '         npm run -s hub -- device approve --all      npm run -s hub -- grant energy-advice',
  ]);
  stopOnSignal(async () => {
    await hub.close();
    await broker?.close();
  });
}

async function startDemonstration(
  settings: Settings,
  values: { speed: number; who: Residents | undefined },
): Promise<void> {
  const folder = join(settings.dataFolder, 'demo');
  const demonstration: Demonstration = prepareDemonstration(folder, values.speed, settings);
  const ports = {
    ENGAWA_BROKER_PORT: await freePort(settings.ENGAWA_BROKER_PORT),
    ENGAWA_INGRESS_PORT: await freePort(settings.ENGAWA_INGRESS_PORT),
  };
  const broker: LocalBroker = await localBroker.start({
    folder: join(folder, 'broker'),
    settings: { ...settings, ...ports },
  });
  const plan: Omit<HubSettings, 'onFatal'> = {
    ...homeHub(settings),
    mode: 'demo',
    dataFolder: folder,
    portalPort: await freePort(settings.ENGAWA_PORTAL_PORT),
    listener: { host: '127.0.0.1', port: await freePort(settings.ENGAWA_MQTT_PORT) },
    sourceUrl: undefined,
    sourceSpeaks: '',
    uplinkUrl: settings.ENGAWA_UPLINK_URL ?? broker.ingressUrl,
    brokerUrl: broker.url,
    scale: demonstration.scale,
    gatherMs: 0,
  };
  const hub = await hubOrExit(plan);
  if (!hub.isEnrolled()) await broker.enrol(hub);
  const recipients = await broker.publishOffers();
  await hub.household.refreshOffers();
  const people = values.who && (await demonstration.moveIn(hub, values.who));
  const token = recipients.get('hidamari-denki');
  say([
    `Engawa ${VERSION}: the demonstration. A simulated home, ${values.speed} times as fast as yours.`,
    '',
    `  Open this once, within 15 minutes:  ${hub.newLink()}`,
    '',
    '  What a recipient gets:',
    `  curl -H "Authorization: Bearer ${token}" "${broker.url}/v1/feeds/energy-advice/records?purpose=energyAdvice"`,
    '',
    '  On the command line:  npm run -s hub -- --demo status        Stop with Ctrl-C.',
  ]);
  stopOnSignal(async () => {
    await people?.leave();
    await hub.close();
    demonstration.keepTime();
    await broker.close();
  });
}

function say(lines: readonly string[]): void {
  console.log(`\n${lines.join('\n')}\n`);
}

const values = parse();
// The invented home stands in Japan; a real one keeps the machine's time zone.
if (!values['no-sim']) process.env.TZ ??= 'Asia/Tokyo';
const settings = settingsOrExit(process.env);
if (values.help) console.log(HELP);
else if (values['no-sim'] && (values.speed !== undefined || values.seed !== undefined))
  fail('A real home keeps real time: --speed and --seed go with the demonstration only.');
else if (values['no-sim']) await startHome(settings);
else {
  const speed = wholeNumber('speed', values.speed, 60, 3600);
  const seed = wholeNumber('seed', values.seed, 1, 4_294_967_295);
  const people = values.replay === undefined ? { seed } : { replay: values.replay };
  await startDemonstration(settings, { speed, who: values['no-people'] ? undefined : people });
}
