import { setTimeout as wait } from 'node:timers/promises';
import { type Names, Receiver } from '../cloud/receiver.ts';
import type { Histogram } from '../measure/histogram.ts';
import { Ledger } from './ledger.ts';
import type { First, Order, RunResult, Times } from './orders.ts';
import { Publisher } from './publisher.ts';

const TICK_MS = 1;
const LOOK_AGAIN_MS = 20;
const NAME_AGAIN_MS = 1_000;
const CONNECT_AGAIN_MS = 2;
const FIRST_AGAIN_MS = 25;
/** Connections opened at once. */
const CONNECTING = 8;
/** The least a span lasts that may end early. */
const LEAST_SPAN_MS = 3_000;

type Run = Extract<Order, { order: 'run' }>;

/** The load generator and the far end of the cloud, in one process: both ends of an event read the same clock. */
class Load {
  #ledger = new Ledger(0);
  #publishers: Publisher[] = [];
  #receiver: Receiver | undefined;
  readonly #named = new Set<number>();
  #turn = 0;

  async cloud({ port, decode }: Extract<Order, { order: 'cloud' }>): Promise<void> {
    this.#receiver = new Receiver(decode, {
      named: (device) => this.#named.add(device),
      received: (device, slot) => this.#ledger.received(device, slot, performance.now()),
    });
    await this.#receiver.connect(port);
  }

  async connect({ accounts, window }: Extract<Order, { order: 'connect' }>): Promise<void> {
    const ledger = new Ledger(accounts.length);
    this.#ledger = ledger;
    this.#publishers = accounts.map((_account, device) => new Publisher(device, ledger, window));
    const waiting = [...accounts.entries()];
    const connectInTurn = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await this.#publishers[next[0]]?.connect(next[1]);
    };
    await Promise.all(Array.from({ length: CONNECTING }, connectInTurn));
  }

  async name(attempts: number): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const missing = this.#publishers.filter((_one, device) => !this.#named.has(device));
      await Promise.all(missing.map((publisher) => publisher.sayName()));
      const ends = performance.now() + NAME_AGAIN_MS;
      while (this.#named.size < this.#publishers.length && performance.now() < ends) await wait(LOOK_AGAIN_MS);
      if (this.#named.size >= this.#publishers.length) return;
    }
    throw new Error(`the cloud heard only ${this.#named.size} of ${this.#publishers.length} devices`);
  }

  async first({ account, limitMs }: Extract<Order, { order: 'first' }>): Promise<First> {
    const ends = performance.now() + limitMs;
    const publisher = new Publisher(0, this.#ledger, 1);
    this.#publishers = [publisher];
    while (!publisher.isUp && performance.now() < ends) {
      await publisher.connect(account).catch(() => undefined);
      if (!publisher.isUp) await wait(CONNECT_AGAIN_MS);
    }
    let pubackAtMs = Number.NaN;
    let cloudAtMs = Number.NaN;
    const isDone = (): boolean => !Number.isNaN(pubackAtMs) && !Number.isNaN(cloudAtMs);
    while (!isDone() && performance.now() < ends) {
      void publisher.sayName().then(() => {
        if (Number.isNaN(pubackAtMs)) pubackAtMs = monotonicMs();
      });
      for (const again = performance.now() + FIRST_AGAIN_MS; !isDone() && performance.now() < again; ) {
        await wait(1);
        if (this.#named.size > 0 && Number.isNaN(cloudAtMs)) cloudAtMs = monotonicMs();
      }
    }
    return { pubackAtMs, cloudAtMs };
  }

  async names(): Promise<Names> {
    return this.#receiver?.names ?? [];
  }

  async publish(messages: readonly { topic: string; payload: string }[]): Promise<void> {
    await Promise.all(messages.map(({ topic, payload }, device) => this.#publishers[device]?.publish(topic, payload)));
  }

  async run({ ratePerS, warmMs, spanMs, drainMs, untilStrangers }: Run): Promise<RunResult> {
    const ledger = this.#ledger;
    const pace = this.#offer(ratePerS);
    await wait(warmMs);
    const before = { ...ledger.tally(), offered: pace.offered(), cpu: process.cpuUsage(), atMs: performance.now() };
    pace.forgetLateness();
    ledger.beginSpan(before.atMs);
    await this.#span(spanMs, untilStrangers);
    const atMs = performance.now();
    ledger.endSpan(atMs);
    const after = ledger.tally();
    const cpu = process.cpuUsage(before.cpu);
    const offered = pace.offered() - before.offered;
    const generatorLateMs = pace.latestMs();
    pace.stop();
    await this.drain(drainMs);
    return {
      offered,
      accepted: after.sent - before.sent,
      acknowledged: after.acknowledged - before.acknowledged,
      received: after.received - before.received,
      spanMs: atMs - before.atMs,
      pubackMs: timesOf(ledger.toPuback),
      cloudMs: timesOf(ledger.toCloud),
      total: ledger.tally(),
      missing: ledger.missing(),
      strangers: this.#receiver?.strangers ?? 0,
      strangersMs: this.#receiver?.strangersMs ?? Number.NaN,
      generatorCpu: (cpu.user + cpu.system) / 1_000 / (atMs - before.atMs),
      generatorLateMs,
      wire: this.#receiver?.wire,
      disconnected: this.#publishers.filter(({ isUp }) => !isUp).length,
    };
  }

  async drain(drainMs: number): Promise<{ missing: number }> {
    const ends = performance.now() + drainMs;
    const isDone = () => {
      const { sent, acknowledged, received } = this.#ledger.tally();
      return acknowledged === sent && received === sent;
    };
    while (!isDone() && performance.now() < ends) await wait(LOOK_AGAIN_MS);
    return { missing: this.#ledger.missing() };
  }

  /** Waits for the span to end; `untilStrangers` may end it early. */
  async #span(spanMs: number, untilStrangers: number | undefined): Promise<void> {
    if (untilStrangers === undefined) return wait(spanMs);
    const ends = performance.now() + spanMs;
    await wait(LEAST_SPAN_MS);
    while ((this.#receiver?.strangers ?? 0) < untilStrangers && performance.now() < ends) await wait(LOOK_AGAIN_MS);
  }

  end(): void {
    for (const publisher of this.#publishers) publisher.end();
    this.#receiver?.end();
  }

  /** Open loop: what is due is offered whether or not earlier events were answered; a device whose window is full skips. */
  #offer(ratePerS: number) {
    const publishers = this.#publishers;
    const fromMs = performance.now();
    let offered = 0;
    let lastMs = fromMs;
    let latestMs = 0;
    const timer = setInterval(() => {
      const nowMs = performance.now();
      latestMs = Math.max(latestMs, nowMs - lastMs - TICK_MS);
      lastMs = nowMs;
      for (const due = Math.floor(((nowMs - fromMs) * ratePerS) / 1_000); offered < due; offered += 1) {
        this.#turn = (this.#turn + 1) % publishers.length;
        publishers[this.#turn]?.send();
      }
    }, TICK_MS);
    return {
      offered: () => offered,
      latestMs: () => latestMs,
      forgetLateness: () => {
        latestMs = 0;
      },
      stop: () => clearInterval(timer),
    };
  }
}

/** Milliseconds of the clock that all processes of a machine share. */
const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

function timesOf(histogram: Histogram): Times {
  const { count, highestMs: highest } = histogram;
  return { p50: histogram.quantile(0.5), p99: histogram.quantile(0.99), highest, count };
}

const load = new Load();

async function carryOut(order: Order): Promise<unknown> {
  if (order.order === 'connect') return load.connect(order);
  if (order.order === 'cloud') return load.cloud(order);
  if (order.order === 'first') return load.first(order);
  if (order.order === 'name') return load.name(order.attempts);
  if (order.order === 'names') return load.names();
  if (order.order === 'publish') return load.publish(order.messages);
  if (order.order === 'run') return load.run(order);
  if (order.order === 'drain') return load.drain(order.drainMs);
  load.end();
  setTimeout(() => process.disconnect(), LOOK_AGAIN_MS);
  return undefined;
}

process.on('message', (order: Order) => {
  carryOut(order).then(
    (result) => process.send?.({ result: result ?? null }),
    (fault: unknown) => process.send?.({ fault: fault instanceof Error ? fault.message : String(fault) }),
  );
});
process.on('disconnect', () => process.exit(0));
