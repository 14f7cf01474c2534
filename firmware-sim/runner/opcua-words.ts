import { isIPv4 } from 'node:net';
import type { OpcuaAddress } from '../opcua/server.ts';
import { check, readWhole } from './read-words.ts';

/** The options of the command line that concern the OPC UA meter. */
export interface OpcuaWords {
  readonly 'opcua-port'?: string | undefined;
  readonly 'opcua-bind'?: string | undefined;
  readonly 'opcua-folder'?: string | undefined;
}

const LARGEST_PORT = 65_535;

/** Where the meter is to be offered; undefined when nobody asked for it. */
export function readOpcua(values: OpcuaWords): OpcuaAddress | undefined {
  const { 'opcua-port': port, 'opcua-bind': bind = '127.0.0.1', 'opcua-folder': folder } = values;
  if (port === undefined) {
    check(
      values['opcua-bind'] === undefined && folder === undefined,
      '--opcua-bind and --opcua-folder need --opcua-port',
    );
    return undefined;
  }
  const read = { port: readWhole(port, '--opcua-port', LARGEST_PORT), bind, folder };
  check(read.port > 0, `--opcua-port takes a port from 1 to ${LARGEST_PORT}, usually 4840`);
  check(isIPv4(bind), '--opcua-bind takes an IPv4 address of this machine, or 0.0.0.0 for all');
  check(folder !== '', '--opcua-folder takes a folder');
  return read;
}
