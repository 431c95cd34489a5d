"""Sessions: either end restarts, or the sequences are used up, and no reading is lost or acted upon twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from firmware_bridge import Cable, Link, NoAnswerError, ReadingMessage
from firmware_bridge.protocol.frame import ACK


class RestartingController:
    """Swaps in a fresh controller, without memory, when the nth READING arrives."""

    def __init__(self, controller: Any, tty: str) -> None:
        self._start, self._tty = controller, tty
        self.running = [controller(tty)]

    def restart(self) -> None:
        self.running[-1].stop()
        self.running.append(self._start(self._tty))

    def pieces(self) -> list[int]:
        return [event.reading.piece for one in self.running for event in one.of_kind("reading")]


def test_a_controller_restarted_between_two_readings_loses_none(
    cable: Callable[..., Cable], controller: Any, reading: ReadingMessage
) -> None:
    line = cable()
    sorter = RestartingController(controller, line.sorter_end)
    with Link(line.reader_end) as to_sorter:
        first = to_sorter.send_reading(reading)
        sorter.restart()
        second = to_sorter.send_reading(replace(reading, piece=8))
    assert (second.sequence, second.transmissions) == (1, 2)
    assert second.session != first.session
    assert sorter.pieces() == [7, 8]


def test_a_controller_restarted_after_it_acted_does_not_act_again(
    cable: Callable[..., Cable], controller: Any, reading: ReadingMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = cable(to_reader=lambda frame, data: b"" if frame.type == ACK else data)
    sorter = RestartingController(controller, line.sorter_end)
    with Link(line.reader_end, ack_timeout_s=0.3) as to_sorter:
        monkeypatch.setattr(to_sorter._port, "write", restart_before_second(to_sorter._port.write, sorter))
        with pytest.raises(NoAnswerError, match="restarted while the reading of piece 7 was on its way"):
            to_sorter.send_reading(reading)
    assert sorter.pieces() == [7]


def restart_before_second(write: Callable[[bytes], None], sorter: RestartingController) -> Callable[[bytes], None]:
    writes: list[bytes] = []

    def both(data: bytes) -> None:
        writes.append(data)
        if len(writes) == 2:
            sorter.restart()
        write(data)

    return both


def test_a_restarted_reader_is_not_taken_for_a_duplicate(
    cable: Callable[..., Cable], controller: Any, reading: ReadingMessage
) -> None:
    line = cable()
    sorter = controller(line.sorter_end)
    for _ in range(2):
        with Link(line.reader_end) as to_sorter:
            assert to_sorter.send_reading(reading).sequence == 1
    assert len(sorter.of_kind("session")) == 2
    assert len(sorter.of_kind("reading")) == 2
    assert not sorter.of_kind("duplicate")


def test_used_up_sequences_open_a_new_session(
    cable: Callable[..., Cable], controller: Any, reading: ReadingMessage
) -> None:
    line = cable()
    sorter = controller(line.sorter_end)
    with Link(line.reader_end) as to_sorter:
        first = to_sorter.session
        to_sorter._sequence = 65_534
        assert to_sorter.send_reading(reading).sequence == 65_535
        delivery = to_sorter.send_reading(reading)
    assert delivery.sequence == 1
    assert delivery.session != first
    assert len(sorter.of_kind("reading")) == 2
