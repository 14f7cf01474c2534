import type { Untrusted } from './certificates.ts';
import type { Mapping } from './mapping.ts';

/** What the hub tells the client's process at its start. */
export interface Start {
  readonly endpoint: string;
  readonly mapping: Mapping;
  /** Where relative names of files in the mapping begin. */
  readonly folder: string;
  /** Holds our key and certificate and those of servers. */
  readonly pkiFolder: string;
}

/** What the hub tells it later: so many values are dealt with, and there is room for as many. */
export interface Done {
  readonly done: number;
}

/** Why there is no connection, as the client's process knows it; `untrusted` names the certificate that waits for a yes. */
export type ClientTrouble =
  | {
      readonly trouble:
        | 'unreachable'
        | 'refused'
        | 'noSecurity'
        | 'wrongAccount'
        | 'ended'
        | 'noPackage'
        | 'pki'
        | 'password'
        | 'tooManySessions';
    }
  | ({ readonly trouble: 'untrusted' } & Untrusted);

/** One value of a node. */
export interface ValueSaid {
  readonly said: 'value';
  /** The index of its point in the mapping. */
  readonly point: number;
  /** The status code, 32 bits. */
  readonly status: number;
  /** A scalar, 64-bit integers as decimal text; null when the server says nothing, an object when it is no scalar. */
  readonly value: unknown;
  /** When the source says that it arose, in milliseconds UTC; undefined when it does not say. */
  readonly sourceMs: number | undefined;
  /** When it was heard, by this machine's clock. */
  readonly heardMs: number;
  /** Whether it is the picture with which a subscription begins. */
  readonly isFirst: boolean;
  /** Values before it that found no room. */
  readonly lost: number;
}

/** What the client's process says to the hub; `refusedPoints` are those the server does not have or not show. */
export type Said =
  | { readonly said: 'connected'; readonly refusedPoints: readonly number[] }
  | ({ readonly said: 'trouble' } & ClientTrouble)
  | ValueSaid;

/** Bounds of what is between the two processes, each with its reason. */
export const BETWEEN = {
  // Values under way to the hub: as many as a slow commit takes in at once.
  underWay: 64,
  // Values of one node that wait for room; as many wait at the server between two publications.
  waitingOfPoint: 10,
  // Counted losses that are told at once.
  lost: 10_000,
} as const;
