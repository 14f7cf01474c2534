import { mkdtemp, rm } from 'node:fs/promises';
import { hostname as machineName, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OPCUAServer } from 'node-opcua';
import type { SaidReading } from './faulty-meter.ts';
import { loadOpcua, type OpcuaLibrary } from './library.ts';
import { addNodes } from './nodes.ts';

/** The account that is let in beside anonymous sessions; the README names it. */
const ACCOUNT = { user: 'engawa', password: 'engawa' } as const;

/** Listening at this address means at every one of the machine. */
const EVERYWHERE = '0.0.0.0';

/** Where an OPC UA server listens. */
export interface OpcuaAddress {
  /** 1 to 65535. */
  readonly port: number;
  /** An IPv4 address of this machine. */
  readonly bind: string;
  /** Where it keeps its key and certificates; undefined means a temporary folder, removed at the end. */
  readonly folder: string | undefined;
}

/** An OPC UA server that shows a meter. */
export interface MeterServer {
  /** `opc.tcp://…`, for clients. */
  readonly endpoint: string;
  /** Closes every session, and removes a temporary folder. */
  stop(): Promise<void>;
}

/** Starts a server that trusts every client, as a controller after its owner has trusted them; `ok` is false with the reason. */
export async function startMeterServer(
  { port, bind, folder }: OpcuaAddress,
  read: () => SaidReading,
): Promise<{ ok: true; server: MeterServer } | { ok: false; reason: string }> {
  const loaded = await loadOpcua();
  if (!loaded.ok) {
    return loaded;
  }
  const { library } = loaded;
  let own: string;
  try {
    own = folder ?? (await mkdtemp(join(tmpdir(), 'engawa-sim-opcua-')));
  } catch (error) {
    return { ok: false, reason: reasonOf(error, { port, bind, folder }) };
  }
  let server: OPCUAServer | undefined;
  const stop = async (): Promise<void> => {
    await server?.shutdown(0);
    if (folder === undefined) {
      await rm(own, { recursive: true, force: true });
    }
  };
  try {
    server = await makeServer(library, { port, bind, folder: own });
    await server.initialize();
    const { addressSpace } = server.engine;
    if (addressSpace === null) {
      throw new Error('the OPC UA server has no address space');
    }
    addNodes(library, addressSpace, read);
    await server.start();
    const host = bind === EVERYWHERE ? machineName() : bind;
    return { ok: true, server: { endpoint: `opc.tcp://${host}:${port}`, stop } };
  } catch (error) {
    await stop();
    return { ok: false, reason: reasonOf(error, { port, bind, folder }) };
  }
}

async function makeServer(
  library: OpcuaLibrary,
  { port, bind, folder }: OpcuaAddress & { readonly folder: string },
): Promise<OPCUAServer> {
  const { OPCUACertificateManager, OPCUAServer, SecurityPolicy } = library;
  library.setLogLevel(library.LogLevel.Error);
  const certificates = async (rootFolder: string) => {
    const manager = new OPCUACertificateManager({ rootFolder, automaticallyAcceptUnknownCertificate: true });
    await manager.initialize();
    return manager;
  };
  return new OPCUAServer({
    port,
    host: bind,
    hostname: bind === EVERYWHERE ? machineName() : bind,
    serverInfo: { applicationUri: 'urn:engawa-sim:opcua', applicationName: { text: 'Engawa simulated meter' } },
    serverCertificateManager: await certificates(join(folder, 'server')),
    userCertificateManager: await certificates(join(folder, 'user')),
    securityPolicies: [
      SecurityPolicy.None,
      SecurityPolicy.Basic256Sha256,
      SecurityPolicy.Aes128_Sha256_RsaOaep,
      SecurityPolicy.Aes256_Sha256_RsaPss,
    ],
    userManager: {
      isValidUser: (user: string, password: string) => user === ACCOUNT.user && password === ACCOUNT.password,
    },
  });
}

/** What is in the way, and what helps; anything else is a fault of the program and is thrown. */
function reasonOf(error: unknown, { port, bind, folder }: OpcuaAddress): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const found = /E[A-Z]{4,}/.exec(`${code ?? ''} ${message}`)?.[0];
  switch (found) {
    case 'EADDRINUSE':
      return `port ${port} of ${bind} is taken by another program; take another --opcua-port`;
    case 'EADDRNOTAVAIL':
      return `${bind} is no address of this machine; --opcua-bind takes one of its own, or ${EVERYWHERE} for all`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOSPC':
    case 'ENOTDIR':
    case 'ENOENT':
    case 'EEXIST':
      return port < 1024 && folder === undefined
        ? `port ${port} cannot be opened (${found}); take an --opcua-port from 1024 on`
        : `the certificates cannot be kept in ${folder ?? tmpdir()} (${found}); give a folder to write to with --opcua-folder`;
    default:
      throw error;
  }
}
