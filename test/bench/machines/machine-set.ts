import { bridge } from './bridge.ts';
import { engawa } from './engawa.ts';
import type { PreparedHome } from './hub.ts';
import type { Machine } from './machine.ts';
import { nodeRed } from './node-red.ts';

/** The name under which our hub's figures stand. */
export const ENGAWA = 'Engawa';
/** The name under which Node-RED's figures stand. */
export const NODE_RED = 'Node-RED';

/** Our hub first, then the peers, as they are measured in turn. */
export function machineSet(home: PreparedHome, nodeRedProgram: string | undefined, quick: boolean): Machine[] {
  const flow = nodeRedProgram === undefined ? [] : [nodeRed(nodeRedProgram)];
  return [engawa(ENGAWA, home), bridge(false), ...(quick ? [] : [bridge(true)]), ...flow];
}
