import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../kit/free-port.ts';
import { copyHome } from './copy-home.ts';
import { accountsAt, cellsOf, type HubOptions, hubReady, type PreparedHome, spawnHub } from './hub.ts';
import { type Machine, monotonicMs } from './machine.ts';

/** After this long nothing of the start is under way any more. */
const REST_MS = 1_000;

/** How this hub differs from the usual one. */
export interface EngawaOptions extends Omit<HubOptions, 'env'> {
  /** Settings, from the folder the hub keeps its data in. */
  readonly env?: (folder: string) => Readonly<Record<string, string>>;
  /** As in `Machine`. */
  readonly isKnown?: boolean;
  /** How long it is left alone after its start, in milliseconds; a second unless said. */
  readonly restMs?: number;
  /** Whether the cloud counts the bytes of full cells. */
  readonly weigh?: boolean;
  /** Does something to the copied home before the hub starts on it. */
  readonly before?: (folder: string) => Promise<void>;
}

/** Our hub, on a fresh copy of a prepared home each time. */
export function engawa(name: string, home: PreparedHome, options: EngawaOptions = {}): Machine {
  return {
    name,
    isKnown: options.isKnown ?? false,
    decode: () => cellsOf(home, options.weigh),
    start: async ({ folder, port, cloudPort }) => {
      const data = dataIn(folder);
      copyHome(home.folder, data);
      await options.before?.(data);
      const place = { folder: data, port, portalPort: await freePort(), uplinkPort: cloudPort };
      const startedAtMs = monotonicMs();
      const hub = spawnHub(place, { ...options, env: options.env?.(data) ?? {} });
      return { processes: [hub], accounts: accountsAt(home.accounts, port), startedAtMs };
    },
    ready: async ({ folder }, { processes: [hub] }) => {
      if (hub) await hubReady(dataIn(folder), hub, true);
      await wait(options.restMs ?? REST_MS);
    },
  };
}

const dataIn = (folder: string): string => join(folder, 'data');
