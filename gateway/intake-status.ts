import type { HomeCore } from './home-core.ts';
import type { HubStatus, SecureAddress } from './household/household.ts';
import { opcuaSentence } from './upkeep/opcua-check.ts';

/** Where messages come in, as `status` shows it. */
export function intakeStatus(
  { sourceState, opcuaState, intakeCounts }: HomeCore,
  sourceUrl: string | undefined,
  listener: string | null,
): HubStatus['intake'] {
  const source = sourceState?.connected ? 'connected' : `not connected (${sourceState?.trouble ?? 'starting'})`;
  return {
    listener,
    source: sourceUrl === undefined ? null : source,
    sourceTrouble: sourceState === undefined || sourceState.connected ? null : sourceState.trouble,
    opcua: opcuaState ? opcuaSentence(opcuaState).en.join(' ') : null,
    counts: { ...intakeCounts },
  };
}

/** Where the listener is reached over TLS at this host, and the authority to trust there; undefined where it is not. */
export async function secureAddress({ secureListener }: HomeCore, host: string): Promise<SecureAddress | undefined> {
  if (!secureListener) return undefined;
  return { server: `mqtts://${host}:${secureListener.port}`, ...(await secureListener.authority()) };
}
