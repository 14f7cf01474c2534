import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttributeIds,
  type ClientSession,
  type DataValue,
  type EUInformation,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  StatusCodes,
  type UserIdentityInfo,
  UserTokenType,
} from 'node-opcua';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadOpcua, type OpcuaLibrary } from '../../../../firmware-sim/opcua/library.ts';
import { readArguments } from '../../../../firmware-sim/runner/arguments.ts';
import { run } from '../../../../firmware-sim/runner/run.ts';
import { dayAt } from '../../../../firmware-sim/world/calendar.ts';
import { dayWorld } from '../../../../firmware-sim/world/happenings.ts';
import { eventually } from '../../../kit/eventually.ts';
import { freePort } from '../../../kit/free-port.ts';
import { startMosquitto } from '../../../kit/mosquitto.ts';
import { Bench, folderOf } from '../../../kit/opcua-bench.ts';
import { PAGE_MAPPING } from '../../../kit/opcua-page.ts';

const ZONE = 'Asia/Tokyo';
const START_MS = Date.parse('2026-11-23T18:00+09:00');
const MINUTE_MS = 60_000;
const NODE = {
  power: 'ns=4;s=MAIN.fPower',
  energy: 'ns=4;s=MAIN.nEnergy',
  voltage: 'ns=4;s=MAIN.fVoltage',
  frequency: 'ns=4;s=MAIN.fFrequency',
  door: 'ns=4;s=MAIN.bDoor',
} as const;

const folder = mkdtempSync(join(tmpdir(), 'engawa-meter-'));
const systemFolder = process.env.TMPDIR;
process.env.TMPDIR = folder;
afterAll(() => {
  if (systemFolder === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = systemFolder;
  rmSync(folder, { recursive: true });
});
let certificates: OPCUACertificateManager;
beforeAll(async () => {
  certificates = new OPCUACertificateManager({
    rootFolder: join(folder, 'client'),
    automaticallyAcceptUnknownCertificate: true,
  });
  await certificates.initialize();
});

/** A run of `engawa sim` whose real time is the test's: nothing passes unless the test says so. */
interface Run {
  readonly port: number;
  /** Lets real time pass, at speed 1 as much as home time. */
  pass(ms: number): void;
  readonly said: string[];
  /** Ends it, and gives why it failed. */
  stop(): Promise<string | undefined>;
}

function begin(port: number, more: readonly string[] = [], scenario = ''): Promise<Run> {
  let realMs = START_MS;
  const words = ['--opcua-port', `${port}`, '--start', '2026-11-23T18:00', '--time-zone', ZONE, ...more];
  const readText = () => ({ ok: true, value: scenario }) as const;
  const asked = readArguments(words, { nowMs: realMs, zone: 'UTC', readText });
  if (!asked.ok || asked.value === undefined) throw new Error(asked.ok ? 'help' : asked.reason);
  const { value } = asked;
  const pass = (ms: number): void => {
    realMs += ms;
  };
  const stopping = new AbortController();
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const stop = (): Promise<string | undefined> => {
      stopping.abort();
      return ended;
    };
    const say = (sentence: string): void => {
      said.push(sentence);
      if (sentence.startsWith('the meter is at')) resolve({ port, pass, said, stop });
    };
    const ended = run(value, { realMs: () => realMs, signal: stopping.signal, say });
    ended.then((problem) => reject(new Error(problem ?? 'it ended')), reject);
  });
}

async function sessionOf(
  port: number,
  policy = SecurityPolicy.Basic256Sha256,
  identity?: UserIdentityInfo,
): Promise<{ session: ClientSession; close(): Promise<void> }> {
  const client = OPCUAClient.create({
    clientCertificateManager: certificates,
    securityMode: MessageSecurityMode.SignAndEncrypt,
    securityPolicy: policy,
    endpointMustExist: true,
    connectionStrategy: { maxRetry: 0 },
  });
  await client.connect(`opc.tcp://127.0.0.1:${port}`);
  try {
    const session = await client.createSession(identity);
    return {
      session,
      close: async () => {
        await session.close();
        await client.disconnect();
      },
    };
  } catch (error) {
    await client.disconnect();
    throw error;
  }
}

const readAll = (session: ClientSession): Promise<DataValue[]> =>
  session.read(Object.values(NODE).map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value })));

function wattHours({ value }: DataValue): number {
  const [high, low] = value.value as [number, number];
  return high * 2 ** 32 + low;
}

/** What the house draws at an instant, in watts. */
function drawn(seed: number, atMs: number): number {
  const world = dayWorld(seed, dayAt(atMs, ZONE), ZONE);
  const { total: _, ...loads } = world.loads;
  const each = Object.values(loads).map(
    ({ restMw, steps }) => steps.findLast((step) => step.atMs <= atMs)?.powerMw ?? restMw,
  );
  return each.reduce((sum, powerMw) => sum + powerMw, 0) / 1000;
}

/** Nobody else's are counted: the file has a temporary folder of its own. */
const temporaryFolders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('engawa-sim-opcua-'));

describe('the meter as a client sees it', () => {
  let sim: Run;
  let session: ClientSession;
  let close: () => Promise<void>;
  beforeAll(async () => {
    sim = await begin(await freePort(), ['--seed', '3', '--opcua-folder', join(folder, 'kept')]);
    ({ session, close } = await sessionOf(sim.port));
  });
  afterAll(async () => {
    await close?.();
    await sim?.stop();
  });

  it('follows the house, instant by instant, and its counter rises', async () => {
    const powers = new Set<number>();
    let before = 0;
    const first = wattHours((await readAll(session))[1] as DataValue);
    for (let minute = 0; minute < 240; minute += 1) {
      const atMs = START_MS + minute * MINUTE_MS;
      const [power, energy, voltage, frequency, door] = (await readAll(session)) as [
        DataValue,
        DataValue,
        DataValue,
        DataValue,
        DataValue,
      ];
      expect([power.statusCode, power.sourceTimestamp?.getTime(), power.value.value]).toEqual([
        StatusCodes.Good,
        atMs,
        drawn(3, atMs),
      ]);
      expect(wattHours(energy)).toBeGreaterThanOrEqual(before);
      before = wattHours(energy);
      expect(voltage.value.value).toBeGreaterThan(90);
      expect(frequency.value.value).toBeCloseTo(50, 0);
      expect(typeof door.value.value).toBe('boolean');
      powers.add(power.value.value);
      sim.pass(MINUTE_MS);
    }
    expect(powers.size).toBeGreaterThan(30);
    expect(before - first).toBeGreaterThan(20);
  });

  it('shows a folder under Objects, with units, for reading only', async () => {
    const browsed = await session.browse('RootFolder');
    expect(browsed.statusCode).toBe(StatusCodes.Good);
    const objects = await session.browse('ObjectsFolder');
    expect(objects.references?.map(({ browseName }) => browseName.name)).toContain('MAIN');
    const inside = await session.browse('ns=4;s=MAIN');
    const names = inside.references?.map(({ nodeId }) => nodeId.toString());
    for (const nodeId of Object.values(NODE)) expect(names).toContain(nodeId);
    for (const [nodeId, symbol] of [
      [NODE.power, 'W'],
      [NODE.energy, 'W·h'],
      [NODE.voltage, 'V'],
      [NODE.frequency, 'Hz'],
    ] as const) {
      const properties = await session.browse({ nodeId, referenceTypeId: 'HasProperty', resultMask: 63 });
      const unit = properties.references?.find(({ browseName }) => browseName.name === 'EngineeringUnits');
      const { value } = await session.read({ nodeId: unit?.nodeId ?? '', attributeId: AttributeIds.Value });
      expect((value.value as EUInformation).displayName.text).toBe(symbol);
    }
    const written = await session.write({
      nodeId: NODE.power,
      attributeId: AttributeIds.Value,
      value: { value: { dataType: 'Double', value: 5 } },
    });
    expect(written.isGood()).toBe(false);
  });

  it.each([SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss])(
    'is read with %s, and with the account; another is refused',
    async (policy) => {
      const account = { type: UserTokenType.UserName, userName: 'engawa', password: 'engawa' } as const;
      const other = await sessionOf(sim.port, policy, account);
      expect((await readAll(other.session)).every(({ statusCode }) => statusCode.isGood())).toBe(true);
      await other.close();
      await expect(sessionOf(sim.port, policy, { ...account, password: 'wrong' })).rejects.toThrow();
    },
  );

  it('says that its port is taken, that an address is not its own, that a folder cannot be written', async () => {
    await expect(begin(sim.port)).rejects.toThrow(`port ${sim.port} of 127.0.0.1 is taken by another program`);
    await expect(begin(await freePort(), ['--opcua-bind', '192.0.2.1'])).rejects.toThrow('no address of this machine');
    writeFileSync(join(folder, 'file'), '');
    const inFile = join(folder, 'file', 'inside');
    await expect(begin(await freePort(), ['--opcua-folder', inFile])).rejects.toThrow(
      `the certificates cannot be kept in ${inFile} (ENOTDIR)`,
    );
    expect(temporaryFolders()).toEqual([]);
  });
});

it('listens at loopback only, keeps its certificate in a folder of its own and takes it along', async () => {
  const before = temporaryFolders();
  const port = await freePort();
  const sim = await begin(port);
  const made = temporaryFolders().filter((name) => !before.includes(name));
  expect(made).toHaveLength(1);
  const everywhere = createServer();
  // The same port at another address of this machine is free.
  await new Promise<void>((resolve, reject) => {
    everywhere.once('error', reject).listen({ host: '127.0.0.2', port }, () => everywhere.close(() => resolve()));
  });
  expect(await sim.stop()).toBeUndefined();
  expect(temporaryFolders()).toEqual(before);
  // The port is free again.
  const again = await begin(port, ['--opcua-folder', join(folder, 'kept')]);
  await again.stop();
  const key = join(folder, 'kept', 'server', 'own', 'private', 'private_key.pem');
  expect(statSync(key).mode & 0o077).toBe(0);
});

it('ends with the home’s days', async () => {
  let realMs = START_MS;
  const words = ['--opcua-port', `${await freePort()}`, '--start', '2026-11-23T18:00', '--days', '1'];
  const truth = join(folder, 'truth');
  const asked = readArguments([...words, '--truth', truth], {
    nowMs: realMs,
    zone: ZONE,
    readText: () => ({ ok: false, reason: '' }),
  });
  if (!asked.ok || asked.value === undefined) throw new Error('not read');
  const say = (): void => {
    realMs += 86_400_000;
  };
  expect(await run(asked.value, { realMs: () => realMs, signal: new AbortController().signal, say })).toBeUndefined();
  const lines = readFileSync(truth, 'utf8').trimEnd().split('\n');
  expect(lines.some((line) => JSON.parse(line).is === 'power')).toBe(true);
});

it('a fault of the scenario is a bad status, and then all is well again', async () => {
  const scenario = `
faults:
  - { kind: sentinel, at: 10m, for: 5m }
  - { kind: wifi-loss, at: 20m, for: 5m, topics: 'opcua/#' }`;
  const sim = await begin(await freePort(), ['--scenario', 'x'], scenario);
  onTestFinished(async () => void (await sim.stop()));
  const { session, close } = await sessionOf(sim.port);
  const codes: string[][] = [];
  for (let step = 0; step < 6; step += 1) {
    codes.push((await readAll(session)).map(({ statusCode }) => statusCode.name));
    sim.pass(5 * MINUTE_MS);
  }
  await close();
  const four = (name: string): string[] => [name, name, name, name];
  expect(codes).toEqual([
    [...four('Good'), 'Good'],
    [...four('Good'), 'Good'],
    [...four('BadSensorFailure'), 'Good'],
    [...four('Good'), 'Good'],
    [...four('BadNoCommunication'), 'BadNoCommunication'],
    [...four('Good'), 'Good'],
  ]);
});

it('the hub reads it with the mapping of docs/connect/opc-ua.md, beside the home’s MQTT messages', async () => {
  const mosquitto = await startMosquitto({});
  onTestFinished(() => mosquitto.stop());
  const sim = await begin(await freePort(), ['--url', mosquitto.url]);
  onTestFinished(async () => void (await sim.stop()));
  const bench = new Bench(await folderOf('hub'));
  onTestFinished(() => bench.close());
  writeFileSync(join(bench.folder, PAGE_MAPPING.passwordFile), 'engawa\n', { mode: 0o600 });
  const points = PAGE_MAPPING.points.map((point) => ({ ...point, samplingMs: 100 }));
  await bench.start(`opc.tcp://127.0.0.1:${sim.port}`, { ...PAGE_MAPPING, points });
  await bench.trust();
  await bench.connected();
  expect(bench.state).toEqual({ connected: true, refusedNodes: [] });
  await bench.said(NODE.power, drawn(1, START_MS));
  await bench.said(NODE.door, false);
  const first = Number(bench.of(NODE.energy).at(-1)?.value);
  expect(first).toBeGreaterThan(0);
  const minutes = Array.from({ length: 240 }, (_, minute) => minute + 60);
  const busy = START_MS + (minutes.find((minute) => drawn(1, START_MS + minute * MINUTE_MS) > 150) ?? 0) * MINUTE_MS;
  expect(busy).toBeGreaterThan(START_MS);
  sim.pass(busy - START_MS);
  await bench.said(NODE.power, drawn(1, busy));
  expect(bench.of(NODE.power).at(-1)).toMatchObject({ status: 0, sourceMs: busy, retained: false });
  await eventually(
    () => Number(bench.of(NODE.energy).at(-1)?.value),
    (counted) => counted > first,
  );
});

it('where node-opcua is not installed, it says how to get it', async () => {
  const missing = 'node-opcua-that-nobody-installed';
  const loaded = await loadOpcua(() => import(/* @vite-ignore */ missing) as Promise<OpcuaLibrary>);
  expect(loaded).toMatchObject({ ok: false, reason: expect.stringContaining('npm install node-opcua') });
});

it.each([
  [['--opcua-port', '0'], '--opcua-port takes a port from 1 to 65535'],
  [['--opcua-port', '70000'], '--opcua-port takes a whole number'],
  [['--opcua-port', '4840', '--opcua-bind', 'here'], '--opcua-bind takes an IPv4 address'],
  [['--opcua-port', '4840', '--opcua-folder', ''], '--opcua-folder takes a folder'],
  [['--opcua-port', '4840', '--out', 'x', '--days', '1'], '--opcua-port does not go with --out'],
  [['--opcua-port', '4840', '--homes', '2'], 'one home'],
  [['replay', '--url', 'mqtt://h', '--opcua-port', '4840'], 'does not go with replay'],
  [['--url', 'mqtt://h', '--opcua-bind', '127.0.0.1'], 'need --opcua-port'],
  [['--url', 'mqtt://h', '--opcua-folder', 'x'], 'need --opcua-port'],
])('%j is refused with its reason', (words, sentence) => {
  const readText = () => ({ ok: false, reason: 'no file' }) as const;
  const asked = readArguments(words, { nowMs: START_MS, zone: ZONE, readText });
  expect(asked.ok ? '' : asked.reason).toContain(sentence);
});
