import protobuf from 'protobufjs/minimal.js';

// Must run before the generated code: 64-bit fields are numbers here, checked to be safe, never Long objects.
Object.assign(protobuf.util, { Long: undefined });
protobuf.configure();
