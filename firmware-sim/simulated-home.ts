import { setTimeout as pause } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { type Heard, type Report, report } from './library/report.ts';
import { LIMITS } from './limits.ts';
import { serverOptions } from './runner/server-options.ts';
import { type SimulateOptions, type Simulation, simulate } from './simulate.ts';
import type { TruthLine } from './truth/truth.ts';

/** A home for a test; `topics` is the topic filter of what it listens to, default everything. */
export interface PlayOptions extends SimulateOptions {
  readonly topics?: string;
}

/** A simulated home on an MQTT server, and somebody who listens to it there. */
export interface SimulatedHome extends AsyncDisposable {
  /** Listens to the server, and begins to publish; rejects with the sentence that says what cannot be. One home plays once. */
  play(options: PlayOptions): Promise<void>;
  /** What really happened so far. */
  readonly truth: readonly TruthLine[];
  /** What the server said so far, in its order; `atMs` is real time. */
  readonly messages: readonly Heard[];
  /** Resolves when everything was published, and has arrived or will not; rejects for a home without end. */
  settled(): Promise<void>;
  /** What became of the messages on their way through the server, so far. */
  report(): Report;
  /** Ends both; resolves when everything is closed. */
  stop(): Promise<void>;
}

/** Makes a home for a test, with or without a framework; `await using home = simulatedHome()` stops it at the end of the block. */
export function simulatedHome(): SimulatedHome {
  return new ListenedHome();
}

/** A fixture for Vitest's `test.extend` (Playwright's has the same form): a test that takes `home` gets one that is stopped after it. */
export const homeFixture = {
  home: async ({ task: _task }: { task?: unknown }, use: (home: SimulatedHome) => Promise<void>): Promise<void> => {
    await using home = simulatedHome();
    await use(home);
  },
};

class ListenedHome implements SimulatedHome {
  readonly truth: TruthLine[] = [];
  readonly messages: Heard[] = [];
  #playing = false;
  #listener: MqttClient | undefined;
  #simulation: Simulation | undefined;

  async play(options: PlayOptions): Promise<void> {
    if (this.#playing) {
      throw new Error('this home plays already; make another one with simulatedHome()');
    }
    this.#playing = true;
    await this.#listen(options.url, options.topics ?? '#');
    const begun = await simulate({
      ...options,
      onTruth: (line) => {
        this.truth.push(line);
        options.onTruth?.(line);
      },
    });
    if (!begun.ok) {
      await this.stop();
      throw new Error(begun.reason);
    }
    this.#simulation = begun.simulation;
  }

  async settled(): Promise<void> {
    if (this.#simulation === undefined) {
      throw new Error('this home does not play yet: await home.play(…) first');
    }
    if (!this.#simulation.ends) {
      throw new Error('this home has no end: give play days or endMs, or the scenario days or until');
    }
    await this.#simulation.finished;
    const endedMs = Date.now();
    let seen = -1;
    for (let quietFromMs = endedMs; ; ) {
      const count = this.messages.length;
      if (count !== seen && this.report().lost === 0) {
        return;
      }
      const nowMs = Date.now();
      quietFromMs = count === seen ? quietFromMs : nowMs;
      if (nowMs - quietFromMs > LIMITS.quietMs || nowMs - endedMs > LIMITS.settleMostMs) {
        return;
      }
      seen = count;
      await pause(LIMITS.lookAgainMs);
    }
  }

  report(): Report {
    return report(this.truth, this.messages);
  }

  async stop(): Promise<void> {
    await this.#simulation?.stop();
    await this.#listener?.endAsync(true);
    this.#listener = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #listen(url: string, topics: string): Promise<void> {
    const server = serverOptions(url);
    if (!server.ok) {
      throw new Error(server.reason);
    }
    try {
      this.#listener = await connectAsync(url, server.options, false);
      this.#listener.on('message', (topic, payload, { retain }) => {
        this.messages.push({ topic, payload: payload.toString('utf8'), atMs: Date.now(), retain });
      });
      // A connection that breaks is made again; the home's own clients behave as devices do.
      this.#listener.on('error', () => undefined);
      await this.#listener.subscribeAsync(topics, { qos: 1 });
    } catch (error) {
      await this.stop();
      const code = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      throw new Error(`no connection to the MQTT server in url, or no right to listen to ${topics} (${code})`);
    }
  }
}
