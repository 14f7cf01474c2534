import type { Both, HubState } from './hub-state.ts';

/** An answer of the hub: a value, or why there is none. `unreachable` means it is unknown whether the hub heard. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false;
      readonly reason: 'signedOut' | 'refused' | 'unreachable';
      readonly error?: Both;
      readonly remedy?: Both;
    };

const WAIT_MS = 8_000;

function both(value: unknown): Both | undefined {
  const candidate = value as Partial<Both> | null | undefined;
  return typeof candidate?.ja === 'string' && typeof candidate.en === 'string'
    ? { ja: candidate.ja, en: candidate.en }
    : undefined;
}

async function refusal(response: Response): Promise<Answer<never>> {
  const body = (await response.json().catch(() => null)) as { error?: unknown; remedy?: unknown } | null;
  const error = both(body?.error);
  const remedy = both(body?.remedy);
  const reason = response.status === 401 ? 'signedOut' : 'refused';
  return { ok: false, reason, ...(error ? { error } : {}), ...(remedy ? { remedy } : {}) };
}

async function ask<Value>(path: string, init: RequestInit): Promise<Answer<Value>> {
  try {
    const response = await fetch(path, {
      ...init,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(WAIT_MS),
    });
    if (response.status >= 500) return { ok: false, reason: 'unreachable' };
    if (!response.ok) return await refusal(response);
    const value = response.status === 204 ? undefined : await response.json().catch(() => undefined);
    return { ok: true, value: value as Value };
  } catch {
    return { ok: false, reason: 'unreachable' };
  }
}

function write<Value>(path: string, body: unknown): Promise<Answer<Value>> {
  const headers = { 'content-type': 'application/json', 'x-engawa': '1' };
  return ask<Value>(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Opens a session with a one-time link. */
export function openSession(link: string): Promise<Answer<unknown>> {
  return write('/api/session', { link });
}

/** The whole picture now. */
export function readState(): Promise<Answer<HubState>> {
  return ask('/api/state', { method: 'GET' });
}

/** Says yes to an offer; `level` only to choose a coarser one. */
export function grant(offer: string, level?: string): Promise<Answer<unknown>> {
  return write('/api/grants', level ? { offer, level } : { offer });
}

/** Withdraws every agreement under an offer. */
export function withdraw(offer: string): Promise<Answer<unknown>> {
  return write('/api/withdrawals', { offer });
}

/** What a resident says about one device on approval: its room, and what hangs on its input where only they know. */
export interface Approval {
  readonly id: number;
  readonly room?: string;
  readonly is?: string;
  readonly inverted?: boolean;
}

/** Approves one device. */
export function approveDevice({ id, ...meaning }: Approval): Promise<Answer<unknown>> {
  return write('/api/devices/approve', { ids: [id], ...meaning });
}
