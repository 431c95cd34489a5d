"""The controller library on an emulated Cortex-M, over the emulated board's port."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from build_core import ZIG
from firmware_bridge import (
    Cable,
    Capability,
    DuplexLink,
    Flags,
    Heartbeat,
    Link,
    Manner,
    News,
    NoAnswerError,
    Outcome,
    ReaderIdentity,
    ReadingMessage,
    TriggerMessage,
)
from tests.firmware_bridge.controller.cortex_m import EMULATOR, MACHINES, Emulated, Machine, build
from tests.firmware_bridge.controller.tools import need

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cortex-m")]
# The full trial: POSTEYE_CORTEX_READINGS=100000 pytest tests/firmware_bridge/controller/test_c_on_cortex_m.py
READINGS = int(os.environ.get("POSTEYE_CORTEX_READINGS", "300"))
PIECES = 10
WAIT_S = 30
MOST_STACK_BYTES = 1024 - 588  # what a pec_controller leaves of 1 KB; main and its log are in it too


class BadLine:
    """Loses, flips and doubles bytes as they pass."""

    def __init__(self, seed: int) -> None:
        self._generator = random.Random(seed)

    def __call__(self, data: bytes) -> bytes:
        passed = bytearray()
        for byte in data:
            chance = self._generator.random()
            if chance < 0.001:
                continue
            passed.append(byte ^ 1 << self._generator.randrange(8) if chance < 0.003 else byte)
            if chance > 0.9995:
                passed.append(byte)
        return bytes(passed)


@pytest.fixture(scope="module", params=MACHINES, ids=lambda machine: machine.name)
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Machine, Path]:
    need([EMULATOR], "qemu-system-arm")
    need(ZIG, "")
    machine: Machine = request.param
    return machine, build(machine, tmp_path_factory.mktemp("cortex-m"))


@pytest.fixture
def bad_cable() -> Iterator[Cable]:
    with Cable(BadLine(1998), BadLine(1959)) as cable:
        yield cable


def test_what_was_delivered_over_a_bad_line_was_acted_upon_once_and_in_order(
    program: tuple[Machine, Path], bad_cable: Cable, tmp_path: Path
) -> None:
    delivered, again = [], 0
    with Emulated(*program, bad_cable.sorter_end, tmp_path / "log") as board:
        with Link(bad_cable.reader_end, ack_timeout_s=0.02, tries=20) as link:
            assert link.controller == "cortex-m sorter 1.0"
            for piece in range(READINGS):
                try:
                    done = link.send_reading(
                        ReadingMessage(piece, "accepted", f"{piece:06}", 0.9, 5, bin=f"B{piece % 9}")
                    )
                    delivered.append(piece)
                    again += done.transmissions - 1
                except NoAnswerError:
                    continue  # may have been acted upon
        said = [line for line in board.said() if line.startswith("piece")]
    acted = [int(line.split()[1]) for line in said]
    assert said == [f"piece {piece} code {piece:06} bin B{piece % 9}" for piece in acted]
    assert acted == sorted(set(acted)) and set(delivered) <= set(acted)
    assert len(delivered) >= 0.99 * READINGS and again > READINGS / 20  # the line was bad, and it was used


def test_triggered_pieces_are_answered(program: tuple[Machine, Path], tmp_path: Path) -> None:
    confirmed: list[tuple[int, str]] = []
    enough = threading.Event()

    def on_news(news: News) -> None:
        if isinstance(news, TriggerMessage):
            assert news.deadline_ms == 80
            link.send(ReadingMessage(news.piece, "no_code", None, 0, 1, bin="R", flags=Flags.TRIGGERED))
        elif isinstance(news, Outcome):
            confirmed.append((news.report.piece, news.how))
            if len(confirmed) == PIECES:
                enough.set()

    manner = Manner("a station", ReaderIdentity(Capability.TRIGGER), lambda: Heartbeat(1, 2))
    with Cable() as cable, Emulated(*program, cable.sorter_end, tmp_path / "log") as board:
        link = DuplexLink(cable.reader_end, manner, on_news)
        try:
            assert enough.wait(WAIT_S), confirmed
        finally:
            link.close(wait_s=2)
        said = board.said()
    assert confirmed[:PIECES] == [(piece, "delivered") for piece in range(1, PIECES + 1)]
    settled = [line.split()[-1] for line in said if "taken" in line]
    for piece in range(1, PIECES + 1):
        assert said.count(f"piece {piece} no code bin R") == settled.count(str(piece)) == 1
    assert sum(line.startswith("taken") for line in said) >= PIECES // 2  # a busy host may take one too late


def test_its_stack_is_small(program: tuple[Machine, Path], tmp_path: Path) -> None:
    beats: list[int] = []
    second = threading.Event()

    def beat() -> Heartbeat:
        beats.append(len(beats))
        if len(beats) > 1:  # then the first was answered
            second.set()
        return Heartbeat(1, 2)

    manner = Manner("a station", ReaderIdentity(Capability.NO_READ), beat)
    with Cable() as cable, Emulated(*program, cable.sorter_end, tmp_path / "log") as board:
        link = DuplexLink(cable.reader_end, manner, lambda _: None)
        try:
            link.send(ReadingMessage(1, "accepted", "10115", 0.9, 5, bin="A1"))
            assert second.wait(WAIT_S)
        finally:
            link.close(wait_s=2)
        stacks = [int(line.split()[1]) for line in board.said() if line.startswith("stack")]
    assert stacks and 0 < max(stacks) <= MOST_STACK_BYTES
