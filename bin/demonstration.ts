import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Hub } from '../gateway/main.ts';
import type { Scale } from '../gateway/time/home-clock.ts';
import { stop } from './local-broker.ts';
import type { Settings } from './settings.ts';

const KEEP_TIME_MS = 5_000;

/** The one offer the demonstration's resident has said yes to. */
const FIRST_YES = 'energy-advice';

/** The rooms of the simulated home, by device name; a resident would say this when approving. */
const ROOMS: Record<string, string> = {
  front_door: '玄関',
  front_door_lock: '玄関',
  hall_motion: '廊下',
  living_room_motion: '居間',
  balcony_window: '居間',
  refrigerator: '台所',
  television_and_kettle: '居間',
};

/** The one device of a replay. */
const METER: Record<string, string> = { electricity_meter: '分電盤' };

/** Who lives in the demonstration: the simulated people of a seed, or a recorded home's electricity (`sample`: the one that comes with Engawa). */
export type Residents = { readonly seed: number } | { readonly replay: string };

/** The demonstration's own part: a clock that runs faster, and the people who live in it. */
export interface Demonstration {
  readonly scale: Scale;
  /** Starts who lives there, approves the devices, and says the one yes of the resident. */
  moveIn(hub: Hub, who: Residents): Promise<{ leave(): Promise<void> }>;
  /** Stores the home's time, so that it never runs backwards between two starts. */
  keepTime(): void;
}

/** Prepares the demonstration in its folder. Home time begins at half past six in the morning, and goes on where it was. */
export function prepareDemonstration(folder: string, speed: number, settings: Settings): Demonstration {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'clock.json');
  const originRealMs = Date.now();
  const scale: Scale = { originRealMs, originHomeMs: keptTime(file) ?? earlyMorning(originRealMs), speed };
  const keepTime = (): void => {
    const homeMs = scale.originHomeMs + (Date.now() - originRealMs) * speed;
    writeFileSync(`${file}.new`, JSON.stringify({ homeMs }));
    renameSync(`${file}.new`, file);
  };
  const timer = setInterval(keepTime, KEEP_TIME_MS);
  timer.unref();
  return { scale, keepTime, moveIn: (hub, who) => moveIn(hub, { folder, who, scale, timeZone: settings.TZ }) };
}

interface Household {
  readonly folder: string;
  readonly who: Residents;
  readonly scale: Scale;
  readonly timeZone: string | undefined;
}

async function moveIn(hub: Hub, household: Household): Promise<{ leave(): Promise<void> }> {
  const rooms = 'replay' in household.who ? METER : ROOMS;
  const discovered = whenDiscovered(hub, Object.keys(rooms));
  const program = fileURLToPath(new URL('./sim.ts', import.meta.url));
  const url = await account(hub, household.folder);
  const people: ChildProcess = spawn(process.execPath, [program, ...wordsFor(household)], {
    env: { ...process.env, ENGAWA_SIM_URL: url },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  });
  await discovered;
  const { devices, consent } = hub.household;
  for (const [name, room] of Object.entries(rooms)) await devices.approve([name], { room });
  const desk = consent();
  if (desk && desk.agreements.under(FIRST_YES).length === 0) await desk.give(FIRST_YES, {});
  return { leave: () => stop(people) };
}

function wordsFor({ who, scale, timeZone }: Household): string[] {
  const { originRealMs, originHomeMs, speed } = scale;
  const zone = timeZone === undefined ? [] : ['--time-zone', timeZone];
  const common = ['--clock', `${originRealMs}:${originHomeMs}:${speed}`, '--qos', '1', ...zone];
  if ('seed' in who) return [...common, '--seed', String(who.seed)];
  return ['replay', ...(who.replay === 'sample' ? [] : [who.replay]), ...common];
}

/** Resolves once the hub has discovered every one of these devices. */
function whenDiscovered({ household }: Hub, names: readonly string[]): Promise<void> {
  const isThere = () => names.every((name) => household.devices.all().some((device) => device.thing === name));
  if (isThere()) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const stopListening = household.live.listen(() => {
    if (!isThere()) return;
    stopListening();
    resolve();
  });
  return promise;
}

/** The simulated household's own account on the hub's listener, made once. */
async function account(hub: Hub, folder: string): Promise<string> {
  const file = join(folder, 'sim-account.json');
  if (!existsSync(file)) {
    const made = await hub.household.devices.add('simulated-home', 'zigbee2mqtt');
    if (!made.ok) throw new Error(`${made.problem.error.en} ${made.problem.remedy.en}`);
    writeFileSync(file, JSON.stringify(made.value), { mode: 0o600 });
  }
  const { name, password } = JSON.parse(readFileSync(file, 'utf8'));
  const server = new URL(hub.household.listenerUrl() ?? 'mqtt://127.0.0.1');
  return `mqtt://${encodeURIComponent(name)}:${encodeURIComponent(password)}@${server.host}`;
}

function keptTime(file: string): number | undefined {
  try {
    const { homeMs } = JSON.parse(readFileSync(file, 'utf8'));
    return Number.isFinite(homeMs) ? homeMs + 60_000 : undefined;
  } catch {
    return undefined;
  }
}

function earlyMorning(nowMs: number): number {
  const today = new Date(nowMs);
  today.setHours(6, 30, 0, 0);
  return today.getTime();
}
