import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArguments } from '../../../../firmware-sim/runner/arguments.ts';
import { run } from '../../../../firmware-sim/runner/run.ts';
import { Painter } from '../../../../firmware-sim/view/painter.ts';
import { type Mosquitto, startMosquitto } from '../../../kit/mosquitto.ts';

/** A terminal: what it shows, line by line, and whether its cursor is to be seen. */
class Terminal {
  readonly isTTY = true;
  readonly rows = 24;
  columns: number;
  lines: string[] = [''];
  cursor = { row: 0, column: 0, seen: true };
  frames = 0;
  written = '';

  constructor(columns: number) {
    this.columns = columns;
  }

  write(text: string): void {
    this.frames += 1;
    this.written += text;
    const parts = text.split(new RegExp(`(${String.fromCharCode(27)}\\[[?0-9]*[a-zA-Z]|[\\r\\n])`));
    for (const part of parts.filter((each) => each !== '')) this.#take(part);
  }

  #take(part: string): void {
    const { cursor } = this;
    if (part === '\n') this.#to(cursor.row + 1);
    else if (part === '\r') cursor.column = 0;
    else if (part.endsWith('?25l')) cursor.seen = false;
    else if (part.endsWith('?25h')) cursor.seen = true;
    else if (part.endsWith('[J')) {
      this.lines = this.lines.slice(0, cursor.row + 1);
      this.lines[cursor.row] = (this.lines[cursor.row] ?? '').slice(0, cursor.column);
    } else if (/\[\d+A$/.test(part)) cursor.row = Math.max(0, cursor.row - Number(/\d+/.exec(part)?.[0]));
    else for (const character of part) this.#put(character);
  }

  #put(character: string): void {
    if (this.cursor.column >= this.columns) this.#to(this.cursor.row + 1);
    const { row, column } = this.cursor;
    const line = (this.lines[row] ?? '').padEnd(column);
    this.lines[row] = line.slice(0, column) + character + line.slice(column + 1);
    this.cursor.column += 1;
  }

  #to(row: number): void {
    this.cursor.row = row;
    this.cursor.column = 0;
    while (this.lines.length <= row) this.lines.push('');
  }
}

describe('the painter', () => {
  it('draws each picture in the place of the one before, and lets sentences stand above', () => {
    const terminal = new Terminal(20);
    terminal.write('$ engawa sim\n');
    const painter = new Painter(terminal);
    painter.paint(['one', 'two', 'three']);
    expect(terminal.cursor.seen).toBe(false);
    painter.paint(['1', '2']);
    expect(terminal.lines).toEqual(['$ engawa sim', '1', '2', '']);
    painter.paint(['a', 'b', 'c'], 'a sentence that wraps at the right edge');
    painter.paint(['x']);
    expect(terminal.lines).toEqual(['$ engawa sim', 'a sentence that wrap', 's at the right edge', 'x', '']);
    painter.end();
    expect(terminal.cursor.seen).toBe(true);
  });

  it('finds its place when the terminal became narrower', () => {
    const terminal = new Terminal(20);
    const painter = new Painter(terminal);
    painter.paint(['1234567890abcdef', 'two']);
    // A narrower terminal wraps what it shows.
    terminal.columns = 10;
    terminal.lines = ['1234567890', 'abcdef', 'two', ''];
    terminal.cursor.row = 3;
    painter.paint(['x']);
    expect(terminal.lines).toEqual(['x', '']);
  });
});

describe('engawa sim on a terminal', () => {
  let server: Mosquitto;
  beforeEach(async () => {
    server = await startMosquitto();
  });
  afterEach(() => server.stop());

  const scenario = ['start: 2026-11-23T18:00', 'faults:', '  - { kind: drop, at: 0s, for: 1d, permille: 500 }'].join(
    '\n',
  );

  async function play(words: string[], terminal: Terminal, signal = new AbortController().signal): Promise<string[]> {
    const said: string[] = [];
    const asked = readArguments(['--url', server.url, '--scenario', 'x', ...words], {
      nowMs: Date.now(),
      zone: 'Asia/Tokyo',
      readText: () => ({ ok: true, value: scenario }),
    });
    if (!asked.ok || asked.value === undefined) throw new Error(asked.ok ? 'help' : asked.reason);
    const around = { realMs: Date.now, signal, say: (sentence: string) => said.push(sentence), screen: terminal };
    expect(await run(asked.value, around)).toBeUndefined();
    return said;
  }

  it('shows the run to its end, and gives the cursor back', async () => {
    const terminal = new Terminal(100);
    await play(['--days', '1', '--speed', '50000'], terminal);
    const shown = terminal.lines.join('\n');
    expect(terminal.cursor.seen).toBe(true);
    expect(terminal.lines[0]).toContain('engawa sim: connected');
    expect(shown).toMatch(/\[#+\] 100 %, 00:00:00 left/);
    expect(shown).toMatch(/incidents: drop \d\d/);
    expect(shown.match(/^zigbee2mqtt\//gm)).toHaveLength(10);
    expect(shown).toMatch(/messages published, 0 lost/);
    expect(terminal.frames).toBeGreaterThan(4);
  });

  it('gives the cursor back at once when it is stopped', async () => {
    const terminal = new Terminal(100);
    const stopping = new AbortController();
    const running = play(['--realtime'], terminal, stopping.signal);
    while (!terminal.written.includes('connected;')) await new Promise((resolve) => setImmediate(resolve));
    expect(terminal.cursor.seen).toBe(false);
    stopping.abort();
    expect(terminal.cursor.seen).toBe(true);
    await running;
    const shown = terminal.lines.join('\n');
    expect(shown).toContain('speed 1');
    expect(terminal.written.endsWith('\u001b[?25h')).toBe(true);
  });

  it('draws nothing with --no-view', async () => {
    const terminal = new Terminal(100);
    const said = await play(['--days', '1', '--speed', '50000', '--no-view'], terminal);
    expect(terminal.written).toBe('');
    expect(said.at(-1)).toMatch(/messages published/);
  });
});
