"""The reader's half of the conversation: greetings, delivery at most once, silence, restarts; no clock runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_bridge import ControllerRestarted, MemoryQueue, NoReadMessage, NoReadReason, Sorter, WireBack, WireLost
from firmware_bridge.host.queues.queue import Waiting
from firmware_bridge.protocol import table
from firmware_bridge.protocol.frame import ACK, HELLO, NAK, READING, Frame, FrameReader, encode
from firmware_bridge.protocol.message import NakCause, encode_cause
from firmware_bridge.protocol.notice import Capability, ControllerIdentity
from tests.firmware_bridge.host.conversing import Talk

FIRST_DAYS = Capability(0)


def frames_of(data: bytes) -> list[Frame]:
    return FrameReader().feed(data)


def test_it_greets_says_what_it_is_and_delivers_in_order() -> None:
    talk = Talk()
    talk.send(1, 2, 3)
    talk.run(0.1)
    assert [event.kind for event in talk.events] == ["session", "identity", "reading", "reading", "reading"]
    assert [(one.how, one.tag, one.transmissions) for one in talk.outcomes()] == [
        ("delivered", n, 1) for n in (1, 2, 3)
    ]
    assert talk.of(WireLost) == [] and talk.acted() == [1, 2, 3]
    (back,) = talk.of(WireBack)
    assert isinstance(back, WireBack) and back.controller == "posteye sorter"
    assert Capability.NO_READ in back.identity.capabilities and not talk.exchange.is_lost


def test_a_controller_of_the_first_days_gets_readings_alone_and_no_heartbeat() -> None:
    talk = Talk(Sorter(speaks=FIRST_DAYS))
    talk.send(1)
    talk.exchange.put(Waiting(NoReadMessage(2, NoReadReason.NO_TIME, 98, "reject"), 2))
    talk.run(5)
    assert [event.kind for event in talk.events] == ["session", "refused", "reading", "reading"]
    last = talk.events[-1].reading
    assert last is not None and not isinstance(last, NoReadMessage)
    assert (last.piece, last.status, last.code, last.elapsed_ms) == (2, "no_code", None, 98)
    assert [one.how for one in talk.outcomes()] == ["delivered", "delivered"]
    assert isinstance(talk.outcomes()[1].report, NoReadMessage)
    assert [one.identity for one in talk.of(WireBack) if isinstance(one, WireBack)] == [ControllerIdentity()]


def test_a_piece_without_a_reading_travels_with_reason_and_bin() -> None:
    talk = Talk()
    no_read = NoReadMessage(2, NoReadReason.DOUBLE_FEED, 98, "reject", detail="two pieces")
    talk.exchange.put(Waiting(no_read, 2))
    talk.run(0.1)
    assert [event.reading for event in talk.events if event.kind == "reading"] == [no_read]


def test_it_beats_once_a_second_when_nothing_else_is_said() -> None:
    talk = Talk()
    talk.run(3.5)
    assert [event.kind for event in talk.events[2:]] == ["heartbeat"] * 3
    assert talk.events[-1].detail == "1 s up, 2 pieces, no trouble"


def test_silence_is_told_once_and_waited_out_and_nothing_is_lost_or_doubled() -> None:
    talk = Talk()
    talk.run(0.1)
    talk.back = lambda data: b""
    talk.send(1, 2)
    talk.run(20)
    (lost,) = talk.of(WireLost)
    assert isinstance(lost, WireLost) and "nothing came back" in lost.detail and talk.exchange.is_lost
    assert talk.outcomes() == [] and talk.acted() == [1]
    talk.back = lambda data: data
    talk.run(3)
    assert [(one.how, one.tag) for one in talk.outcomes()] == [("delivered", 1), ("delivered", 2)]
    assert talk.outcomes()[0].transmissions > 10 and talk.acted() == [1, 2]
    assert len(talk.of(WireBack)) == 2 and not talk.exchange.is_lost


def test_waits_double_up_to_four_times_the_first() -> None:
    sent_s: list[float] = []
    talk = Talk(there=lambda data: b"")
    start_s = talk.now_s
    for _ in range(400):
        if talk.exchange.step(talk.now_s)[0]:
            sent_s.append(round(talk.now_s - start_s, 2))
        talk.now_s += 0.01
    assert sent_s[:5] == pytest.approx([0, 0.25, 0.75, 1.75, 2.75], abs=0.03)


def test_a_port_that_comes_back_gets_what_was_under_way_under_its_own_number() -> None:
    talk = Talk()
    talk.run(0.1)
    session = talk.exchange.session
    talk.back = lambda data: b""
    talk.send(1, 2)
    talk.run(0.1)
    talk.news += talk.exchange.lost("it went away") + talk.exchange.lost("it is still away")
    assert [one.detail for one in talk.of(WireLost) if isinstance(one, WireLost)] == ["it went away"]
    talk.back = lambda data: data
    talk.exchange.opened(talk.now_s)
    talk.run(0.1)
    assert [(one.how, one.tag) for one in talk.outcomes()] == [("delivered", 1), ("delivered", 2)]
    assert talk.acted() == [1, 2] and talk.exchange.session == session
    assert "duplicate" in [event.kind for event in talk.events]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_port_that_comes_back_with_nothing_under_way_tells_whether_the_session_is_still_known(
    restarted: bool,
) -> None:
    talk = Talk()
    talk.run(0.1)
    session = talk.exchange.session
    talk.exchange.lost("it went away")
    if restarted:
        talk.sorter.restart()
    talk.exchange.opened(talk.now_s)
    talk.send(1)
    talk.run(0.1)
    assert (talk.exchange.session != session) == restarted and talk.sorter.session == talk.exchange.session
    assert talk.of(ControllerRestarted) == [ControllerRestarted(1)] * restarted
    assert len(talk.of(WireBack)) == 2 and talk.acted() == [1]


def test_a_controller_of_the_first_days_that_was_restarted_while_the_port_was_away_is_noticed() -> None:
    talk = Talk(Sorter(speaks=FIRST_DAYS))
    talk.run(0.1)
    talk.exchange.lost("it went away")
    talk.sorter.restart()
    talk.exchange.opened(talk.now_s)
    talk.send(1)
    talk.run(0.1)
    assert talk.of(ControllerRestarted) == [ControllerRestarted(1)] and talk.acted() == [1]


def test_a_controller_restarted_before_a_reading_gets_it_in_a_new_session() -> None:
    talk = Talk()
    talk.run(0.1)
    talk.sorter.restart()
    talk.send(1)
    talk.run(0.1)
    assert [(one.how, one.tag) for one in talk.outcomes()] == [("delivered", 1)] and talk.acted() == [1]


def test_a_controller_restarted_after_it_acted_is_not_asked_to_act_again() -> None:
    talk = Talk()
    talk.run(0.1)
    talk.back = lambda data: b""
    talk.send(1, 2)
    talk.run(0.1)
    talk.sorter.restart()
    talk.back = lambda data: data
    talk.run(1)
    assert [(one.how, one.tag) for one in talk.outcomes()] == [("unconfirmed", 1), ("delivered", 2)]
    assert talk.acted() == [1, 2] and "restarted" in talk.outcomes()[0].detail


def test_a_controller_that_remembers_is_asked_again_and_acts_once() -> None:
    talk = Talk(Sorter(speaks=Capability.REMEMBERS | Capability.HEARTBEAT))
    talk.run(0.1)
    talk.back = lambda data: b""
    talk.send(1)
    talk.run(0.1)
    talk.sorter.restart()
    talk.back = lambda data: data
    talk.run(1)
    assert [(one.how, one.tag) for one in talk.outcomes()] == [("delivered", 1)] and talk.acted() == [1]


@pytest.mark.parametrize("cause", [NakCause.MALFORMED_PAYLOAD, NakCause.STALE_SEQUENCE, NakCause.UNSUPPORTED_VERSION])
def test_a_refused_reading_is_told_and_the_next_one_sent(cause: NakCause) -> None:
    def refusing(data: bytes) -> bytes:
        return b"".join(
            encode(replace(frame, type=NAK, payload=encode_cause(cause)) if frame.type == ACK and not done else frame)
            for frame in frames_of(data)
        )

    done: list[int] = []
    talk = Talk(back=refusing)
    talk.send(1)
    talk.run(0.1)
    done.append(1)
    talk.send(2)
    talk.run(0.1)
    assert [(one.how, one.tag) for one in talk.outcomes()] == [("refused", 1), ("delivered", 2)]


def test_a_controller_of_another_version_is_told_and_asked_again() -> None:
    nak = encode_cause(NakCause.UNSUPPORTED_VERSION)

    def another(data: bytes) -> bytes:
        return b"".join(encode(replace(one, type=NAK, version=2, payload=nak)) for one in frames_of(data))

    talk = Talk(back=another)
    talk.run(3)
    (lost,) = talk.of(WireLost)
    assert lost == WireLost("the controller refuses the greeting: unsupported version; it speaks version 2")
    talk.back = lambda data: data
    talk.run(2)
    assert len(talk.of(WireBack)) == 1


def test_used_up_sequences_open_a_new_session_and_triggered_pieces_are_remembered() -> None:
    talk = Talk()
    talk.run(0.1)
    first = talk.exchange.session
    talk.exchange._sequence = 65_534
    talk.send(1, 2)
    talk.run(0.2)
    assert talk.acted() == [1, 2] and talk.exchange.session != first


def test_too_many_reports_push_out_the_oldest_that_was_not_sent() -> None:
    talk = Talk(queue=MemoryQueue(3), back=lambda data: b"")
    talk.run(0.1)
    talk.send(1, 2, 3, 4, 5)
    assert [(one.how, one.tag) for one in talk.outcomes()] == [("dropped", 1), ("dropped", 2)]
    talk.back = lambda data: data
    talk.run(2)
    assert talk.acted() == [3, 4, 5]


def test_what_is_under_way_is_never_pushed_out() -> None:
    talk = Talk(queue=MemoryQueue(2))
    talk.run(0.1)
    talk.back = lambda data: b""
    talk.send(1)
    talk.run(0.1)
    talk.send(2, 3)
    assert [(one.how, one.tag) for one in talk.outcomes()] == [("dropped", 2)]


def test_a_closed_exchange_tells_what_it_does_not_know() -> None:
    talk = Talk()
    talk.run(0.1)
    talk.back = lambda data: b""
    talk.send(1, 2)
    talk.run(0.1)
    talk.news += talk.exchange.closed()
    assert [(one.how, one.tag) for one in talk.outcomes()] == [("unconfirmed", 1), ("dropped", 2)]
    assert talk.exchange.is_idle


def test_answers_to_something_else_do_not_count() -> None:
    def forge(data: bytes) -> bytes:
        forged = b""
        for one in frames_of(data):
            if one.type != ACK:
                forged += encode(one)
                continue
            for changed in (
                replace(one, sequence=one.sequence + 1),
                replace(one, session=one.session ^ 1),
                replace(one, type=table.WELCOME.type, payload=b"\x00"),
                replace(one, version=2),
                replace(one, type=NAK),
                replace(one, type=READING),
                replace(one, type=HELLO),
            ):
                forged += encode(changed)
        return forged

    talk = Talk(back=forge)
    talk.send(1)
    talk.run(5)
    assert talk.outcomes() == [] and len(talk.of(WireLost)) == 1


def test_a_stale_number_after_several_copies_may_have_been_acted_upon() -> None:
    talk = Talk()
    talk.run(0.1)
    talk.back = lambda data: b""
    talk.send(1)
    talk.run(0.5)
    talk.sorter._last_sequence += 5
    talk.back = lambda data: data
    talk.run(2)
    assert [(one.how, one.detail) for one in talk.outcomes()] == [
        ("unconfirmed", "the controller acted upon later ones meanwhile")
    ]
