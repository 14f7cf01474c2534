/** Why a test that plain aedes passes does not pass on the listener. */
export interface Difference {
  /** What MQTT says, in the numbers of the standard. */
  readonly statement: string;
  /** Our rule. */
  readonly rule: string;
  /** Part of the line of the test that does not hold: failing at another one is a failure. */
  readonly failsAt: string;
  /** What the listener took in while the test ran: as much as the test published. */
  readonly takes: readonly string[];
}

const INTAKE = 'nothing is published to anybody: the listener is an intake, not a message bus';
const DELIVERY = '[MQTT-3.3.5-1] a server delivers to matching subscriptions';

/** Differences by design. A test that is not here must pass where plain aedes passes it; one that is here must differ. */
export const BY_DESIGN: Readonly<Record<string, Difference>> = {
  'Test.testBasic': {
    statement: DELIVERY,
    rule: INTAKE,
    failsAt: 'callback.messages), 3',
    takes: ['TopicA', 'TopicA', 'TopicA'],
  },
  'Test.test_retained_messages': {
    statement: '[MQTT-3.3.1-5] [MQTT-3.3.1-6] a retained message is stored for later subscriptions',
    rule: "nothing is retained: a RETAIN flag is a publisher's wish, and the listener keeps no message",
    failsAt: 'callback.messages) == 3',
    takes: ['TopicA/B', 'Topic/C', 'TopicA/C'],
  },
  'Test.will_message_test': {
    statement: '[MQTT-3.1.2-8] a will is published when its connection breaks',
    rule: `the will is taken in like any message; ${INTAKE}`,
    failsAt: 'callback2.messages) == 1',
    takes: ['Topic/C'],
  },
  'Test.test_offline_message_queueing': {
    statement: '[MQTT-3.1.2-4] [MQTT-3.1.2-5] [MQTT-3.2.2-2] a session goes on where it was left',
    rule: "sessions are not kept: what survives a connection is the gateway's intake marks",
    failsAt: 'connack.flags == 0x01',
    takes: ['TopicA/B', 'Topic/C', 'TopicA/C'],
  },
  'Test.test_overlapping_subscriptions': {
    statement: '[MQTT-3.3.5-1] overlapping subscriptions get the highest QoS of all',
    rule: INTAKE,
    failsAt: 'callback.messages) in [1, 2]',
    takes: ['TopicA/C'],
  },
  'Test.test_keepalive': {
    statement: '[MQTT-3.1.2-8] [MQTT-3.1.2-24] the will of a client that fell silent is published',
    rule: `the silent client is cut off and its will is taken in; ${INTAKE}`,
    failsAt: 'callback2.messages) == 1',
    takes: ['/TopicA'],
  },
  'Test.test_redelivery_on_reconnect': {
    statement: '[MQTT-4.4.0-1] a server sends unacknowledged messages again',
    rule: `there is none to send again: ${INTAKE}`,
    failsAt: 'callback2.messages) == 2',
    takes: ['TopicA/B', 'TopicA/C'],
  },
  'Test.test_unsubscribe': {
    statement: `${DELIVERY}, [MQTT-3.10.4-2] and no longer after UNSUBSCRIBE`,
    rule: INTAKE,
    failsAt: 'callback2.messages), 2',
    takes: ['TopicA', 'TopicA/B', 'Topic/C'],
  },
  'Statements.test_wildcard_in_topic_closes': {
    statement: '[MQTT-3.3.2-2] [MQTT-4.8.0-1] a wildcard in the topic of a PUBLISH closes the connection',
    rule: 'refused content is acknowledged and counted: a device with one refused topic would reconnect for ever',
    failsAt: 'wild/+',
    takes: [],
  },
};

/** Statements that plain aedes does not hold and the listener, which is made of it, does not either. */
export const IN_NEITHER: Readonly<Record<string, string>> = {
  'Statements.test_unknown_protocol_level_is_told':
    '[MQTT-3.1.2-2] a level that no MQTT has is answered by closing, without a CONNACK; MQTT 5 gets its CONNACK',
  'Statements.test_topic_that_is_not_utf_8_closes': '[MQTT-1.5.3-1] bytes that are not UTF-8 are replaced',
  'Statements.test_null_in_topic_closes':
    '[MQTT-1.5.3-2] U+0000 in a topic does not close the connection; ours counts it and takes nothing in',
  'Statements.test_packet_id_zero_closes': '[MQTT-2.3.1-1] the packet id 0 is acknowledged',
  'Statements.test_unsubscribe_without_filter_closes': '[MQTT-3.10.3-2] an empty UNSUBSCRIBE gets its UNSUBACK',
};
