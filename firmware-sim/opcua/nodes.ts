import type { AddressSpace, DataValue, Namespace, UAObject } from 'node-opcua';
import { LIMITS } from '../limits.ts';
import type { SaidReading } from './faulty-meter.ts';
import type { OpcuaLibrary } from './library.ts';

/** The namespace in which a controller keeps the variables of its program. */
const NAMESPACE = 4;
const NAMESPACE_URI = 'urn:engawa-sim:meter';

type DataTypeName = 'Double' | 'UInt64' | 'Boolean';

/** A variable of the controller's program; without a unit it is a state. */
interface Described {
  readonly name: string;
  readonly description: string;
  readonly dataType: DataTypeName;
  readonly unit?: { readonly code: string; readonly symbol: string; readonly words: string; readonly most: number };
  shown(said: SaidReading): unknown;
}

/** The upper and the lower half, as the library takes integers of 64 bits. */
function halves(value: number): [number, number] {
  return [Math.floor(value / 2 ** 32), value % 2 ** 32];
}

/** Names and units are those of docs/connect/opc-ua.md; codes of units are UN/ECE's. */
const VARIABLES: readonly Described[] = [
  {
    name: 'fPower',
    description: 'active power of the whole house',
    dataType: 'Double',
    unit: { code: 'WTT', symbol: 'W', words: 'watt', most: 10_000 },
    shown: ({ powerMw }) => powerMw / 1000,
  },
  {
    name: 'nEnergy',
    description: 'energy that the house took from the mains since the meter was installed',
    dataType: 'UInt64',
    unit: { code: 'WHR', symbol: 'W·h', words: 'watt hour', most: Number.MAX_SAFE_INTEGER },
    shown: ({ energyMwh }) => halves(Math.floor(energyMwh / 1000)),
  },
  {
    name: 'fVoltage',
    description: 'voltage of the mains',
    dataType: 'Double',
    unit: { code: 'VLT', symbol: 'V', words: 'volt', most: 150 },
    shown: ({ voltageMv }) => voltageMv / 1000,
  },
  {
    name: 'fFrequency',
    description: 'frequency of the mains',
    dataType: 'Double',
    unit: { code: 'HTZ', symbol: 'Hz', words: 'hertz', most: 70 },
    shown: ({ frequencyMillihertz }) => frequencyMillihertz / 1000,
  },
  {
    name: 'bDoor',
    description: 'whether the front door stands open',
    dataType: 'Boolean',
    shown: ({ isDoorOpen }) => isDoorOpen,
  },
];

/** Puts the folder MAIN with the meter's variables under Objects; `read` is asked whenever a client looks. */
export function addNodes(library: OpcuaLibrary, space: AddressSpace, read: () => SaidReading): void {
  while (space.getNamespaceArray().length < NAMESPACE) {
    space.registerNamespace(`urn:engawa-sim:empty:${space.getNamespaceArray().length}`);
  }
  const own = space.registerNamespace(NAMESPACE_URI);
  const folder = own.addFolder(space.rootFolder.objects, {
    browseName: 'MAIN',
    nodeId: 's=MAIN',
    description: 'The electricity meter of the simulated home',
  });
  for (const described of VARIABLES) {
    add(library, own, folder, described, () => saidValue(library, described, read()));
  }
}

function add(
  library: OpcuaLibrary,
  own: Namespace,
  folder: UAObject,
  { name, description, dataType, unit }: Described,
  value: () => DataValue,
): void {
  const node = {
    organizedBy: folder,
    browseName: name,
    nodeId: `s=MAIN.${name}`,
    description,
    dataType: library.DataType[dataType],
    accessLevel: 'CurrentRead',
    userAccessLevel: 'CurrentRead',
    minimumSamplingInterval: LIMITS.opcuaSamplingMs,
    value: { timestamped_get: value },
  };
  if (unit === undefined) {
    own.addVariable(node);
  } else {
    const engineeringUnits = library.makeEUInformation(unit.code, unit.symbol, unit.words);
    own.addAnalogDataItem({ ...node, engineeringUnits, engineeringUnitsRange: { low: 0, high: unit.most } });
  }
}

/** A value with its status and the controller's time; there is no value where the status is bad. */
function saidValue(library: OpcuaLibrary, { dataType, unit, shown }: Described, said: SaidReading): DataValue {
  const { DataType, DataValue, StatusCodes, VariantArrayType } = library;
  const { trouble, sourceMs } = said;
  // A contact at the door is no sensor of electricity.
  const isBad = trouble === 'noCommunication' || (trouble === 'sensorFailure' && unit !== undefined);
  const bad = trouble === 'noCommunication' ? StatusCodes.BadNoCommunication : StatusCodes.BadSensorFailure;
  return new DataValue({
    statusCode: isBad ? bad : StatusCodes.Good,
    sourceTimestamp: new Date(sourceMs),
    value: isBad
      ? { dataType: DataType.Null }
      : { dataType: DataType[dataType], arrayType: VariantArrayType.Scalar, value: shown(said) },
  });
}
