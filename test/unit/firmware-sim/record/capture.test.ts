import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { capture } from '../../../../firmware-sim/record/capture.ts';
import { type PlayCounts, play } from '../../../../firmware-sim/record/play.ts';
import { readArguments } from '../../../../firmware-sim/runner/arguments.ts';
import { LineFile } from '../../../../firmware-sim/runner/line-file.ts';
import { run } from '../../../../firmware-sim/runner/run.ts';
import { startMosquitto } from '../../../kit/mosquitto.ts';

const folder = mkdtempSync(join(tmpdir(), 'engawa-capture-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the simulator as its command line does; gives what it said. */
async function sim(words: readonly string[]): Promise<string[]> {
  const machine = { nowMs: Date.now(), zone: 'UTC', readText: () => ({ ok: false, reason: 'none' }) as const };
  const asked = readArguments(words, machine);
  if (!asked.ok || asked.value === undefined) throw new Error(asked.ok ? 'help' : asked.reason);
  const said: string[] = [];
  const { signal } = new AbortController();
  const problem = await run(asked.value, { realMs: Date.now, signal, say: (sentence) => said.push(sentence) });
  return problem === undefined ? said : [...said, problem];
}

/** Captures `count` messages of a server while something happens; gives the lines of the file. */
async function captured(url: string, path: string, count: number, meanwhile: () => Promise<unknown>): Promise<Line[]> {
  const file = await LineFile.open(path, '--out');
  const stopping = new AbortController();
  const begun = Promise.withResolvers<void>();
  const all = Promise.withResolvers<void>();
  const add = vi.spyOn(file, 'add').mockImplementation((line) => {
    LineFile.prototype.add.call(file, line);
    if (add.mock.calls.length === count) all.resolve();
  });
  const say = (): void => begun.resolve();
  const running = capture({ url, topics: 'home/#', file, signal: stopping.signal, realMs: Date.now, say });
  await begun.promise;
  await meanwhile();
  await all.promise;
  stopping.abort();
  expect(await running).toEqual({ ok: true, count });
  await file.end();
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

interface Line {
  topic: string;
  payload?: string;
  payload_base64?: string;
}

describe('capture and play', () => {
  it('what one server heard is said to another, byte for byte and in order', async () => {
    const one = await startMosquitto({});
    const other = await startMosquitto({});
    const path = join(folder, 'captured.jsonl');
    try {
      const payloads = ['ON', '{"contact":false}', '', '温度', ' x ', 'a\nb'];
      const lines = await captured(one.url, path, payloads.length + 1, async () => {
        const client = await connectAsync(one.url);
        for (const payload of payloads) await client.publishAsync('home/a', payload, { qos: 1 });
        await client.publishAsync('elsewhere', 'no', { qos: 1 });
        await client.publishAsync('home/picture', Buffer.from([0xff, 0xd8, 0x00]), { qos: 1 });
        await client.endAsync();
      });
      expect(lines.map((line) => [line.topic, line.payload ?? line.payload_base64])).toEqual([
        ...payloads.map((payload) => ['home/a', payload]),
        ['home/picture', '/9gA'],
      ]);
      const again = await captured(other.url, join(folder, 'again.jsonl'), payloads.length, async () => {
        const said = await sim(['play', path, '--url', other.url, '--qos', '1', '--speed', '1000']);
        expect(said.at(-1)).toBe('6 messages played, 1 without text and 0 malformed left out');
      });
      expect(again.map(({ payload }) => payload)).toEqual(payloads);
    } finally {
      await one.stop();
      await other.stop();
    }
  });

  it('says why there is nothing to capture', async () => {
    const said = await sim(['capture', '--url', 'mqtt://127.0.0.1:1', '--out', join(folder, 'x')]);
    expect(said.at(-1)).toBe(
      'no connection to the MQTT server (ECONNREFUSED); check --url, its user name and its password',
    );
  });

  it('plays what can be played, keeps the distances, never runs backwards, and names the lines it left out', async () => {
    const file = join(folder, 'hand.jsonl');
    const line = (atMs: unknown, topic = 't'): string =>
      JSON.stringify({ topic, payload: 'x', atMs, retained: true, qos: 2 });
    writeFileSync(
      file,
      [
        line(5000),
        '',
        'junk',
        line('5'),
        line(6500),
        line(6000),
        line(7000, 'a/#'),
        '{"topic":"t","atMs":1}',
        'null',
        line(9000),
      ].join('\n'),
    );
    const counts: PlayCounts = { played: 0, binary: 0, malformed: 0 };
    const told: string[] = [];
    const out: unknown[] = [];
    for await (const message of play({
      file,
      startMs: 100,
      counts,
      onMalformed: (number, reason) => told.push(`${number} ${reason}`),
    })) {
      out.push([message.atMs, message.qos, message.retain]);
    }
    expect(out).toEqual([
      [100, 1, true],
      [1600, 1, true],
      [1600, 1, true],
      [4100, 1, true],
    ]);
    expect(told).toEqual([
      '3 is no JSON object',
      '4 has no atMs, the time in milliseconds',
      '7 has no topic that can be published to',
      '8 has no payload',
      '9 has no topic that can be published to',
    ]);
    expect(counts).toEqual({ played: 4, binary: 0, malformed: 5 });
  });
});
