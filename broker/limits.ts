const second = 1_000;
const minute = 60 * second;

/** Every limit of the data broker, with its reason. Times in milliseconds, sizes in bytes unless the name says otherwise. */
export const LIMITS = {
  /** How long an invite can be used: long enough to carry it to the hub, short enough to be forgotten in a drawer. */
  inviteLifeMs: 24 * 60 * minute,
  /** Invites that wait at once: an operator's script that loops is stopped before it fills the store. */
  invitesWaiting: 10_000,
  /** Cells in one transaction, and the time after which no further one joins it: bounds how long others wait behind a burst. */
  cellsPerCommit: 64,
  commitMs: 50,
  /** Cells waiting to be stored, 8 MB of them; more are dropped and counted, hubs send them again. */
  cellsWaiting: 2_048,
  /** Cells of one hub waiting to be stored, four times what it may have outstanding; more are dropped and counted. */
  cellsWaitingPerHub: 32,
  /** Cells a hub may have outstanding while the broker keeps up, and while it does not. */
  creditPlenty: 8,
  creditScarce: 1,
  /** Cells waiting above which credit is scarce. */
  scarceAbove: 128,
  /** Wait of a cell at the broker from which backlog is given places in time: what live data may wait behind it. */
  busyFromMs: 100,
  /** First guess of the time one full cell of backlog takes; what is measured replaces it within seconds of work. */
  backlogCellMs: 8,
  /** Longest wait asked of a hub's backlog: past it something else is wrong, and the hub should ask again. */
  backlogWaitMs: 60 * minute,
  /** Hubs that may begin a connection each second after all lost theirs: what a busy MQTT server takes with TLS. */
  reconnectsPerSecond: 4_000,
  /** How often enrolled hubs are counted for that. */
  countHubsEveryMs: minute,
  /** Stored intervals of one run shown in an answer; above it only those that matter to the cell, and the oldest hole. */
  intervalsShown: 64,
  /** Stored intervals of one hub over all its runs: a hub that counts in steps of two cannot fill the store. */
  intervalsPerHub: 100_000,
  /** Retries to begin a transaction while another worker holds the store, and the pause between them. */
  beginTries: 2_000,
  beginPauseMs: 5,
  /** How often space of withdrawn blocks is reclaimed: erasing is the key's destruction, this only tidies. */
  reclaimEveryMs: 10 * minute,
  /** Rows removed at a time when space of withdrawn blocks is reclaimed, so that cells are not held up. */
  reclaimRows: 500,
  /** Hours a recipient has to attest an erasure: a night and a day, so that a pipeline that runs daily keeps it. */
  attestHours: 24,
  /** Erasures attested in one request: a body of 64 KiB holds them. */
  attestationsPerRequest: 400,
  /** Erasures the operator's list shows, those not attested first. */
  erasuresShown: 1_000,
  /** Length of a lease where the offer does not say, in hours: the protocol's default. */
  leaseHours: 24,
  /** Records in one answer of a feed: default, and most. */
  feedRecords: 1_000,
  feedRecordsMost: 10_000,
  /** Feed entries read from the store at a time. */
  feedEntriesPerRead: 500,
  /** Live connections of one recipient: one per worker of theirs is plenty. */
  livePerRecipient: 16,
  /** A comment on an idle live connection, below the usual 60 s of proxies. */
  liveHeartbeatMs: 15 * second,
  /** A live reader that takes nothing for so long is closed; it comes back with its cursor. */
  liveStalledMs: minute,
  /** HTTP requests per address and minute: feeds and offers, enrolments, withdrawals. */
  requestsPerMinute: 1_200,
  enrolmentsPerMinute: 30,
  withdrawalsPerMinute: 120,
  /**
   * Entries (pseudonym and category) kept per hour for withdrawals over HTTP of pseudonyms nothing was stored under: anybody
   * can send random erase keys, and what is withdrawn is kept for ever, at most about a megabyte a day. A home that walks
   * through all keys of its recovery card has one to two hundred.
   */
  unknownWithdrawalsPerHour: 1_000,
  /** Erase keys in one batch of a recovery card: half a body, and a transaction of some milliseconds. */
  eraseKeysPerBatch: 500,
  /** How far the clock of a machine with a recovery card may be wrong; a question heard by others tells them one number. */
  questionLifeMs: 24 * 60 * minute,
  /** Body of a request: the longest is an offer on the command socket. */
  httpBody: 64 * 1024,
  /** Size of one MQTT packet: a cell is 4 KiB, the rest is topic and header. */
  mqttPacket: 8 * 1024,
  /** Wrong passwords on the ingress are answered this late, so that guessing is slow. */
  wrongPasswordMs: second,
  /** MQTT connections at once on the embedded ingress; larger fleets use an MQTT server of their own. */
  mqttConnections: 10_000,
  /** Time to connect to an external MQTT server, and the longest pause between attempts. */
  mqttConnectMs: 10 * second,
  mqttPauseMs: 30 * second,
  /** Longest path of a Unix socket the operating system takes. */
  socketPath: 107,
  /** How long a command line waits for the broker's answer. */
  commandMs: 30 * second,
} as const;
