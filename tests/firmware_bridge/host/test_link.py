"""The reader's end against a controller on a cable that loses, damages, doubles and forges frames."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from firmware_bridge import Cable, Link, NoAnswerError, PortError, ReadingMessage, RefusedError
from firmware_bridge.host import link
from firmware_bridge.protocol.frame import ACK, HELLO, NAK, READING, WELCOME, Frame, encode
from firmware_bridge.protocol.message import NakCause, encode_cause

ACK_TIMEOUT_S = 0.2
SLACK_S = 0.5

Change = Callable[[Frame, bytes], bytes]


def open_link(url: str, ack_timeout_s: float = ACK_TIMEOUT_S) -> Link:
    return Link(url, name="test reader", ack_timeout_s=ack_timeout_s)


def first_time(kind: int, change: Change) -> Change:
    """A hook that changes the first frame of a type and lets all others pass."""
    done: list[Frame] = []

    def hook(frame: Frame, data: bytes) -> bytes:
        if frame.type != kind or done:
            return data
        done.append(frame)
        return change(frame, data)

    return hook


def always(kind: int, change: Change) -> Change:
    return lambda frame, data: change(frame, data) if frame.type == kind else data


def lost(frame: Frame, data: bytes) -> bytes:
    return b""


def flipped(frame: Frame, data: bytes) -> bytes:
    return data[:-3] + bytes([data[-3] ^ 0x10]) + data[-2:]


def doubled(frame: Frame, data: bytes) -> bytes:
    return data + data


def test_a_reading_is_delivered_once(cable: Callable[..., Cable], controller: Any, reading: ReadingMessage) -> None:
    line = cable()
    sorter = controller(line.sorter_end)
    with open_link(line.reader_end) as to_sorter:
        assert to_sorter.controller == "test sorter"
        delivery = to_sorter.send_reading(reading)
        assert (delivery.session, delivery.sequence, delivery.transmissions) == (to_sorter.session, 1, 1)
        assert 0 < delivery.elapsed_s < ACK_TIMEOUT_S
        assert to_sorter.send_reading(replace(reading, piece=8)).sequence == 2
    assert [event.reading.piece for event in sorter.of_kind("reading")] == [7, 8]
    assert sorter.of_kind("session")[0].detail == f"{to_sorter.session:08x} opened by test reader"


@pytest.mark.parametrize(
    ("changes", "transmissions", "duplicates"),
    [
        ({"to_sorter": (first_time, READING, lost)}, 2, 0),
        ({"to_sorter": (first_time, READING, flipped)}, 2, 0),
        ({"to_reader": (first_time, ACK, lost)}, 2, 1),
        ({"to_reader": (first_time, ACK, flipped)}, 2, 1),
        ({"to_sorter": (always, READING, doubled)}, 1, 1),
        ({"to_reader": (always, ACK, doubled)}, 1, 0),
        ({"to_sorter": (first_time, READING, lost), "to_reader": (first_time, ACK, lost)}, 3, 1),
        ({"to_sorter": (first_time, HELLO, lost), "to_reader": (first_time, WELCOME, flipped)}, 1, 0),
    ],
    ids=[
        "reading lost",
        "reading damaged",
        "ack lost",
        "ack damaged",
        "reading doubled",
        "ack doubled",
        "both lost",
        "greeting",
    ],
)
def test_one_reading_is_acted_upon_once_whatever_the_line_does(
    cable: Callable[..., Cable],
    controller: Any,
    reading: ReadingMessage,
    changes: dict[str, tuple[Callable[[int, Change], Change], int, Change]],
    transmissions: int,
    duplicates: int,
) -> None:
    line = cable(**{end: make(kind, change) for end, (make, kind, change) in changes.items()})
    sorter = controller(line.sorter_end)
    with open_link(line.reader_end) as to_sorter:
        assert to_sorter.send_reading(reading).transmissions == transmissions
        sorter.wait_for("duplicate", duplicates)
        to_sorter.send_reading(replace(reading, piece=8))
    assert [event.reading.piece for event in sorter.of_kind("reading")] == [7, 8]
    assert all(event.reading == reading for event in sorter.of_kind("duplicate")[:duplicates])


def test_answers_to_something_else_do_not_count(
    cable: Callable[..., Cable], controller: Any, reading: ReadingMessage
) -> None:
    def forge(frame: Frame, data: bytes) -> bytes:
        forgeries = [
            replace(frame, sequence=frame.sequence + 1),
            replace(frame, sequence=frame.sequence - 1),
            replace(frame, session=frame.session ^ 1),
            replace(frame, type=WELCOME, payload=b"\x00"),
            replace(frame, type=0x90),
            replace(frame, version=2),
            replace(frame, type=NAK, session=frame.session ^ 1, payload=b"\x03"),
            replace(frame, type=NAK),  # without a cause
        ]
        return b"".join(map(encode, forgeries))

    line = cable(to_reader=first_time(ACK, forge))
    sorter = controller(line.sorter_end)
    with open_link(line.reader_end) as to_sorter:
        assert to_sorter.send_reading(reading).transmissions == 2
    assert len(sorter.of_kind("reading")) == 1


@pytest.mark.parametrize(
    ("forged", "cause", "words"),
    [
        (lambda frame: replace(frame, type=0x05), NakCause.UNKNOWN_TYPE, "unknown type"),
        (lambda frame: replace(frame, version=9), NakCause.UNSUPPORTED_VERSION, "it speaks version 1"),
        (lambda frame: replace(frame, payload=b"\x00" * 3), NakCause.MALFORMED_PAYLOAD, "malformed payload"),
    ],
    ids=["type", "version", "payload"],
)
def test_a_refused_reading_is_an_error_with_its_cause(
    cable: Callable[..., Cable],
    controller: Any,
    reading: ReadingMessage,
    forged: Callable[[Frame], Frame],
    cause: NakCause,
    words: str,
) -> None:
    line = cable(to_sorter=always(READING, lambda frame, data: encode(forged(frame))))
    sorter = controller(line.sorter_end)
    with (
        open_link(line.reader_end) as to_sorter,
        pytest.raises(RefusedError, match=f"refused the reading of piece 7.*{words}") as caught,
    ):
        to_sorter.send_reading(reading)
    assert caught.value.cause == cause
    assert len(sorter.of_kind("refused")) == 1
    assert not sorter.of_kind("reading")


@pytest.mark.parametrize("name", [b"", b"\x05abc", b"\x01\n", b"\x41" + b"a" * 65])
def test_a_welcome_without_a_readable_name_is_no_answer(
    cable: Callable[..., Cable], controller: Any, name: bytes
) -> None:
    line = cable(to_reader=always(WELCOME, lambda frame, data: encode(replace(frame, payload=name))))
    controller(line.sorter_end)
    with pytest.raises(NoAnswerError, match="an answer came back that lacks its name or cause"):
        open_link(line.reader_end, ack_timeout_s=0.05)


def test_a_controller_of_another_version_is_reported_when_the_line_is_opened(
    cable: Callable[..., Cable], controller: Any
) -> None:
    nak = encode_cause(NakCause.UNSUPPORTED_VERSION)
    line = cable(
        to_reader=lambda frame, data: encode(replace(frame, type=NAK, version=2, payload=nak)),
    )
    controller(line.sorter_end)
    with pytest.raises(RefusedError, match="refused the greeting: unsupported version; it speaks version 2"):
        open_link(line.reader_end)


def test_an_unacknowledged_reading_fails_within_the_stated_time(
    cable: Callable[..., Cable], controller: Any, reading: ReadingMessage
) -> None:
    line = cable(to_reader=always(ACK, lost))
    sorter = controller(line.sorter_end)
    with open_link(line.reader_end, ack_timeout_s=0.05) as to_sorter:
        started_s = time.monotonic()
        with pytest.raises(NoAnswerError, match=r"the reading of piece 7 on .* after 3 tries in 0\.35 s") as caught:
            to_sorter.send_reading(reading)
        assert 0.35 <= time.monotonic() - started_s < 0.35 + SLACK_S
    assert "nothing came back" in str(caught.value)
    assert len(sorter.of_kind("reading")) == 1
    sorter.wait_for("duplicate", 2)


def test_no_controller_at_all_fails_within_the_stated_time(cable: Callable[..., Cable]) -> None:
    started_s = time.monotonic()
    with pytest.raises(NoAnswerError, match=r"the greeting on /dev/\S+ after 5 tries in 0\.75 s: nothing came back"):
        open_link(cable().reader_end, ack_timeout_s=0.05)
    assert 0.75 <= time.monotonic() - started_s < 0.75 + SLACK_S


def test_the_default_times_are_those_of_the_protocol_page() -> None:
    waits_s = [link.ACK_TIMEOUT_S * min(2**n, link.LONGEST_WAIT) for n in range(link.TRIES + link.MORE_HELLO_TRIES)]
    assert sum(waits_s[: link.TRIES]) == 1.75
    assert sum(waits_s) == 3.75


def test_garbage_instead_of_answers_is_named(controller: Any) -> None:
    with Cable(to_reader=lambda data: b"\x55\xaa" * len(data)) as line:
        controller(line.sorter_end)
        with pytest.raises(NoAnswerError, match=r"\d+ bytes came back, but no answer \(another baud rate"):
            open_link(line.reader_end, ack_timeout_s=0.02)


def test_garbage_around_answers_does_not_disturb(controller: Any, reading: ReadingMessage) -> None:
    with Cable(to_sorter=lambda data: b"\x07" * 300 + data, to_reader=lambda data: b"\x55\x03\xff" + data) as line:
        sorter = controller(line.sorter_end)
        with open_link(line.reader_end) as to_sorter:
            assert to_sorter.send_reading(reading).transmissions == 1
        assert sorter.of_kind("reading")[0].reading == reading


def test_an_echo_is_not_an_answer() -> None:
    with pytest.raises(NoAnswerError, match="only an echo came back"):
        open_link("loop://", ack_timeout_s=0.02)


def test_the_port_vanishes_while_waiting(
    cable: Callable[..., Cable], controller: Any, reading: ReadingMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = cable(to_sorter=always(READING, lost))
    controller(line.sorter_end)
    with open_link(line.reader_end, ack_timeout_s=2) as to_sorter:
        monkeypatch.setattr(to_sorter._port, "write", unplug_after(to_sorter._port.write, line))
        started_s = time.monotonic()
        with pytest.raises(
            PortError, match=r"/dev/\S+ went away .*unplugged.*piece 7 may or may not have been acted upon"
        ):
            to_sorter.send_reading(reading)
        assert time.monotonic() - started_s < 1
        with pytest.raises(PortError, match="went away"):
            to_sorter.send_reading(reading)


def unplug_after(write: Callable[[bytes], None], line: Cable) -> Callable[[bytes], None]:
    def both(data: bytes) -> None:
        write(data)
        line.unplug()

    return both
