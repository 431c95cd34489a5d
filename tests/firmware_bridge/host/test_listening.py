"""What the controller begins: triggers, each piece once; the time; settings, refused unless they are allowed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_bridge import ControllerRestarted, TimeTold, TriggerMessage
from firmware_bridge.host.listening import SAME_S, Listener
from firmware_bridge.host.manner import refuse
from firmware_bridge.protocol import table
from firmware_bridge.protocol.frame import Frame, FrameReader, encode
from firmware_bridge.protocol.message import NakCause
from firmware_bridge.protocol.notice import Setting, decode_taken, encode_time
from tests.firmware_bridge.host.conversing import Talk

SESSION = 0x5F3A12C4
NOW_S = 100.0
TRIGGER, TIME, GET, SET = table.TRIGGER.type, table.TIME.type, table.CONFIG_GET.type, table.CONFIG_SET.type


def trigger(piece: int, sequence: int = 1, session: int = SESSION, age_ms: int = 0) -> Frame:
    return Frame(TRIGGER, sequence, session, TriggerMessage(piece, 100, age_ms).encode())


def answers(listener: Listener) -> list[Frame]:
    return FrameReader().feed(listener.answers())


def test_a_trigger_is_told_and_taken_and_its_repetition_only_taken() -> None:
    listener = Listener(refuse)
    assert listener.hear(trigger(7), SESSION, NOW_S) == [TriggerMessage(7, 100, 0)]
    assert listener.hear(trigger(7, age_ms=20), SESSION, NOW_S) == []
    assert answers(listener) == [Frame(table.TAKEN.type, 1, SESSION, b"\x00")] * 2
    assert answers(listener) == []


def test_a_number_that_comes_again_after_two_seconds_is_another_piece() -> None:
    listener = Listener(refuse)
    for since_s, is_new in ((0.0, True), (SAME_S - 0.01, False), (SAME_S, True), (SAME_S + 0.5, False)):
        heard = listener.hear(trigger(7), SESSION, NOW_S + since_s)
        assert heard == ([TriggerMessage(7, 100, 0)] if is_new else []), since_s
    assert [one.payload for one in answers(listener)] == [b"\x00"] * 4


def test_a_counter_that_wraps_soon_names_new_pieces() -> None:
    listener = Listener(refuse)
    came = [listener.hear(trigger(count % 256), SESSION, NOW_S + 0.04 * count) for count in range(600)]
    assert all(came)


def test_a_late_copy_is_of_the_piece_that_came_as_long_before_as_its_age() -> None:
    listener = Listener(refuse)
    assert listener.hear(trigger(7), SESSION, NOW_S)
    assert listener.hear(trigger(8), SESSION, NOW_S + 60)
    assert listener.hear(trigger(7, age_ms=60_000), SESSION, NOW_S + 60) == []


def test_no_flood_of_numbers_makes_the_memory_grow() -> None:
    listener = Listener(refuse)
    for piece in range(70_000):
        listener.hear(trigger(piece), SESSION, NOW_S)
    assert len(listener._came_s) == 65_536
    listener.hear(trigger(70_000), SESSION, NOW_S + 68)
    assert list(listener._came_s) == [70_000]


def test_a_malformed_trigger_is_not_taken_and_says_why() -> None:
    listener = Listener(refuse)
    assert listener.hear(replace(trigger(7), payload=b"\x07\x00"), SESSION, NOW_S) == []
    (said,) = answers(listener)
    assert decode_taken(said.payload) == NakCause.MALFORMED_PAYLOAD


@pytest.mark.parametrize(
    ("frame", "session"),
    [
        (trigger(7, session=SESSION + 1), SESSION),
        (trigger(7, session=0), SESSION),
        (trigger(7, session=0), 0),
        (trigger(7), 0),
        (replace(trigger(7), version=2), SESSION),
        (replace(trigger(7), type=0xFE), SESSION),
    ],
)
def test_what_is_of_another_session_version_or_type_gets_no_answer(frame: Frame, session: int) -> None:
    listener = Listener(refuse)
    assert listener.hear(frame, session, NOW_S) == [] and answers(listener) == []
    assert listener.is_asked_to_greet == (frame.session == 0 and session != 0)


def test_the_time_is_told_and_not_answered() -> None:
    listener = Listener(refuse)
    told = Frame(TIME, 2, SESSION, encode_time(1_796_083_200_000))
    assert listener.hear(told, SESSION, NOW_S) == [TimeTold(1_796_083_200_000)]
    assert listener.hear(replace(told, payload=b"\x01"), SESSION, NOW_S) == [] and answers(listener) == []


def test_settings_are_refused_unless_they_are_allowed() -> None:
    listener = Listener(refuse)
    listener.hear(Frame(SET, 4, SESSION, Setting("deadline", "80").encode()), SESSION, NOW_S)
    listener.hear(Frame(GET, 5, SESSION, Setting("deadline").encode()), SESSION, NOW_S)
    listener.hear(Frame(GET, 6, SESSION, b""), SESSION, NOW_S)
    said = answers(listener)
    assert [one.sequence for one in said] == [4, 5, 6]
    assert [Setting.decode(one.type, one.payload).cause for one in said] == [
        NakCause.NOT_ALLOWED,
        NakCause.NOT_ALLOWED,
        NakCause.MALFORMED_PAYLOAD,
    ]


def test_an_allowed_setting_is_changed_and_answered_as_it_is_now() -> None:
    values = {"deadline": "100"}

    def settings(asked: Setting) -> Setting:
        if asked.key not in values:
            return Setting(asked.key, "", NakCause.UNKNOWN_SETTING)
        values[asked.key] = asked.value or values[asked.key]
        return Setting(asked.key, values[asked.key])

    listener = Listener(settings)
    for asked in (Setting("deadline"), Setting("deadline", "80"), Setting("nothing")):
        kind = GET if asked.value is None else SET
        listener.hear(Frame(kind, 1, SESSION, asked.encode()), SESSION, NOW_S)
    said = [Setting.decode(one.type, one.payload) for one in answers(listener)]
    assert said == [Setting("deadline", "100"), Setting("deadline", "80"), Setting("nothing", "", 7)]


def from_controller(talk: Talk, piece: int, sequence: int = 1) -> bytes:
    payload = TriggerMessage(piece, 100, 0).encode()
    return talk.sorter.notice(table.TRIGGER, payload, sequence)[1]


def test_copies_that_were_read_together_tell_how_old_their_piece_is() -> None:
    talk = Talk()
    talk.run(0.1)
    copies = [
        TriggerMessage(7, 500, 0),
        TriggerMessage(7, 500, 480),
        TriggerMessage(7, 500, 40),
        TriggerMessage(8, 0, 9),
    ]
    data = b"".join(talk.sorter.notice(table.TRIGGER, one.encode())[1] for one in copies)
    assert talk.exchange.receive(data, talk.now_s) == [TriggerMessage(7, 500, 480), TriggerMessage(8, 0, 9)]


@pytest.mark.parametrize(
    ("unread_s", "deadline_ms", "age_ms"),
    [
        (0.0, 500, 20),
        (0.1, 400, 20),  # it may be read, of frames that are surely its own
        (0.48, 500, 500),  # its deadline may have passed: it is treated as such
        (3.0, 500, 500),
    ],
)
def test_a_program_that_stood_still_takes_the_worst_for_the_deadline(
    unread_s: float, deadline_ms: int, age_ms: int
) -> None:
    talk = Talk()
    talk.run(0.1)
    data = talk.sorter.notice(table.TRIGGER, TriggerMessage(7, 500, 20).encode())[1]
    assert talk.exchange.receive(data, talk.now_s, unread_s) == [TriggerMessage(7, deadline_ms, age_ms)]


def test_a_trigger_is_heard_while_an_acknowledgement_is_awaited() -> None:
    talk = Talk()
    talk.run(0.1)
    talk.there = lambda data: b""
    talk.send(1)
    talk.run(0.05)
    talk.step(from_controller(talk, 2))
    assert talk.of(TriggerMessage) == [TriggerMessage(2, 100, 0)] and talk.outcomes() == []
    talk.there = lambda data: data
    talk.run(1)
    assert [one.how for one in talk.outcomes()] == ["delivered"]


def test_a_restarted_controller_that_triggers_is_greeted_at_once_and_may_count_from_the_beginning() -> None:
    talk = Talk()
    talk.run(0.1)
    talk.step(from_controller(talk, 1))
    session = talk.exchange.session
    talk.sorter.restart()
    talk.step(from_controller(talk, 1))
    talk.run(0.05)
    assert talk.exchange.session != session and talk.sorter.session == talk.exchange.session
    talk.step(from_controller(talk, 1))
    talk.run(0.05)
    told = [one for one in talk.news if isinstance(one, TriggerMessage | ControllerRestarted)]
    assert told == [TriggerMessage(1, 100, 0), ControllerRestarted(1), TriggerMessage(1, 100, 0)]
    assert talk.sorter.taken[-1] == (1, 0)


def test_a_new_session_of_the_readers_own_forgets_no_piece() -> None:
    talk = Talk()
    talk.run(0.1)
    talk.step(from_controller(talk, 1))
    talk.exchange._sequence = 65_535
    talk.send(9)
    talk.run(0.2)
    talk.step(from_controller(talk, 1))
    assert talk.of(TriggerMessage) == [TriggerMessage(1, 100, 0)] and talk.of(ControllerRestarted) == []


def test_answers_of_the_reader_are_never_answered() -> None:
    talk = Talk()
    talk.run(0.1)
    for kind in (table.TAKEN.type, table.CONFIG.type, 0x7F):
        for session in (talk.exchange.session, talk.exchange.session ^ 1, 0):
            for payload in (b"", b"\x03"):
                assert talk.sorter.feed(encode(Frame(kind, 9, session, payload))) == (b"", [])
    assert talk.sorter.taken == [(9, 3)]
