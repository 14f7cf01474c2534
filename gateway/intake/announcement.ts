import type { ThingClaim } from '../../devices/dialects/dialect.ts';
import { LIMITS } from '../limits.ts';
import { type Device, type DeviceTable, newDevice } from './device-table.ts';

/** What a source's list of things changes: devices as they now are, and those whose name has gone to other hardware. */
export interface Announced {
  readonly devices: readonly Device[];
  readonly gone: readonly Device[];
  /** Things that found no room in the table. */
  readonly tooMany: number;
}

/**
 * Reads a source's own list of its things against the table, the whole list before any change. Hardware decides who a
 * thing is, so a rename keeps its approval; a name that other hardware has taken is a new thing that nobody approved.
 */
export function announced(table: DeviceTable, source: string, claims: readonly ThingClaim[]): Announced {
  const held = table.all().filter((device) => device.source === source);
  const matches = matchAll(held, claims);
  const kept = new Set([...matches.values()].map((device) => device.id));
  const names = new Set(claims.map((claim) => claim.thing));
  const gone = held.filter((device) => !kept.has(device.id) && names.has(device.thing));
  const devices: Device[] = [];
  let fresh = 0;
  let tooMany = 0;
  for (const one of claims) {
    const { thing, ...claim } = one;
    const known = matches.get(one);
    if (known) devices.push({ ...known, thing, claim });
    else if (table.size - gone.length + fresh >= LIMITS.devices) tooMany += 1;
    else devices.push({ ...newDevice(table.highestId + ++fresh, source, thing), claim });
  }
  return { devices: devices.filter((device) => hasChanged(table.get(device.id), device)), gone, tooMany };
}

/** First by hardware, then by name where no hardware speaks against it; each device once. */
function matchAll(held: readonly Device[], claims: readonly ThingClaim[]): Map<ThingClaim, Device> {
  const matches = new Map<ThingClaim, Device>();
  const free = new Set(held);
  const match = (isSame: (device: Device, claim: ThingClaim) => boolean): void => {
    for (const claim of claims) {
      if (matches.has(claim)) continue;
      const device = [...free].find((one) => isSame(one, claim));
      if (!device) continue;
      matches.set(claim, device);
      free.delete(device);
    }
  };
  match((device, { hardware }) => hardware !== undefined && device.claim.hardware === hardware);
  match((device, { thing, hardware }) => device.thing === thing && !(hardware && device.claim.hardware));
  return matches;
}

function hasChanged(before: Device | undefined, after: Device): boolean {
  return before?.thing !== after.thing || JSON.stringify(before.claim) !== JSON.stringify(after.claim);
}
