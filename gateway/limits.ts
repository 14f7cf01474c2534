/** Every limit of the hub, each with its reason. Milliseconds `Ms`, bytes `Bytes`. */
export const LIMITS = {
  /** Rows waiting for the data broker: about 100 MB on the card, weeks of a busy home; then the intake stops acknowledging. */
  outboxRows: 500_000,
  /** Operations in one transaction: a group this large already hides the cost of its sync, a larger one only waits. */
  groupOperations: 4_000,
  /** Operations waiting for the writer: some 50 MB of memory at worst; beyond it commits are refused at once. */
  queuedOperations: 100_000,
  /** Operations between two checkpoints: keeps the write-ahead log near 8 MB. */
  checkpointOperations: 2_000,
  /** Frames (4 KiB each) in the write-ahead log above which the writer waits for one full checkpoint: 64 MB of card. */
  logFrames: 16_384,
  /** Wait for a lock held by our own checkpointer or a backup tool, before a commit is refused. */
  busyMs: 5_000,
  /** Rows read at once while composing one cell: a full cell holds fewer. */
  composeRows: 2_000,
  /** Void ranges read at once while composing one cell: more than the cells in flight can declare together. */
  composeVoids: 512,
  /** Cells that may be outstanding before the data broker's first answer says how many. */
  firstCredit: 4,
  /** Time after which a cell without an answer is sent again on a connection that seems alive. */
  resendMs: 30_000,
  /** Faster cadence after an outage, and for how much of its length: four times as fast catches up in a third of it. */
  catchUpFactor: 4,
  catchUpShare: 1 / 3,
  /** Longest time of faster cadence: what is older drains at the normal one. */
  catchUpMs: 24 * 3_600_000,
  /** Bytes from the MQTT server without one complete packet: answers have 1 KiB, so more is a fault or an attack. */
  incomingPacketBytes: 64 * 1024,
  /** Changes kept in memory after their commit was refused, to be tried again with the next answer. */
  unsettledChanges: 10_000,
  /** Shortest and longest wait before the uplink connects again; drawn at random below a bound that doubles. */
  reconnectMinMs: 1_000,
  reconnectMaxMs: 300_000,
  /** Time for TCP, TLS and CONNACK together on a slow line. */
  connectMs: 30_000,
  /** MQTT keepalive: a half-open connection is noticed after at most one and a half of it. */
  keepaliveSeconds: 30,
  /** Time for one HTTP answer of the operator (enrolment, offers). */
  httpMs: 15_000,
  /** Size of one HTTP answer of the operator: hundreds of offers with their notices. */
  httpBytes: 4 * 1024 * 1024,
  /** Offers taken from one operator. */
  offers: 256,
  /** Devices a home may have: far above any home, far below what would fill the memory of a small hub. */
  devices: 1_000,
  /** MQTT client ids of one source whose packet marks are kept: a program that restarts draws a new id each time. */
  markedClients: 8,
  /** Packets of one client id whose marks are kept: more than a client has under way at once, and some 2 MB of memory. */
  marksPerClient: 4_096,
  /** Refusal counters held in memory between two lazy writes (hour × device × reason). */
  refusalCounters: 10_000,
  /** Observations waiting to be written into the home's history. */
  historyUnwritten: 20_000,
  /** Observations the home remembers: a week of a lively home, some 40 MB of card. */
  historyRows: 500_000,
  /** How long the home remembers its sensors: seven days. */
  historyMs: 7 * 86_400_000,
  /** Time between two lazy writes of refusals, history and the time floor. */
  lazyWriteMs: 30_000,
  /** Events of the live view remembered for a page that opens or reconnects. */
  liveEvents: 300,
  /** Live pages open at once: a family's screens, with room. */
  livePages: 16,
  /** Bytes a live page may leave unread: several times what it is sent at first. */
  pageBacklogBytes: 1024 * 1024,
  /** How long a session of the household's pages lasts without being used. */
  sessionMs: 12 * 3_600_000,
  /** Sessions at once. */
  sessions: 64,
  /** How long a one-time link may be used. */
  linkMs: 15 * 60_000,
  /** Body of one request to the household's door. */
  requestBytes: 64 * 1024,
  /** Requests a minute from one address. */
  requestsPerMinute: 600,
  /** Time between two looks at the windows: a window leaves at most this much later than it closes. */
  tickMs: 1_000,
  /** Time between two looks at the operator's offers. */
  refreshOffersMs: 3_600_000,
} as const;
