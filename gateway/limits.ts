/** Every limit of the hub, each with its reason. Milliseconds `Ms`, bytes `Bytes`. */
export const LIMITS = {
  /** Rows waiting for the data broker, above which the oldest power is thinned: eleven days of one release a second, below 64 MB of card. */
  outboxRows: 950_000,
  /** Rows beyond that which only doors, locks, presence and withdrawals may use; then the intake stops acknowledging. */
  outboxReserveRows: 50_000,
  /** Power rows thinned at once: seldom enough to cost little, few enough to be done in one short transaction. */
  thinRows: 5_000,
  /** Operations in one transaction: a group this large already hides the cost of its sync, a larger one only waits. */
  groupOperations: 4_000,
  /** Operations waiting for the writer: some 50 MB of memory at worst; beyond it commits are refused at once. */
  queuedOperations: 100_000,
  /** Operations between two checkpoints: keeps the write-ahead log near 8 MB. */
  checkpointOperations: 2_000,
  /** Frames (4 KiB each) in the write-ahead log above which the writer waits for one full checkpoint: 64 MB of card. */
  logFrames: 16_384,
  /** Wait for a lock held by a backup tool, before a commit is refused. */
  busyMs: 5_000,
  /** Rows read at once while composing one cell: a full cell holds some hundred. */
  composeRows: 1_000,
  /** Void ranges read at once while composing one cell: more than the cells in flight can declare together. */
  composeVoids: 1_024,
  /** Cells that may be outstanding before the data broker's first answer says how many. */
  firstCredit: 4,
  /** Prompt cells under way that need not be full; what comes meanwhile waits for an answer or for items enough to fill a cell. */
  promptCells: 2,
  promptItems: 400,
  /** Time between two prompt cells that are not full: a busy home sends fifty cells a second at most, 200 kB. */
  promptRestMs: 20,
  /** How long a prompt cell is waited for in this way: several round trips of a slow line. */
  promptWaitMs: 1_000,
  /** Time after which a cell without an answer is sent again on a connection that seems alive. */
  resendMs: 30_000,
  /**
   * Faster cadence after an outage, and for how much of its length. Only a third faster, because every hub of a region comes
   * back at once and sends so many more cells for so long: a cell every ten seconds holds far more than a home makes, so what
   * waited fits into the room of the usual cells, and the rise only shortens that.
   */
  catchUpFactor: 4 / 3,
  catchUpShare: 1 / 3,
  /** Longest time of faster cadence: what is older drains at the normal one. */
  catchUpMs: 24 * 3_600_000,
  /** People of one home: a large family with its guests; each is asked about every offer. */
  people: 50,
  /** Longest pause or stay of a guest that can be named, in minutes: a year; longer is without end. */
  heldMinutes: 366 * 1440,
  /** Bytes from the MQTT server without one complete packet: answers have 1 KiB, so more is a fault or an attack. */
  incomingPacketBytes: 64 * 1024,
  /** Time between two questions whether a recipient has attested, on the day of the withdrawal and after it: nothing waits for the answer. */
  inquiryMs: 300_000,
  lateInquiryMs: 3_600_000,
  /** For so long after its key epoch a name's lease is extended: a recipient that reads monthly misses nothing. */
  leaseAfterEpochDays: 31,
  /** Changes kept in memory after their commit was refused, to be tried again with the next answer. */
  unsettledChanges: 10_000,
  /** Bound of the first and of the longest wait before the uplink connects again; drawn between nothing and a bound that doubles. */
  reconnectMinMs: 1_000,
  reconnectMaxMs: 300_000,
  /** Rows that waited through an outage this long are backlog: what comes sooner is still news to a recipient. */
  backlogAfterMs: 120_000,
  /** Time between two notes of the last contact with the data broker: how much a killed hub may overrate its outage. */
  contactEveryMs: 60_000,
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
  /** Packets of one client id whose marks are kept: several times what MQTT clients have under way at once (20 to some hundred). */
  marksPerClient: 1_024,
  /** Refusal counters held in memory between two lazy writes (hour × device × reason). */
  refusalCounters: 10_000,
  /** Observations waiting to be written into the home's history. */
  historyUnwritten: 20_000,
  /** Observations the home remembers: a week of a lively home, some 40 MB of card. */
  historyRows: 500_000,
  /** How long the home remembers its sensors: seven days. */
  historyMs: 7 * 86_400_000,
  /** Entries of the journal: more than a year of a lively home, some 100 MB of card. The oldest go first. */
  journalRows: 2_500_000,
  /** Time between two lazy writes of refusals, history and the time floor. */
  lazyWriteMs: 60_000,
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
  /** Size of the log beside the tables: a second of single syncs at the highest rate, and a start that reads it in no time. */
  logBytes: 8 * 1024 * 1024,
  /** A record that would follow the last one sooner than this gathers for a moment first, whatever the setting: some 300 events a second and more. */
  busyRecordMs: 2,
  busyGatherMs: 2,
  /** Bytes of one record of the log, header included: a larger one gains nothing, and a larger batch goes to the tables. */
  logRecordBytes: 256 * 1024,
  /** Time after which what is only in the log goes into the tables: long, because each time costs the card some dozen pages. */
  settleMs: 900_000,
  /** Bytes that are only in the log, above which they go into the tables, and that go in one transaction: little memory, no long stall. */
  settleBytes: 512 * 1024,
  /** Time after which the hub tries by itself again to move them, when the disk was full. */
  settleAgainMs: 1_000,
  /** Young memory of a thread of the store: what it reads lives for one transaction, and more would only be collected later. */
  threadYoungMegabytes: 8,
  /** Pages of the tables a connection remembers, in KiB: rows are added at the end, so that more would seldom be asked for. */
  cacheKilobytes: 4_096,
  /** Bytes of the write-ahead log that stay on the card once it was moved into the tables. */
  writeAheadBytes: 4 * 1024 * 1024,
  /** Free pages (4 KiB) the tables keep for what comes next; only what is above is given back to the card. */
  freePages: 1_024,
  /** Pages given back in one step: a few milliseconds of the writer, then others get their turn. */
  givenBackPages: 256,
  /** Time from a start after an unclean end until the database is looked through for damage: the start itself is over then. */
  checkAfterMs: 60_000,
  /** A wall clock this near to home time is an ordinary correction: a time service steps by less, and a leap second is 1 s. */
  clockToleranceMs: 60_000,
  /** A clock that may be off by more than this is not trusted: a third of the shortest window. */
  clockErrorMs: 5 * 60_000,
  /** How far the clock of a running machine drifts without a time server, in millionths: several times what its crystal may. */
  clockDriftMillionths: 100,
  /** Error below which Linux calls a clock synchronised. */
  synchronisedErrorMs: 16_000,
  /** How long a hub is taken to have been off at most, in all, since somebody vouched for its clock: a holiday. Expiry is judged that much later. */
  offMs: 31 * 86_400_000,
  /** Later than this after the floor only a time service or a person is believed: a battery clock that was wrong by years, not a hub in a drawer. */
  longOffMs: 400 * 86_400_000,
  /** How far ahead of this release a clock of a new home may be: the life of the machine. */
  machineLifeMs: 20 * 365 * 86_400_000,
  /** How long a clock that contradicts what was known must keep to it before it is believed: no wrong answer of a time server lasts that long by chance. */
  contradictionMs: 3_600_000,
  /** Stretches of home time remembered, in case it comes back to one: each ended with a leap of the clock that was believed. */
  toldStretches: 16,
  /** A time service that was silent for longer is not taken to vouch any more: two of the longest polls of systemd-timesyncd (2048 s). */
  timeServiceSilentMs: 70 * 60_000,
  /** Time between two questions to the system who vouches for its clock, and before the first: not while the hub starts. */
  askClockMs: 30_000,
  askClockFirstMs: 1_000,
  /** Time for the system's answer about its clock. */
  clockAnswerMs: 5_000,
  /** How long devices that waited for the hub have the processor to themselves before the residents' doors are loaded. */
  doorsAfterMs: 100,
  /** Shortest passphrase of a backup, in characters: guesses at it are slow but many, and the file may lie in a cloud. */
  passphraseCharacters: 12,
  /** Memory for stretching a passphrase, with room for twice today's cost; a small hub has it for a moment. */
  passphraseBytes: 320 * 1024 * 1024,
  /** Device ids given after a backup that a withdrawal still reaches: more than a family adds between two backups. */
  forgottenDevices: 8,
  /** Ordinals and names a withdrawal reaches in a lost stretch: a lifetime of a home, and some 50 cells; the recovery card reaches the rest. */
  forgottenOrdinals: 10_000,
  forgottenNames: 5_000,
  /** Starts that spend an ordinal as a mark however fast they follow each other, and the time between two later ones. */
  quickMarks: 64,
  markMs: 10 * 60_000,
  /** Ordinals skipped after a lost stretch, at random: a cell the network held back may still name one that was used. */
  ordinalsSkipped: 16,
  /** Days of which the written bytes are kept, and the running time below which they say nothing: two settlings of the store. */
  writtenDays: 8,
  writtenLeastMs: 30 * 60_000,
  /** Shortest time between two notes of how much was written: they cost no sync, and a killed hub loses as much of the count. */
  writtenKeptMs: 10 * 60_000,
  /** Bytes the cells of a card bear, an assumption: 32 GB, each cell written 500 times, low for a consumer card that calls itself one for endurance. */
  cardBytes: 32e9 * 500,
  /** Bytes a card's controller writes inside for each byte it is given in small synced pieces: a good one, and a poor one. Nobody publishes it. */
  cardFactorGood: 4,
  cardFactorPoor: 40,
  /** Years above which no life of a card is stated: it then fails for other reasons than being written to. */
  cardYears: 20,
  /** Free bytes of the disk below which doctor says so, room for a backup's copy of the database; and below which it must be helped: the store's own needs. */
  diskLowBytes: 512 * 1024 * 1024,
  diskLeastBytes: 64 * 1024 * 1024,
  /** An approved device that said nothing for so long is named by doctor: sensors on a battery report at least daily. */
  deviceSilentMs: 36 * 3_600_000,
  /** The same for what measures power or energy: it has mains, and says something every few minutes, or hourly when nothing changes. */
  meterSilentMs: 6 * 3_600_000,
  /** Devices named in one line. */
  namedDevices: 5,
  /** A wait for the data broker that doctor names: longer than a night of a router that was switched off. */
  longWaitMs: 12 * 3_600_000,
  /** A backup older than this is named by doctor: a month of consents would have to be given again. */
  backupOldMs: 31 * 86_400_000,
} as const;
