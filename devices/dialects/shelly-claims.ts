import { KINDS, type Kind } from '../vocabulary.ts';
import type { Claim, Known, Route, ThingClaim } from './dialect.ts';

/** What one message shows of a thing. */
export interface Shown {
  readonly thing: string;
  readonly hardware?: string | undefined;
  readonly model?: string | undefined;
  /** The topic under which its device says whether it is reachable. */
  readonly online?: string | undefined;
  readonly kinds: readonly Kind[];
  /** How its value is read, where the message says that; what was said before is kept otherwise. */
  readonly announced?: Route | undefined;
}

/** The claim of a thing that never announces itself, grown by what it shows; undefined when nothing is new. */
export function grownClaim(shown: Shown, known: Known): ThingClaim | undefined {
  const own = known.claim(shown.thing);
  const before = claimBefore(shown, own, known);
  const hardware = shown.hardware ?? before?.hardware;
  const model = shown.model ?? before?.model;
  const routes = routesOf(shown, before?.traits.routes ?? []);
  const kinds = new Set<Kind>([...(before?.kinds ?? []), ...shown.kinds, ...routes.map(({ kind }) => kind)]);
  const claim: Claim = {
    ...(hardware === undefined ? {} : { hardware }),
    vendor: 'Shelly',
    ...(model === undefined ? {} : { model }),
    kinds: KINDS.filter((kind) => kinds.has(kind)),
    categories: {},
    traits: { routes },
  };
  return JSON.stringify(own) === JSON.stringify(claim) ? undefined : { thing: shown.thing, ...claim };
}

/** What was known of this hardware, whatever its name was; of other hardware under this name nothing is taken over. */
function claimBefore({ hardware }: Shown, own: Claim | undefined, known: Known): Claim | undefined {
  if (hardware === undefined || own?.hardware === hardware) return own;
  return known.hardware(hardware)?.claim ?? (own?.hardware === undefined ? own : undefined);
}

function routesOf({ online, announced }: Shown, before: readonly Route[]): Route[] {
  const values = announced === undefined ? before.filter(({ kind }) => kind !== 'device.online') : [announced];
  if (online === undefined) return [...before.filter(({ kind }) => kind === 'device.online'), ...values];
  return [{ topic: online, by: online, kind: 'device.online', words: { true: 1, false: 0 } }, ...values];
}
