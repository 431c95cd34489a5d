"""The figures of votes: shares of pieces by the number of frames, and by the cost at which the work has to end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from msgspec import Struct

from benchmarks.voting.readings import BUDGETS, FRAMES, MEDIAN_COST, Said, Voted
from train.evaluation.metrics import Share


class Row(Struct, frozen=True):
    """The figures of one way to read.

    Attributes:
        exact: Of the pieces with a code, those where it is reported.
        accepted: Of the same.
        wrong: Of the accepted ones among them.
        without: By the kind of the pieces without a code, the share of which one is accepted.
    """

    exact: Share
    accepted: Share
    wrong: Share
    without: dict[str, Share]


class Budget(Struct, frozen=True):
    """The figures of readings within a cost.

    Attributes:
        share: Of the median cost.
        cut: Share of the pieces with a code on which not all of the work could be done.
        exact: Where the code is reported.
        accepted: Where a code is accepted.
        wrong: Of the accepted.
    """

    share: float
    cut: Share
    exact: Share
    accepted: Share
    wrong: Share


class Measured(Struct, frozen=True):
    """Everything that is kept.

    Attributes:
        frames: By the number of frames.
        until_accepted: With frames only until a code is accepted, as many as the last of FRAMES at most.
        looked_at: The mean number of frames then, on pieces with a code.
        cpu_ratios: CPU time of so many frames over that of one, by the number of frames.
        budgets: One frame, within costs.
        median_cost: Of one frame of a piece with a code, in lines; budgets are shares of that of other pieces.
        of_cost: The cost that budgets are shares of.
    """

    frames: dict[str, Row]
    until_accepted: Row
    looked_at: float
    cpu_ratios: dict[str, float]
    budgets: list[Budget]
    median_cost: float
    of_cost: float


def measured(coded: Sequence[Voted], without: Mapping[str, Sequence[Voted]]) -> Measured:
    """The figures.

    Args:
        coded: Pieces with a code.
        without: Pieces without one, by their kind.
    """
    every = [*coded, *(piece for pieces in without.values() for piece in pieces)]
    cpu_s = [sum(piece.cpu_s[at] for piece in every) for at in range(len(FRAMES))]
    rows = {
        str(frames): _row(
            [piece.by_frames[at] for piece in coded],
            {kind: [piece.by_frames[at] for piece in pieces] for kind, pieces in without.items()},
        )
        for at, frames in enumerate(FRAMES)
    }
    stopped = _row(
        [piece.until_accepted for piece in coded],
        {kind: [piece.until_accepted for piece in pieces] for kind, pieces in without.items()},
    )
    looked_at = sum(piece.looked_at for piece in coded) / len(coded)
    return Measured(
        rows,
        stopped,
        round(looked_at, 2),
        {str(frames): round(spent / cpu_s[0], 2) for frames, spent in zip(FRAMES, cpu_s, strict=True)},
        [_budget(share, [piece.by_budget[at] for piece in coded]) for at, share in enumerate(BUDGETS)],
        round(median(piece.cost for piece in coded), 1),
        MEDIAN_COST,
    )


def _row(coded: Sequence[Said], without: Mapping[str, Sequence[Said]]) -> Row:
    return Row(
        _share(one.right for one in coded),
        _share(one.accepted for one in coded),
        _share(one.wrong for one in coded if one.accepted),
        {kind: _share(one.accepted for one in said) for kind, said in without.items()},
    )


def _budget(share: float, said: Sequence[Said]) -> Budget:
    row = _row(said, {})
    return Budget(share, _share(one.cut for one in said), row.exact, row.accepted, row.wrong)


def _share(flags: Iterable[bool]) -> Share:
    found = list(flags)
    return Share(sum(found), len(found))
