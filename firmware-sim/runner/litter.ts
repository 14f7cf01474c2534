import { LIMITS } from '../limits.ts';

/**
 * What frees the memory of days that are over, to be called for each day that was made; nothing where the program was not
 * started for a fleet (with `--expose-gc`).
 */
export function litterPicker(): () => void {
  const collect = globalThis.gc;
  let keptBytes = 0;
  return () => {
    if (collect !== undefined && process.memoryUsage().heapUsed - keptBytes > LIMITS.litterBytes) {
      void collect();
      keptBytes = process.memoryUsage().heapUsed;
    }
  };
}
