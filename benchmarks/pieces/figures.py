"""The figures of judged pieces as a results file holds them, and whether the goals are met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from benchmarks.pieces.conditions import BANDS, CURVES, WORDS, banded
from benchmarks.pieces.rendered import ALIKE, BARE, SENDER
from train.evaluation import mistakes
from train.evaluation.metrics import Share
from train.evaluation.pieces import Judged, PieceFigures

# Pieces without a wanted code, in words.
WITHOUT = {
    BARE: "without a code",
    ALIKE: "with a number as long as one",
    SENDER: "with the sender's code alone",
}
_POINTS = 8  # of a curve: as many pieces in each


class Group(Struct, frozen=True):
    """Pieces that have something in common.

    Attributes:
        name: What that is.
        exact: Of the pieces with a code.
        top_1: Of the same, those whose code is in the reader's best field.
        top_3: Those where it is in one of the best three.
        accepted: Of all pieces.
        wrong: Of the accepted.
    """

    name: str
    exact: Share
    top_1: Share
    top_3: Share
    accepted: Share
    wrong: Share

    @classmethod
    def of(cls, name: str, figures: PieceFigures) -> Group:
        """The group of some figures."""
        return cls(name, figures.exact, figures.located(1), figures.located(3), figures.accepted, figures.wrong)


class Point(Struct, frozen=True):
    """A point of a curve: pieces with about the same value of a condition.

    Attributes:
        value: Their median.
        exact: Share of them.
        top_3: Share of them.
    """

    value: float
    exact: Share
    top_3: Share


class Goal(Struct, frozen=True):
    """What is asked of the reader.

    Attributes:
        what: In words.
        at_least: Whether the share is to be at least the limit, or at most.
        limit: 0..1.
        share: That was measured.
    """

    what: str
    at_least: bool
    limit: float
    share: Share

    @property
    def is_met(self) -> bool:
        """Whether the share is on the right side of the limit."""
        return self.share.value >= self.limit if self.at_least else self.share.value <= self.limit


class Measured(Struct, frozen=True):
    """Everything that is kept of a run.

    Attributes:
        max_error: The error that readings are accepted at.
        goals: What is asked, with what was found.
        coded: All pieces with a code.
        mistakes: On these, by what was read for the code: of all such pieces.
        without: Of the pieces of each kind without a wanted code, those where one was accepted.
        mistakes_without: What was read there.
        by: Groups by condition.
        curves: Points by condition.
        confidences: Of the pieces with a code, the surest first; 0 where none was read.
        right: One character for each of these: "1" where the code is right.
    """

    max_error: float
    goals: list[Goal]
    coded: Group
    mistakes: dict[str, Share]
    without: dict[str, Share]
    mistakes_without: dict[str, dict[str, Share]]
    by: dict[str, list[Group]]
    curves: dict[str, list[Point]]
    confidences: list[float]
    right: str


def measured(coded: Sequence[Judged], without: Mapping[str, Sequence[Judged]], max_error: float) -> Measured:
    """The figures of pieces with a code and of pieces without one.

    Args:
        coded: Pieces with a code.
        without: Pieces without a wanted one, by their kind.
        max_error: That they were read at.
    """
    of_coded, of_bare = PieceFigures(coded), {kind: PieceFigures(pieces) for kind, pieces in without.items()}
    surest = sorted(coded, key=lambda piece: -piece.confidence)
    words = {column: of_coded.by(column) for column in WORDS}
    bands = {column: banded(coded, column, band) for column, band in BANDS.items()}
    return Measured(
        max_error,
        goals(of_coded, of_bare),
        Group.of("all", of_coded),
        of_coded.mistakes,
        {kind: figures.accepted_without_code for kind, figures in of_bare.items()},
        {kind: figures.mistakes for kind, figures in of_bare.items()},
        {column: [Group.of(*pair) for pair in groups.items()] for column, groups in (words | bands).items()},
        {column: curve(coded, column) for column in CURVES},
        [round(piece.confidence, 5) for piece in surest],
        "".join("1" if piece.is_right else "0" for piece in surest),
    )


def goals(coded: PieceFigures, without: Mapping[str, PieceFigures]) -> list[Goal]:
    """What is asked of rendered pieces."""
    taken = [coded.mistakes.get(kind, Share(0, 0)).count for kind in (mistakes.SENDER, mistakes.MISREAD_SENDER)]
    return [
        Goal("destination read exactly", True, 0.93, coded.exact),
        Goal("located in the best three fields", True, 0.985, coded.located(3)),
        Goal("wrong among the accepted", False, 0.01, coded.wrong),
        Goal("the sender's code accepted", False, 0.002, Share(sum(taken), len(coded.pieces))),
        *(
            Goal(f"accepted on pieces {WITHOUT[kind]}", False, 0.005, figures.accepted_without_code)
            for kind, figures in without.items()
        ),
    ]


def curve(pieces: Sequence[Judged], column: str) -> list[Point]:
    """Points of about as many pieces each, along the size of a condition."""
    order = sorted(pieces, key=lambda piece: abs(float(piece.columns[column])))
    ends = [round(len(order) * point / _POINTS) for point in range(_POINTS + 1)]
    points = []
    for start, end in pairwise(ends):
        some = PieceFigures(order[start:end])
        if some.pieces:
            middle = abs(float(order[(start + end) // 2].columns[column]))
            points.append(Point(round(middle, 4), some.exact, some.located(3)))
    return points
