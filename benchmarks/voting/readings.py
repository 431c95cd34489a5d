"""What is read of a piece in one and more frames, and in one frame when the work has to end early."""

from __future__ import annotations

import time

from msgspec import Struct

from benchmarks.pieces.rendered import CODED, Portion, Stock, country_reader
from benchmarks.voting.shots import Image, Shots, shots
from device_runtime.clock import Pace
from device_runtime.reader import Reader
from device_runtime.types import Reading
from device_runtime.vote import Vote
from train.evaluation.mistakes import is_same

FRAMES = (1, 3, 5)
# What steps of a reading cost, in lines: the mean CPU time of their kinds on development pieces. By this clock the same
# work is cut on every machine.
COSTS = {"locate": 12.0, "line": 1.0, "width": 1 / 3}
MEDIAN_COST = 23.0  # of development pieces
BUDGETS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)  # of it
_MAY_TAKE = 1e9  # as good as no end, so that there is a moment to end at


class Said(Struct, frozen=True):
    """A reading beside the truth.

    Attributes:
        right: Whether the wanted code is reported, accepted or not.
        accepted: Whether a code is accepted.
        cut: Whether there was no time for some of the work.
    """

    right: bool
    accepted: bool
    cut: bool

    @property
    def wrong(self) -> bool:
        """Whether a code is accepted that is not the wanted one."""
        return self.accepted and not self.right


class Voted(Struct, frozen=True):
    """What came of a piece.

    Attributes:
        name: Of the piece.
        by_frames: The vote of so many frames, as FRAMES has them.
        until_accepted: The vote when no more frames are looked at once a code is accepted.
        looked_at: So many frames were looked at then.
        cpu_s: CPU time of all frames so far, as FRAMES has them.
        cost: Of the first frame, as COSTS has it.
        by_budget: The first frame read within each of BUDGETS; nothing of pieces without a code.
    """

    name: str
    by_frames: list[Said]
    until_accepted: Said
    looked_at: int
    cpu_s: list[float]
    cost: float
    by_budget: list[Said]


class Costs(Pace):
    """A clock that goes on by what each step costs, and knows it before."""

    def __init__(self) -> None:
        """Begin at 0."""
        self.spent = 0.0
        super().__init__(lambda: self.spent)

    def expected_s(self, step: str) -> float:
        """What a step costs, in lines."""
        return COSTS[step]

    def took(self, step: str, spent_s: float) -> None:
        """Go on after a step."""
        self.spent += COSTS[step]


def read_portion(stock: Stock, portion: Portion) -> list[Voted]:
    """Render a portion, and read each piece with its country's grammar."""
    return [
        voted(shot, country_reader(shot.country, stock.bundle), portion.kind == CODED)
        for shot in shots(stock, portion, FRAMES[-1])
    ]


def voted(shot: Shots, reader: Reader, budgets: bool) -> Voted:
    """Read a piece.

    Args:
        shot: Its frames, as many as the last of FRAMES.
        reader: Of its country's codes.
        budgets: Whether to read the first frame within each of BUDGETS, too.
    """
    # Before times are taken: it loads what is needed.
    whole, cost = _within(shot.frames[0], shot.code, reader, _MAY_TAKE)
    vote, said, cpu_s, began_s = Vote(reader), list[Said](), list[float](), time.process_time()
    reader.pace = Pace()
    for frame in shot.frames:
        said.append(_said(vote.add(frame).reading, shot.code))
        cpu_s.append(time.process_time() - began_s)
    first = next((number for number, one in enumerate(said, 1) if one.accepted), len(said))
    assert said[0] == whole
    return Voted(
        shot.name,
        [said[frames - 1] for frames in FRAMES],
        said[first - 1],
        first,
        [cpu_s[frames - 1] for frames in FRAMES],
        cost,
        [_within(shot.frames[0], shot.code, reader, share * MEDIAN_COST)[0] for share in BUDGETS] if budgets else [],
    )


def _within(frame: Image, code: str, reader: Reader, most: float) -> tuple[Said, float]:
    """A frame read at a cost of so much at most, and what it cost."""
    reader.pace = costs = Costs()
    return _said(reader.read(frame, until_s=most).reading, code), costs.spent


def _said(reading: Reading, code: str) -> Said:
    right = bool(code) and reading.code is not None and is_same(reading.code, code)
    return Said(right, reading.status == "accepted", "not enough time" in (reading.reason or ""))
