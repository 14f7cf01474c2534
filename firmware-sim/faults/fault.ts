/** A retained message that outlived its device. */
export interface Ghost {
  readonly topic: string;
  readonly payload: string;
}

/** What each fault of the message stream needs beside its window; the README of this folder says what each does. */
export interface StreamParameters {
  drop: { readonly permille: number };
  duplicate: { readonly permille: number };
  reorder: { readonly withinMs: number };
  delay: { readonly leastMs: number; readonly mostMs: number };
  stuck: object;
  sentinel: { readonly value: -1 | 999 | 'nan' | null };
  unitFlip: { readonly to: 'kW' | 'mW' | 'Wh' };
  /** `rename`: the new name by today's; default: what Zigbee2MQTT 1.x called otherwise. */
  dialectChange: { readonly rename?: Readonly<Record<string, string>> };
  chatty: { readonly everyMs: number };
  clockSkew: { readonly byMs: number };
  clock1970: object;
  powerCut: object;
  wifiLoss: { readonly topics: string };
  /** `retained`: default one renamed Zigbee sensor and one thing announced to Home Assistant long ago. */
  ghosts: { readonly retained?: readonly Ghost[] };
  /** `bytes`: the length of a payload in UTF-8 at least. */
  oversize: { readonly bytes: number };
  malformed: { readonly permille: number };
}

/** Faults of the connection: the runner acts on them, the message stream stays as it is. */
interface LinkParameters {
  brokerCut: object;
  duplicateClientId: object;
  expiredCertificate: object;
}

type AllParameters = StreamParameters & LinkParameters;

/** When and where a fault is. */
export interface Window {
  /** Home time in milliseconds of UTC; the end is not included. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The MQTT topic filter of the messages that it concerns; default every topic. */
  readonly topics?: string;
}

export type StreamKind = keyof StreamParameters;
export type LinkKind = keyof LinkParameters;
export type FaultKind = keyof AllParameters;

/** The fault of a kind. */
export type FaultOf<Kind extends FaultKind> = {
  [Each in Kind]: { readonly kind: Each } & Window & AllParameters[Each];
}[Kind];

/** Something that goes wrong in a home for a while. */
export type Fault = FaultOf<FaultKind>;
export type StreamFault = FaultOf<StreamKind>;
export type LinkFault = FaultOf<LinkKind>;

/** What a fault did to one message. */
export interface Incident {
  /** When the message was due, before the fault; for an added one, when it comes. */
  readonly atMs: number;
  readonly kind: StreamKind;
  readonly topic: string;
  readonly what: 'dropped' | 'added' | 'changed' | 'delayed';
  /** The message's number in the input, from 0; of a repeated one that of the original; absent for one that was never there. */
  readonly seq?: number;
  /** How much later it comes, where it is delayed. */
  readonly byMs?: number;
}

const LINK_KINDS: Readonly<Record<LinkKind, true>> = {
  brokerCut: true,
  duplicateClientId: true,
  expiredCertificate: true,
};

/** Whether a fault is one of the connection. */
export function isLinkFault(fault: Fault): fault is LinkFault {
  return Object.hasOwn(LINK_KINDS, fault.kind);
}
