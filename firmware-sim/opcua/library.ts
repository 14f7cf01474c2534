/** The package node-opcua: large, so it is loaded only where somebody asks for a server. */
export type OpcuaLibrary = typeof import('node-opcua');

/** Loads it, or says how to get it; `load` is how, for a test of a machine that does not have it. */
export async function loadOpcua(
  load: () => Promise<OpcuaLibrary> = () => import('node-opcua'),
): Promise<{ ok: true; library: OpcuaLibrary } | { ok: false; reason: string }> {
  try {
    return { ok: true, library: await load() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') {
      throw error;
    }
    return {
      ok: false,
      reason:
        '--opcua-port needs the package node-opcua, which is not installed here; get it with: npm install node-opcua',
    };
  }
}
