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
  /** Bytes of one line of a captured file: the longest payload that homes' servers take, written as text. */
  captureLineBytes: 8_000_000,
  /** Kilowatts of one home; a house connection carries far less. */
  powerMostKilowatts: 1000,
  /** Malformed rows named one by one before only their number is told. */
  rowProblemsNamed: 5,
  /** Bytes of heap by which a fleet may grow before the garbage is collected: a few hundred homes' days. */
  litterBytes: 16_000_000,
  /** Homes of one process: each keeps about 0.2 MB of its day, and a connection. */
  homesMost: 5000,
  /** Clients that connect at the same time: a server's queue of new connections is short. */
  connectingMost: 50,
  /** Bytes of a scenario file; one with every fault has two thousand. */
  scenarioBytes: 1_000_000,
  /** Devices of one home of a scenario. */
  devicesMost: 500,
  /** Real time in which a data broker answers a request. */
  brokerAnswerMs: 20_000,
  /** MQTT keepalive of a simulated hub, as that of a real one. */
  hubKeepaliveSeconds: 30,
  /** A cell that was not answered for so long goes again, as with a real hub. */
  resendMs: 30_000,
  /** Records looked at for one cell: more than fit. */
  composeRows: 1000,
  /** Times from sending to acknowledgement that are remembered; enough for the 99th of a hundred. */
  latenciesKept: 200_000,
  /** Real time in which the data broker answers a hub that connects, and in which all is acknowledged at the end. */
  fleetConnectMs: 60_000,
  fleetSettleMs: 180_000,
  /** Rooms, and doors and windows, of one home. */
  roomsMost: 60,
  /** People, and animals, of one home. */
  residentsMost: 20,
  /** Faults of one scenario. */
  faultsMost: 1000,
  /** Messages that a fault holds back at the same time; more than that, and the earliest goes at once. */
  delayedMessages: 10_000,
  /** Milliseconds of home time by which a fault delays a message at most: a day. */
  delayMostMs: 86_400_000,
  /** Milliseconds by which a skewed clock is wrong at most: a hundred years, so that a year keeps four digits. */
  clockSkewMs: 3_155_760_000_000,
  /** Topics whose values a stuck device remembers; a large home has some hundreds. */
  rememberedTopics: 10_000,
  /** Milliseconds of real time between two looks of an OPC UA client at the meter, at least: what the hub asks for at most. */
  opcuaSamplingMs: 100,
  /** Bytes of a payload that a fault makes: MQTT servers of homes refuse far less. */
  payloadBytes: 4_000_000,
  /** Real milliseconds between two pictures of the live view: four a second are movement enough, and a slow terminal follows. */
  viewRedrawMs: 250,
  /** Messages that the live view shows: as many as an eye takes in. */
  viewMessages: 10,
  /** Real milliseconds over which the live view counts messages a second. */
  viewRateMs: 2000,
  /** Real milliseconds between two lines about a run where there is no terminal: a log of a day stays readable. */
  progressMs: 30_000,
  /** Real milliseconds without a message after which nothing more is expected to arrive, and how long that is waited for at most. */
  quietMs: 500,
  settleMostMs: 10_000,
  /** Real milliseconds between two looks at whether everything arrived. */
  lookAgainMs: 20,
} as const;
