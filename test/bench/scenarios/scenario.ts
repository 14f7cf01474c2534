import type { PreparedHome } from '../machines/hub.ts';
import type { Machine } from '../machines/machine.ts';
import type { Figures } from '../measure/figures.ts';

/** What every scenario works with. */
export interface Bench {
  /** A folder on the disk that is measured; removed at the end. */
  readonly root: string;
  readonly home: PreparedHome;
  /** Our hub and its peers. */
  readonly machines: readonly Machine[];
  readonly figures: Figures;
  readonly runs: number;
  /** A shorter bench: fewer and shorter runs, the same bars. */
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

/** One part of the bench. */
export interface Scenario {
  readonly name: string;
  readonly measures: string;
  run(bench: Bench): Promise<void>;
}
