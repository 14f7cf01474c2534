import type { DevicePlan } from './speaker.ts';

/** What a Tasmota announces about its settings (`tasmota/discovery/MAC/config`), with the firmware's own short keys. */
export function configOf({ name, kind }: DevicePlan, mac: string): object {
  const plug = kind === 'plug';
  const eight = (first: number): number[] => [first, ...Array<number>(7).fill(plug ? 0 : -1)];
  return {
    ip: '192.168.1.57',
    dn: name,
    fn: [plug ? name : null, ...Array<null>(7).fill(null)],
    hn: `${name}-4097`,
    mac,
    md: plug ? 'Nous A1T' : 'Generic',
    ty: 0,
    if: 0,
    cam: 0,
    ofln: 'Offline',
    onln: 'Online',
    state: ['OFF', 'ON', 'TOGGLE', 'HOLD'],
    sw: '14.2.0',
    t: name,
    ft: '%prefix%/%topic%/',
    tp: ['cmnd', 'stat', 'tele'],
    rl: plug ? eight(1) : Array<number>(8).fill(0),
    swc: plug ? Array<number>(8).fill(-1) : eight(1),
    swn: [plug ? null : 'Switch1', ...Array<null>(7).fill(null)],
    btn: Array<number>(8).fill(0),
    so: { 4: 0, 11: 0, 13: 0, 17: 0, 20: 0, 30: 0, 68: 0, 73: 0, 82: 0, 114: plug ? 0 : 1, 117: 0 },
    lk: 1,
    lt_st: 0,
    bat: 0,
    dslp: 0,
    sho: [],
    sht: [],
    ver: 1,
  };
}

/** A sample of what it measures (`tasmota/discovery/MAC/sensors`). */
export function sampleOf(sensor: Record<string, unknown>): object {
  return { sn: sensor, ver: 1 };
}
