/** The fate of a message: kept for good, or not kept at all. */
export type Fate = 'committed' | 'failed';
