import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { DownBody, UpBody } from '../../../proto/wire.ts';
import {
  agreementKeys,
  enrolled,
  type Line,
  lineOf,
  offerDocument,
  publishOffer,
  readLines,
  record,
  type TestHub,
  temporaryFolder,
  tokenOf,
  upBody,
} from './kit.ts';

const CHILD = fileURLToPath(new URL('crash-child.ts', import.meta.url));
const folder = temporaryFolder();
let child: ChildProcess;
let at = { url: '', ingressUrl: '' };
let deaths = 0;

async function start(): Promise<void> {
  const ports = at.url === '' ? ['0', '0'] : [new URL(at.url).port, new URL(at.ingressUrl).port];
  child = spawn(process.execPath, [CHILD, folder.path, ...ports], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (!child.stdout) throw new Error('no output');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  at = JSON.parse(line);
}

afterAll(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  folder.remove();
});

/** Sends until an answer comes, starting the broker again each time it died meanwhile: what a hub does. */
async function untilAnswered(hub: TestHub, lines: { line: Line }, body: UpBody): Promise<DownBody> {
  for (;;) {
    const died = once(child, 'exit').then(() => undefined);
    const answered = lines.line.send(body).catch(() => died);
    const answer = await Promise.race([answered, died]);
    if (answer) return answer;
    deaths += 1;
    await lines.line.close();
    await start();
    lines.line = await lineOf(hub, at.ingressUrl);
  }
}

test('killed between commit and answer, again and again: nothing lost, nothing doubled', async () => {
  await start();
  const broker = () => ({ ...at, socket: '', close: async () => {} });
  const offer = await publishOffer(folder.path, offerDocument());
  const token = await tokenOf(folder.path);
  const hub = await enrolled(broker(), folder.path);
  const lines = { line: await lineOf(hub, at.ingressUrl) };
  const keys = agreementKeys(hub, 1);
  for (let cell = 1; cell <= 15; cell += 1) {
    const records = [record(keys.writeKey, offer, cell)];
    const answer = await untilAnswered(hub, lines, upBody({ cell, first: cell, records }));
    expect(answer.acknowledged[0]?.intervals).toEqual([{ first: 1, last: cell }]);
  }
  await lines.line.close();
  const values = (await readLines(broker(), token, 'purpose=energyAdvice')).map((read) => read.value);
  expect(deaths).toBe(5);
  expect(values).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
});
