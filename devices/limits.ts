/** Every bound of this folder, each with its reason. */
export const LIMITS = {
  // A message of a sensor is under 4 KiB; the household's own camera or firmware pieces must not fill memory.
  payloadBytes: 64 * 1024,
  // A hundred devices' descriptions are 0.3 to 0.6 MB in one retained message, a large home's about 2 MB.
  bridgeDevicesBytes: 4 * 1024 * 1024,
  // Longest packet the listener lets into the parser: the largest payload, its topic and the fixed header.
  packetBytes: 4 * 1024 * 1024 + 1024,
  // Real payloads nest to depth 9 (a composite inside features inside exposes inside a list of devices).
  jsonDepth: 32,
  // The largest model's state has under 150 properties.
  jsonKeys: 1_000,
  // Zigbee networks hold a few hundred devices; each endpoint is a thing.
  things: 2_000,
  // Exposes of the largest model are about 200; nested features of a lying description end here.
  exposesPerThing: 1_000,
  // The largest model with endpoints has 28.
  endpointsPerThing: 64,
  // Vendor-side names: what MQTT and file systems of the bridges carry comfortably.
  thingNameCharacters: 256,
  // Vendor and model names, shown to the household only.
  labelCharacters: 128,
  // MQTT allows 65,535 characters; no dialect's topic is longer than its name and a few words.
  topicBytes: 512,
  // Levels of a topic; below the 100 the routing library can count.
  topicLevels: 32,
  // Connections that have shown a right password; a home has a handful of bridges and at most some tens of Wi-Fi devices.
  connections: 100,
  // Connections of one address still without one: more than wait for slowed answers, and what several devices behind
  // one address need when they all come back at once. The oldest goes first.
  waitingPerAddress: 16,
  // All connections still without one, beside those that have: what strangers hold takes no device's place.
  waitingConnections: 50,
  // Messages of all devices that wait for their commit: more than fill a sync, few enough to stay small and quick.
  messagesUnderWay: 2_048,
  // From the socket's opening to a complete CONNECT.
  connectTimeoutMs: 10_000,
  // The first packet of a connection: a CONNECT with its longest useful name, password and will.
  connectBytes: 8 * 1024,
  // A subscriber that does not read is closed rather than waited for.
  drainTimeoutMs: 30_000,
  // QoS 2 messages one client may leave half finished.
  inflightQos2: 100,
  // Subscriptions one client may hold: a device needs one or two.
  subscriptionsPerClient: 20,
  // MQTT 3.1.1 client identifiers our marks are kept for.
  clientIdCharacters: 128,
  // Wrong passwords from one address before its attempts are slowed down.
  freeAttempts: 5,
  // Slowest answer to a wrong password from one address.
  attemptDelayMs: 5_000,
  // Wrong passwords of one address that may wait for their slow answer; more are closed at once.
  attemptsWaiting: 8,
  // After this long without a wrong password an address is forgotten.
  attemptMemoryMs: 600_000,
  // Addresses remembered; the oldest is forgotten first, so an attacker with many addresses cannot fill memory.
  attemptAddresses: 1_000,
  // First and longest wait between attempts to reach the household's MQTT broker, each halved to doubled by chance.
  reconnectMs: 1_000,
  reconnectLongestMs: 60_000,
  // Topics announced by a source beside its own: a large home's entities, each with a state and an availability.
  announcedTopics: 2_000,
  // Messages of the subscriber that may wait for their commit; Mosquitto sends 20 by default before it waits itself.
  waitingFromSource: 100,
} as const;

/** The shape of the table, for those who pass smaller bounds in tests. */
export type Limits = { readonly [name in keyof typeof LIMITS]: number };
