"""Statements of MQTT 3.1.1 that hold for a server which publishes nothing to its clients, one test each.

The suite's tests mix these with delivery. `Statements` must hold on plain aedes and on the listener, `Rules` are the listener's own.
Packets are packed and unpacked by the suite's own code, from the checkout that one_test.py has put on the path.
"""

import argparse
import json
import socket
import time
import unittest
import urllib.request

from mqtt.formats import MQTTV311 as mqtt

# Longer than any answer of a server on the same machine takes.
PATIENCE_S = 10


class Peer:
    """One connection that sends and receives whole packets."""

    def __init__(self, port=None):
        self.sock = socket.create_connection((place.hostname, port or place.p), PATIENCE_S)

    def send(self, packet):
        self.raw(packet.pack())
        return self

    def raw(self, data):
        self.sock.sendall(data)
        return self

    def receive(self):
        """The next packet; None when the server has closed the connection."""
        try:
            data = mqtt.getPacket(self.sock)
        except ConnectionResetError:
            return None
        return None if data is None else mqtt.unpackPacket(data)

    def connect(self, client_id, keepalive=0, clean=True, **more):
        self.send(connect_packet(client_id, KeepAliveTimer=keepalive, CleanSession=clean, **more))
        return self.receive()

    def enter(self, client_id, **more):
        """Connects, and is let in."""
        connack = self.connect(client_id, **more)
        assert connack is not None and connack.returnCode == 0, connack
        return self

    def leave(self):
        """Says DISCONNECT and waits until the server has closed."""
        self.send(mqtt.Disconnects())
        assert self.receive() is None
        self.sock.close()

    def cut(self):
        """Breaks the connection without a word."""
        self.sock.close()


def packet_of(kind, qos=0, **fields):
    packet = kind()
    packet.fh.QoS = qos
    for name, value in fields.items():
        assert hasattr(packet, name), name
        setattr(packet, name, value)
    return packet


def connect_packet(client_id, **fields):
    if "username" in fields:
        fields = {**fields, "usernameFlag": True, "passwordFlag": "password" in fields}
    return packet_of(mqtt.Connects, ClientIdentifier=client_id, **fields)


def publication(topic, qos, packet_id=0, payload=b'{"contact":false}', retained=False, dup=False):
    packet = packet_of(mqtt.Publishes, qos, topicName=topic, data=payload, messageIdentifier=packet_id)
    packet.fh.RETAIN = retained
    packet.fh.DUP = dup
    return packet


def subscription(packet_id, *filters):
    return packet_of(mqtt.Subscribes, 1, messageIdentifier=packet_id, data=list(filters))


def unsubscription(packet_id, *filters):
    return packet_of(mqtt.Unsubscribes, 1, messageIdentifier=packet_id, data=list(filters))


def will(topic):
    return {"WillFlag": True, "WillTopic": topic, "WillMessage": b"offline", "WillQoS": 1}


def taken():
    """Topics that the server took in so far."""
    with urllib.request.urlopen("http://127.0.0.1:%d/" % place.taken, timeout=PATIENCE_S) as answer:
        return json.load(answer)


def is_taken(topic, times=1):
    """Whether a topic was taken in so many times; asks until it was, or patience ends."""
    ends = time.monotonic() + PATIENCE_S
    while taken().count(topic) < times and time.monotonic() < ends:
        time.sleep(0.02)
    return taken().count(topic) == times


class Case(unittest.TestCase):
    def expect(self, packet, kind, packet_id=None):
        self.assertIsNotNone(packet, "the connection was closed")
        self.assertIsInstance(packet, kind)
        if packet_id is not None:
            self.assertEqual(packet.messageIdentifier, packet_id)
        return packet

    def expect_open(self, peer):
        """The next thing to come is the answer to a ping: the connection is open, and nothing came before."""
        self.expect(peer.send(mqtt.Pingreqs()).receive(), mqtt.Pingresps)

    def expect_closed(self, peer):
        self.assertIsNone(peer.receive())

    def expect_closed_by(self, data):
        """Bytes that a server must answer by closing the connection [MQTT-4.8.0-1]."""
        peer = Peer().enter("malformed").raw(data)
        self.expect_closed(peer)

    def after_everything_before(self):
        """Lets the server take in everything that was there before."""
        marker = self.id()
        peer = Peer().enter("marker").send(publication(marker, 1, 1))
        self.expect(peer.receive(), mqtt.Pubacks, 1)
        self.assertTrue(is_taken(marker))
        peer.leave()


class Statements(Case):
    def test_connack_without_session(self):
        """[MQTT-3.2.0-1] [MQTT-3.2.2-1]"""
        connack = self.expect(Peer().connect("new"), mqtt.Connacks)
        self.assertEqual((connack.returnCode, connack.flags), (0, 0))

    def test_disconnect_closes(self):
        """[MQTT-3.14.4-1] [MQTT-3.14.4-2]"""
        peer = Peer().enter("leaves")
        self.expect_open(peer)
        peer.leave()

    def test_second_connect_closes(self):
        """[MQTT-3.1.0-2]"""
        self.expect_closed_by(connect_packet("again").pack())

    def test_first_packet_must_be_connect(self):
        """[MQTT-3.1.0-1]"""
        self.expect_closed(Peer().send(publication("too-early", 0)))
        self.after_everything_before()
        self.assertNotIn("too-early", taken())

    def test_wrong_protocol_name_closes(self):
        """[MQTT-3.1.2-1]"""
        self.assertIsNone(Peer().connect("name", ProtocolName="hj"))

    def test_other_protocol_level_is_told(self):
        """[MQTT-3.1.2-2] with MQTT 5, whose clients are the ones that come; an empty list of properties follows the keep alive."""
        connect = bytearray(connect_packet("level", ProtocolVersion=5).pack())
        connect[1] += 1
        connect.insert(12, 0)
        peer = Peer(place.door).raw(connect)
        connack = self.expect(peer.receive(), mqtt.Connacks)
        self.assertEqual((connack.returnCode, connack.flags), (1, 0))
        self.expect_closed(peer)

    def test_unknown_protocol_level_is_told(self):
        """[MQTT-3.1.2-2]"""
        connack = self.expect(Peer().connect("level", ProtocolVersion=9), mqtt.Connacks)
        self.assertEqual((connack.returnCode, connack.flags), (1, 0))

    def test_will_flags_without_will_close(self):
        """[MQTT-3.1.2-11] [MQTT-3.1.2-13] [MQTT-3.1.2-14]"""
        for flags in (0x08, 0x10, 0x20):
            connect = bytearray(connect_packet("flags").pack())
            connect[9] |= flags
            self.expect_closed(Peer().raw(connect))

    def test_reserved_connect_flag_closes(self):
        """[MQTT-3.1.2-3]"""
        connect = bytearray(connect_packet("flag").pack())
        connect[9] |= 1
        self.expect_closed(Peer().raw(connect))

    def test_nameless_client_with_clean_session(self):
        """[MQTT-3.1.3-6] [MQTT-3.1.3-7]: two of them are two clients."""
        first, second = Peer().enter(""), Peer().enter("")
        self.expect_open(first)
        self.expect_open(second)

    def test_nameless_client_without_clean_session_is_refused(self):
        """[MQTT-3.1.3-8]"""
        peer = Peer()
        connack = self.expect(peer.connect("", clean=False), mqtt.Connacks)
        self.assertEqual((connack.returnCode, connack.flags), (2, 0))
        self.expect_closed(peer)

    def test_takeover_closes_the_first(self):
        """[MQTT-3.1.4-2]"""
        first = Peer().enter("same")
        second = Peer().enter("same")
        self.expect_closed(first)
        self.expect_open(second)

    def test_qos_0_has_no_answer(self):
        """[MQTT-4.3.1-1]"""
        peer = Peer().enter("qos0").send(publication("qos0", 0))
        self.expect_open(peer)
        self.assertTrue(is_taken("qos0"))

    def test_qos_1_is_acknowledged(self):
        """[MQTT-4.3.2-2] [MQTT-2.3.1-6]"""
        peer = Peer().enter("qos1").send(publication("qos1", 1, 0xABCD))
        self.expect(peer.receive(), mqtt.Pubacks, 0xABCD)
        self.expect_open(peer)
        self.assertTrue(is_taken("qos1"))

    def test_qos_2_exchange(self):
        """[MQTT-4.3.3-2] [MQTT-2.3.1-6]"""
        peer = Peer().enter("qos2").send(publication("qos2", 2, 7))
        self.expect(peer.receive(), mqtt.Pubrecs, 7)
        peer.send(packet_of(mqtt.Pubrels, 1, messageIdentifier=7))
        self.expect(peer.receive(), mqtt.Pubcomps, 7)
        self.expect_open(peer)
        self.assertTrue(is_taken("qos2"))

    def test_qos_2_repeated_release(self):
        """[MQTT-4.3.3-2]: a client that lost the PUBCOMP sends the PUBREL again."""
        peer = Peer().enter("release").send(publication("release", 2, 8))
        self.expect(peer.receive(), mqtt.Pubrecs, 8)
        for _ in range(2):
            peer.send(packet_of(mqtt.Pubrels, 1, messageIdentifier=8))
            self.expect(peer.receive(), mqtt.Pubcomps, 8)

    def test_qos_2_repeated_publication(self):
        """[MQTT-4.3.3-2]: a client that lost the PUBREC sends the PUBLISH again."""
        peer = Peer().enter("repeat")
        for dup in (False, True):
            self.expect(peer.send(publication("repeat", 2, 9, dup=dup)).receive(), mqtt.Pubrecs, 9)
        peer.send(packet_of(mqtt.Pubrels, 1, messageIdentifier=9))
        self.expect(peer.receive(), mqtt.Pubcomps, 9)
        self.expect_open(peer)

    def test_acknowledgements_keep_their_order(self):
        """[MQTT-4.6.0-2] [MQTT-4.6.0-3], with all publications in one write."""
        peer = Peer().enter("order")
        ids = list(range(1, 51))
        peer.raw(b"".join(publication("order", 1, at).pack() for at in ids))
        self.assertEqual([self.expect(peer.receive(), mqtt.Pubacks).messageIdentifier for _ in ids], ids)

    def test_packet_in_single_bytes(self):
        """A stream has no packets: what comes byte by byte is the same."""
        peer = Peer()
        for byte in connect_packet("slow").pack() + publication("slow", 1, 3).pack():
            peer.raw(bytes([byte]))
        self.assertEqual(self.expect(peer.receive(), mqtt.Connacks).returnCode, 0)
        self.expect(peer.receive(), mqtt.Pubacks, 3)

    def test_large_payload(self):
        """[MQTT 2.2.3]: a remaining length of three bytes."""
        payload = b'{"text":"' + b"x" * 60_000 + b'"}'
        peer = Peer().enter("large").send(publication("large", 1, 4, payload))
        self.expect(peer.receive(), mqtt.Pubacks, 4)
        self.assertTrue(is_taken("large"))

    def test_suback_answers_each_filter(self):
        """[MQTT-3.8.4-1] [MQTT-3.8.4-2] [MQTT-3.9.3-1] [MQTT-3.9.3-2]"""
        peer = Peer().enter("sub").send(subscription(11, ("a", 0), ("b/+", 1), ("c/#", 2)))
        suback = self.expect(peer.receive(), mqtt.Subacks, 11)
        self.assertEqual(suback.data, [0, 1, 2])

    def test_same_filter_again_is_answered_anew(self):
        """[MQTT-3.8.4-3]"""
        peer = Peer().enter("resub")
        for packet_id, qos in ((12, 0), (13, 2)):
            suback = self.expect(peer.send(subscription(packet_id, ("a", qos))).receive(), mqtt.Subacks, packet_id)
            self.assertEqual(suback.data, [qos])

    def test_unsuback(self):
        """[MQTT-3.10.4-4] [MQTT-3.10.4-5] [MQTT-3.10.4-6]: for what was subscribed to and for what never was."""
        peer = Peer().enter("unsub")
        self.expect(peer.send(subscription(21, ("a", 1), ("b", 1))).receive(), mqtt.Subacks, 21)
        self.expect(peer.send(unsubscription(22, "a", "b")).receive(), mqtt.Unsubacks, 22)
        self.expect(peer.send(unsubscription(23, "never")).receive(), mqtt.Unsubacks, 23)

    def test_pingresp(self):
        """[MQTT-3.12.4-1]"""
        peer = Peer().enter("ping")
        for _ in range(3):
            self.expect_open(peer)

    def test_silence_beyond_keep_alive_closes(self):
        """[MQTT-3.1.2-24]: after one and a half times the keep alive, and not before the keep alive."""
        peer = Peer().enter("silent", keepalive=1)
        since = time.monotonic()
        self.expect_closed(peer)
        self.assertGreater(time.monotonic() - since, 1)

    def test_pings_keep_alive(self):
        """[MQTT-3.1.2-23]"""
        peer = Peer().enter("alive", keepalive=1)
        ends = time.monotonic() + 2.5
        while time.monotonic() < ends:
            time.sleep(0.4)
            self.expect_open(peer)

    def test_will_after_a_broken_connection(self):
        """[MQTT-3.1.2-8]"""
        Peer().enter("breaks", **will("will-broken")).cut()
        self.assertTrue(is_taken("will-broken"))

    def test_will_after_silence(self):
        """[MQTT-3.1.2-8] [MQTT-3.1.2-24]"""
        peer = Peer().enter("falls-silent", keepalive=1, **will("will-silent"))
        self.expect_closed(peer)
        self.assertTrue(is_taken("will-silent"))

    def test_will_after_a_breach(self):
        """[MQTT-3.1.2-8] [MQTT-4.8.0-1]"""
        peer = Peer().enter("breach", **will("will-breach"))
        self.expect_closed(peer.send(connect_packet("breach")))
        self.assertTrue(is_taken("will-breach"))

    def test_no_will_after_disconnect(self):
        """[MQTT-3.1.2-10] [MQTT-3.14.4-3]"""
        Peer().enter("takes-leave", **will("will-left")).leave()
        self.after_everything_before()
        self.assertNotIn("will-left", taken())

    def test_qos_3_closes(self):
        """[MQTT-3.3.1-4]"""
        self.expect_closed_by(publication("qos3", 3, 5).pack())
        self.after_everything_before()
        self.assertNotIn("qos3", taken())

    def test_wildcard_in_topic_closes(self):
        """[MQTT-3.3.2-2]"""
        self.expect_closed_by(publication("wild/+", 1, 5).pack())

    def test_empty_topic_closes(self):
        """[MQTT-4.7.3-1]"""
        self.expect_closed_by(publication("", 1, 5).pack())

    def test_topic_that_is_not_utf_8_closes(self):
        """[MQTT-1.5.3-1]"""
        self.expect_closed_by(publication(b"not-utf-8/\xff\xfe", 1, 5).pack())

    def test_null_in_topic_closes(self):
        """[MQTT-1.5.3-2] [MQTT-4.7.3-2]"""
        self.expect_closed_by(publication("null/\0", 1, 5).pack())

    def test_packet_id_zero_closes(self):
        """[MQTT-2.3.1-1]"""
        self.expect_closed_by(publication("id-zero", 1, 0).pack())

    def test_misplaced_wildcard_in_filter_closes(self):
        """[MQTT-4.7.1-2] [MQTT-4.7.1-3]"""
        for topic in ("one/#/two", "one/two#", "one/two+/three"):
            self.expect_closed_by(subscription(36, (topic, 0)).pack())

    def test_subscribe_without_filter_closes(self):
        """[MQTT-3.8.3-3]"""
        self.expect_closed_by(subscription(31).pack())

    def test_subscribe_with_qos_3_closes(self):
        """[MQTT-3.8.3-4]"""
        self.expect_closed_by(subscription(32, ("a", 3)).pack())

    def test_subscribe_with_wrong_flags_closes(self):
        """[MQTT-3.8.1-1]"""
        packet = subscription(33, ("a", 0))
        packet.fh.QoS = 0
        self.expect_closed_by(packet.pack())

    def test_unsubscribe_without_filter_closes(self):
        """[MQTT-3.10.3-2]"""
        self.expect_closed_by(unsubscription(34).pack())

    def test_release_with_wrong_flags_closes(self):
        """[MQTT-3.6.1-1]"""
        self.expect_closed_by(packet_of(mqtt.Pubrels, 0, messageIdentifier=35).pack())

    def test_length_of_five_bytes_closes(self):
        """[MQTT 2.2.3]"""
        self.expect_closed_by(b"\x30\xff\xff\xff\xff\x01")

    def test_unknown_packet_type_closes(self):
        """[MQTT 2.2.1]: type 15 is forbidden."""
        self.expect_closed_by(b"\xf0\x00")


class Rules(Case):
    """At the listener's own door, without the shim."""

    def enter(self, client_id, **more):
        account = {"username": place.user, "password": place.password.encode()}
        return Peer(place.door).enter(client_id, **account, **more)

    def expect_refused(self, **account):
        peer = Peer(place.door)
        connack = self.expect(peer.connect("stranger", **account), mqtt.Connacks)
        self.assertEqual((connack.returnCode, connack.flags), (5, 0))
        self.expect_closed(peer)

    def test_anonymous_client_is_refused(self):
        """[MQTT-3.2.2-6] and return code 5"""
        self.expect_refused()

    def test_wrong_password_is_refused(self):
        self.expect_refused(username=place.user, password=b"wrong")

    def test_acknowledgement_comes_after_the_commit(self):
        topic = place.base + "/committed"
        peer = self.enter("commits")
        for qos, kind in ((1, mqtt.Pubacks), (2, mqtt.Pubrecs)):
            self.expect(peer.send(publication(topic, qos, qos)).receive(), kind, qos)
            self.assertEqual(taken().count("committed"), qos)

    def test_foreign_topic_is_acknowledged_and_not_taken(self):
        """[MQTT-3.3.5-2]"""
        before = taken()
        peer = self.enter("foreign")
        for at, topic in enumerate(["elsewhere/a", "$SYS/a", place.base + "x/a", place.base], start=1):
            self.expect(peer.send(publication(topic, 1, at)).receive(), mqtt.Pubacks, at)
        self.assertEqual(taken(), before)

    def test_foreign_filter_is_refused(self):
        """[MQTT-3.9.3-2]: 0x80"""
        filters = [("#", 0), ("+/a", 1), ("$SYS/#", 2), (place.base + "x", 0), (place.base + "/a", 1)]
        suback = self.expect(self.enter("listens").send(subscription(1, *filters)).receive(), mqtt.Subacks, 1)
        self.assertEqual(suback.data, [0x80, 0x80, 0x80, 0x80, 1])

    def test_nothing_is_published_to_anybody(self):
        topic = place.base + "/a"
        peer, other = self.enter("subscriber"), self.enter("publisher")
        for one in (peer, other):
            self.expect(one.send(subscription(1, (place.base + "/#", 1))).receive(), mqtt.Subacks, 1)
        self.expect(other.send(publication(topic, 1, 2)).receive(), mqtt.Pubacks, 2)
        self.expect_open(other)
        self.expect_open(peer)

    def test_nothing_is_retained(self):
        topic = place.base + "/kept"
        peer = self.enter("keeper").send(publication(topic, 1, 1, retained=True))
        self.expect(peer.receive(), mqtt.Pubacks, 1)
        self.expect(peer.send(subscription(2, (topic, 1))).receive(), mqtt.Subacks, 2)
        self.expect_open(peer)

    def test_no_session_is_kept(self):
        peer = self.enter("returns", clean=False)
        self.expect(peer.send(subscription(1, (place.base + "/#", 1))).receive(), mqtt.Subacks, 1)
        peer.leave()
        account = {"username": place.user, "password": place.password.encode()}
        connack = Peer(place.door).connect("returns", clean=False, **account)
        self.assertEqual((connack.returnCode, connack.flags), (0, 0))


options = argparse.ArgumentParser(add_help=False)
options.add_argument("--hostname")
options.add_argument("-p", type=int)
options.add_argument("--taken", nargs="*", default=[])
place = options.parse_args()
place.taken, place.door, place.user, place.password, place.base = (place.taken + [None] * 5)[:5]
place.taken = int(place.taken or 0)
place.door = int(place.door or place.p)

if __name__ == "__main__":
    unittest.main()
