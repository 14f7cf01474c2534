/** Where a Shelly speaks from. */
export interface From {
  /** The device's whole topic prefix; undefined in an answer, which comes under the asker's name. */
  readonly prefix: string | undefined;
  /** The prefix without the base: what its things' names begin with; empty when the prefix is the base itself. */
  readonly name: string;
}

/** What a topic of Gen2 and later is for. */
export type ShellyTopic =
  | { readonly role: 'status'; readonly from: From; readonly component: string }
  | { readonly role: 'events'; readonly from: From }
  | { readonly role: 'online'; readonly from: From }
  | { readonly role: 'rpc' }
  | { readonly role: 'command' }
  | { readonly role: 'ignored' }
  | { readonly role: 'foreign' };

/**
 * Sorts a topic below the base, where a prefix may have any number of levels, or one of a device that keeps its own
 * prefix of one level, of which only what says news is ours.
 */
export function readShellyTopic(topic: string, base: string): ShellyTopic {
  const levels = topic.split('/');
  const below = topic.startsWith(`${base}/`);
  if (!below && levels[0]?.startsWith('$')) return { role: 'foreign' };
  const place = (said: number): From => {
    const prefix = levels.slice(0, -said).join('/');
    return { prefix, name: below ? prefix.slice(base.length + 1) : prefix };
  };
  const inPlace = (said: number): boolean => below || levels.length === said + 1;
  const last = levels.at(-1) ?? '';
  const before = levels.at(-2);
  const depth = levels.length - (below ? base.split('/').length : 1);
  if (before === 'status' && depth >= 2 && inPlace(2)) return { role: 'status', from: place(2), component: last };
  if (before === 'events' && last === 'rpc' && depth >= 2 && inPlace(2)) return { role: 'events', from: place(2) };
  if (last === 'online' && inPlace(1)) return { role: 'online', from: place(1) };
  if (!below) return { role: 'foreign' };
  if (last === 'rpc') return { role: 'rpc' };
  return { role: last === 'command' || before === 'command' ? 'command' : 'ignored' };
}
