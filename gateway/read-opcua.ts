import { type OpcuaIntake, startOpcua } from '../devices/opcua/opcua-intake.ts';
import type { HomeCore } from './home-core.ts';
import { opcuaSentence } from './upkeep/opcua-check.ts';

/** Reads an OPC UA server into the home's walk, with the mapping and the certificates in this folder; how that goes is said once for each change, and kept for `doctor`. */
export function readOpcua(endpoint: string, folder: string, home: HomeCore): OpcuaIntake {
  const { say } = home.parts;
  let said = '';
  return startOpcua({
    endpoint,
    folder,
    take: home.pipeline.take,
    count: home.countIntake,
    onState: (state) => {
      home.opcuaState = state;
      const sentence = opcuaSentence(state).en.join(' ');
      if (sentence !== said) say(state.connected ? 'info' : 'warn', sentence);
      said = sentence;
    },
  });
}
