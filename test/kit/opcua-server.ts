import {
  DataType,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  type StatusCode,
  StatusCodes,
  type UAVariable,
  VariantArrayType,
} from 'node-opcua';

/** The account this server lets in, beside anonymous sessions. */
export const ACCOUNT = { user: 'engawa', password: 'right' } as const;

/** The namespace a controller keeps its program's variables in. */
const NAMESPACE = 4;

/** A real OPC UA server in the test's own process, with the nodes of docs/connect/opc-ua.md: a power, a 64-bit counter and a door. */
export interface OpcuaServer {
  readonly endpoint: string;
  /** Says a power in watts, as its source. */
  say(watts: number, status?: StatusCode, at?: Date): void;
  open(isOpen: boolean): void;
  /** How many sessions it holds. */
  sessions(): number;
  stop(): Promise<void>;
}

/** How a server is: `security` without which it offers none; `folder` holds its own certificates and survives it. */
export interface OpcuaServerSettings {
  readonly port: number;
  readonly folder: string;
  readonly security?: boolean;
}

/** Starts a server that trusts every client, as a controller after its owner has trusted ours. */
export async function startOpcuaServer({ port, folder, security = true }: OpcuaServerSettings): Promise<OpcuaServer> {
  const certificates = new OPCUACertificateManager({ rootFolder: folder, automaticallyAcceptUnknownCertificate: true });
  await certificates.initialize();
  const server = new OPCUAServer({
    port,
    hostname: '127.0.0.1',
    serverCertificateManager: certificates,
    userManager: {
      isValidUser: (user: string, password: string) => user === ACCOUNT.user && password === ACCOUNT.password,
    },
    ...(security ? {} : { securityModes: [MessageSecurityMode.None], securityPolicies: [SecurityPolicy.None] }),
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  if (!space) throw new Error('The server has no address space.');
  while (space.getNamespaceArray().length <= NAMESPACE)
    space.registerNamespace(`urn:test:${space.getNamespaceArray().length}`);
  const own = space.getNamespace(NAMESPACE);
  const add = (browseName: string, dataType: DataType, value: unknown): UAVariable =>
    own.addVariable({
      organizedBy: space.rootFolder.objects,
      browseName,
      nodeId: `s=MAIN.${browseName}`,
      dataType,
      value: { dataType, arrayType: VariantArrayType.Scalar, value },
    });
  const power = add('fPower', DataType.Double, 100);
  const door = add('bDoor', DataType.Boolean, false);
  add('nEnergy', DataType.UInt64, [1, 5]);
  await server.start();
  return {
    endpoint: `opc.tcp://127.0.0.1:${port}`,
    say: (value, status: StatusCode = StatusCodes.Good, at = new Date()) =>
      power.setValueFromSource({ dataType: DataType.Double, value }, status, at),
    open: (value) => door.setValueFromSource({ dataType: DataType.Boolean, value }),
    sessions: () => server.engine.currentSessionCount,
    stop: () => server.shutdown(0),
  };
}
