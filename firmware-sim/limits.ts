/** Every limit of the simulator with its reason. */
export const LIMITS = {
  /** Messages sent and not yet acknowledged: enough to keep a link busy, few enough that a slow server slows the home down. */
  inFlightMessages: 64,
  /** Real seconds between two attempts to connect, as Zigbee2MQTT's MQTT library does it. */
  reconnectMs: 1000,
  /** Real time for saying goodbye when stopped; a server that does not answer must not keep the program alive. */
  goodbyeMs: 1500,
  /** Zigbee2MQTT repeats its retained messages this long after it started, for servers that forgot them. */
  repeatRetainedMs: 2000,
  /** One timer waits at most this long, so that a changed wall clock is noticed. */
  longestWaitMs: 60_000,
  /** Home seconds in a real second: beyond this no timer is exact enough to mean anything. */
  speedMost: 100_000,
  /** Days of one run to a file; ten years of one home are about a gigabyte. */
  daysMost: 3660,
  /** Bytes of one line of a CSV file; a row of this kind has about 70. */
  lineBytes: 4096,
  /** Kilowatts of one home; a house connection carries far less. */
  powerMostKilowatts: 1000,
  /** Malformed rows named one by one before only their number is told. */
  rowProblemsNamed: 5,
} as const;
