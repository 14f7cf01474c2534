import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StatusCodes } from 'node-opcua';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../kit/eventually.ts';
import { freePort } from '../kit/free-port.ts';
import { Bench, Cable, folderOf } from '../kit/opcua-bench.ts';
import { PAGE_MAPPING } from '../kit/opcua-page.ts';
import { ACCOUNT, type OpcuaServer, startOpcuaServer } from '../kit/opcua-server.ts';

const POINTS = [
  ...PAGE_MAPPING.points.map((point) => ({ ...point, samplingMs: 100 })),
  { nodeId: 'ns=4;s=MAIN.nowhere', thing: 'ghost', kind: 'power.active' },
];
const [POWER, ENERGY, DOOR, NOWHERE] = POINTS.map(({ nodeId }) => nodeId);

describe('an OPC UA server', () => {
  let port: number;
  let certificates: string;
  let server: OpcuaServer;
  let bench: Bench;
  /** Another hub, whose cable is pulled at the beginning; what it notices is asked at the end. */
  let far: Bench;
  let cable: Cable;

  beforeAll(async () => {
    port = await freePort();
    certificates = await folderOf('server');
    server = await startOpcuaServer({ port, folder: certificates });
    bench = new Bench(await folderOf('hub'));
    await bench.start(server.endpoint, { points: POINTS });
  });
  afterAll(async () => {
    await bench?.close();
    await far?.close();
    cable?.close();
    await server?.stop();
    await rm(certificates, { recursive: true, force: true });
  });

  test('is not believed before a resident has trusted its certificate; our key is for nobody else', async () => {
    await bench.trouble('untrusted');
    expect(bench.taken.map(({ topic }) => topic)).toEqual(['mapping']);
    const key = await stat(join(bench.folder, 'opcua', 'engawa-key.pem'));
    expect(key.mode & 0o777).toBe(0o600);
    await bench.trust();
    await bench.connected();
  });

  test('is heard over a cable, which is pulled', async () => {
    const farPort = await freePort();
    cable = new Cable(farPort, port);
    far = new Bench(await folderOf('far'));
    await far.trustAs(bench);
    await far.start(`opc.tcp://127.0.0.1:${farPort}`, { points: POINTS.slice(0, 1) });
    await far.said(POWER, 100);
    cable.pull();
  });

  test('begins with a picture of every node it shows; the one it does not have is named', async () => {
    expect(bench.state).toEqual({ connected: true, refusedNodes: [NOWHERE] });
    await eventually(
      () => bench.taken.length,
      (count) => count === 4,
    );
    expect(bench.of(POWER)).toMatchObject([{ status: 0, value: 100, retained: true }]);
    expect(bench.of(ENERGY)).toMatchObject([{ value: String(2 ** 32 + 5), retained: true }]);
    expect(bench.of(DOOR)).toMatchObject([{ value: false, retained: true }]);
  });

  test('tells news with status and source time', async () => {
    const at = new Date(Date.now() - 500);
    server.say(7, StatusCodes.Good, at);
    await bench.said(POWER, 7);
    server.say(8, StatusCodes.BadSensorFailure);
    await bench.said(POWER, 8);
    server.say(9, StatusCodes.UncertainSensorNotAccurate);
    await bench.said(POWER, 9);
    expect(bench.of(POWER).slice(1)).toMatchObject([
      { status: 0, retained: false, sourceMs: at.getTime() },
      { status: StatusCodes.BadSensorFailure.value },
      { status: StatusCodes.UncertainSensorNotAccurate.value },
    ]);
    server.open(true);
    await bench.said(DOOR, true);
    expect(bench.of(DOOR).at(-1)?.retained).toBe(false);
  });

  test('is heard while nothing can be stored, and its newest value is stored once afterwards', async () => {
    const before = bench.of(POWER).length;
    bench.fate = 'failed';
    server.say(20);
    await eventually(
      () => bench.counted.length,
      (count) => count > 0,
    );
    for (let watts = 21; watts <= 60; watts += 1) server.say(watts);
    bench.fate = 'committed';
    await bench.said(POWER, 60);
    const values = bench
      .of(POWER)
      .slice(before)
      .map(({ value }) => value);
    expect(new Set(values).size).toBe(values.length);
  });

  test('that was restarted is found again, and begins with a picture', async () => {
    await server.stop();
    await eventually(
      () => bench.state,
      (state) => state?.connected === false,
    );
    server = await startOpcuaServer({ port, folder: certificates });
    await bench.connected();
    await bench.said(POWER, 100);
    expect(bench.of(POWER).at(-1)?.retained).toBe(true);
    server.say(11);
    await bench.said(POWER, 11);
  });

  test('is read again when the client’s process died', async () => {
    const { pid } = bench;
    if (pid === undefined) throw new Error('There is no process.');
    process.kill(pid, 'SIGKILL');
    await bench.trouble('processEnded');
    await bench.connected();
    expect(bench.pid).not.toBe(pid);
    server.say(12);
    await bench.said(POWER, 12);
  });

  test('is read as the mapping says that was changed meanwhile; one that cannot be used is named', async () => {
    const sessions = server.sessions();
    await bench.map({ points: [{ ...POINTS[0], kind: 'temperature' }] });
    expect(await bench.trouble('mapping')).toMatchObject({
      problem: expect.stringMatching(/opcua\.json: points\[0\]\.kind must be one of/),
    });
    await bench.map({ points: POINTS.slice(2, 3) });
    await bench.connected();
    expect(bench.state).toEqual({ connected: true, refusedNodes: [] });
    expect(server.sessions()).toBe(sessions);
    const doors = bench.of(DOOR).length;
    await eventually(
      () => bench.of(DOOR).length,
      (count) => count > doors,
    );
  });

  test('refuses a wrong password, and lets the right one in once it is corrected; what does not change is said again', async () => {
    const other = new Bench(await folderOf('account'));
    onTestFinished(() => other.close());
    await other.trustAs(bench);
    const { user, password } = ACCOUNT;
    const mapping = { user, passwordFile: 'password', points: POINTS.slice(0, 1) };
    await other.start(server.endpoint, mapping, { sayAgainMs: 200 });
    await other.trouble('password');
    await writeFile(join(other.folder, 'password'), 'wrong\n', { mode: 0o600 });
    await other.trouble('wrongAccount');
    await writeFile(join(other.folder, 'password'), `${password}\n`);
    await other.connected();
    await eventually(
      () => other.of(POWER).length,
      (count) => count >= 3,
    );
    expect(other.of(POWER).slice(0, 3)).toMatchObject([
      { value: 12, retained: true },
      { value: 12, retained: false, sourceMs: undefined },
      { value: 12, retained: false, sourceMs: undefined },
    ]);
    expect(JSON.stringify([other.states, other.taken])).not.toContain(password);
  });

  test('that says nothing any more, although no connection was closed, is noticed', async () => {
    await eventually(
      () => far.states.map((state) => (state.connected ? 'connected' : state.trouble)),
      (states) => states.slice(0, 2).join() === 'connected,ended',
    );
  });
});

test('a server that offers no security is not read', async () => {
  const certificates = await folderOf('bare');
  const server = await startOpcuaServer({ port: await freePort(), folder: certificates, security: false });
  const bench = new Bench(await folderOf('hub'));
  onTestFinished(async () => {
    await bench.close();
    await server.stop();
    await rm(certificates, { recursive: true, force: true });
  });
  await bench.start(server.endpoint, { points: POINTS });
  await bench.trouble('noSecurity');
  expect(bench.taken.map(({ topic }) => topic)).toEqual(['mapping']);
});

test('where nobody answers, the trouble says so and closing is quick', async () => {
  const bench = new Bench(await folderOf('hub'));
  onTestFinished(() => bench.close());
  await bench.start(`opc.tcp://127.0.0.1:${await freePort()}`, { points: POINTS });
  await bench.trouble('unreachable');
});
