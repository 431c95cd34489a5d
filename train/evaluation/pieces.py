"""Measuring the whole reader on whole pieces: what it located, read, accepted, and took for the wanted code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tqdm import tqdm

from device_runtime.piece.whole import ReadField
from device_runtime.reader import Reader
from device_runtime.result import Result
from device_runtime.types import Candidate, Status
from train.data.piece_labels import LabelledPiece, Truth
from train.evaluation.breakdown import slices
from train.evaluation.metrics import Share
from train.evaluation.mistakes import is_same, mistake, rank_of

ANSWER_HEADS = ("name", "truth", "code", "confidence", "status", "reason", "rank", "mistake")
MOST_VALUES = 40  # of a column that figures are broken down by: more name pieces, they do not group them


@dataclass(frozen=True)
class Judged:
    """What the reader made of a piece, beside the truth.

    Attributes:
        name: Of the piece.
        truth: The wanted code; nothing where none may be accepted.
        status: Of the reading.
        code: The best code; None where there is none.
        confidence: Of it, 0..1.
        reason: Why it was not accepted.
        rank: Which of the reader's fields, the best first, is on the true one; 0 = none; None = nobody says where
            that is.
        mistake: What a code that is not the wanted one is; None where the code is right or there is none.
        columns: What is known of the piece, name and value.
    """

    name: str
    truth: str
    status: Status
    code: str | None
    confidence: float
    reason: str | None
    rank: int | None
    mistake: str | None
    columns: Mapping[str, str]

    @property
    def is_right(self) -> bool:
        """Whether the wanted code is reported, accepted or not."""
        return bool(self.truth) and self.code is not None and is_same(self.code, self.truth)

    @property
    def is_accepted(self) -> bool:
        """Whether the code is accepted."""
        return self.status == "accepted"

    @property
    def is_wrong(self) -> bool:
        """Whether a code is accepted that is not the wanted one."""
        return self.is_accepted and not self.is_right

    def row(self) -> tuple[str, ...]:
        """The piece as a row under ANSWER_HEADS."""
        rank = "" if self.rank is None else str(self.rank)
        told = (self.code or "", f"{self.confidence:.6f}", self.status, self.reason or "", rank, self.mistake or "")
        return (self.name, self.truth, *told)


@dataclass(frozen=True)
class PieceFigures:
    """The figures of judged pieces.

    Attributes:
        pieces: What was judged.
    """

    pieces: Sequence[Judged]

    @property
    def exact(self) -> Share:
        """Of the pieces with a code, those where it is reported, accepted or not."""
        coded = self._coded
        return Share(sum(piece.is_right for piece in coded), len(coded))

    def located(self, best: int) -> Share:
        """Of the pieces whose field is known, those where it is among the reader's `best` best fields."""
        known = [piece.rank for piece in self.pieces if piece.rank is not None]
        return Share(sum(0 < rank <= best for rank in known), len(known))

    @property
    def no_code(self) -> Share:
        """Pieces for which no code is reported."""
        return self._of_all([piece for piece in self.pieces if piece.code is None])

    @property
    def accepted(self) -> Share:
        """Pieces whose reading is accepted."""
        return self._of_all([piece for piece in self.pieces if piece.is_accepted])

    @property
    def wrong(self) -> Share:
        """Of the accepted, those with a wrong code."""
        return Share(sum(piece.is_wrong for piece in self.pieces), self.accepted.count)

    @property
    def accepted_without_code(self) -> Share:
        """Of the pieces without a code, those where one is accepted."""
        bare = [piece for piece in self.pieces if not piece.truth]
        return Share(sum(piece.is_accepted for piece in bare), len(bare))

    @property
    def mistakes(self) -> dict[str, Share]:
        """What the wrong codes are that were accepted, as shares of all pieces, the commonest first."""
        kinds = Counter(piece.mistake for piece in self.pieces if piece.is_wrong and piece.mistake)
        return {kind: Share(count, len(self.pieces)) for kind, count in kinds.most_common()}

    def by(self, column: str) -> dict[str, PieceFigures]:
        """The figures of the pieces that share a value of a column; numbers of many values by quartiles.

        Raises:
            KeyError: No piece has such a column.
        """
        if not any(column in piece.columns for piece in self.pieces):
            raise KeyError(column)
        values = [piece.columns.get(column, "") for piece in self.pieces]
        return {
            name: PieceFigures([self.pieces[row] for row in rows.nonzero()[0]])
            for name, rows in slices(values, MOST_VALUES)
        }

    def summary(self) -> dict[str, Any]:
        """The figures for machines: shares with the number of pieces that they are of, and 95 % intervals."""
        shares = {
            "exact": self.exact,
            "no_code": self.no_code,
            "accepted": self.accepted,
            "wrong": self.wrong,
            "accepted_without_code": self.accepted_without_code,
        }
        shares |= {f"located_top_{best}": self.located(best) for best in (1, 3) if self.located(best).of}
        return {
            "pictures": len(self.pieces),
            **{name: round(share.value, 4) for name, share in shares.items()},
            "of": {name: share.of for name, share in shares.items()},
            "intervals": {name: [round(end, 4) for end in share.interval] for name, share in shares.items()},
            "mistakes": {kind: share.count for kind, share in self.mistakes.items()},
        }

    @property
    def _coded(self) -> list[Judged]:
        return [piece for piece in self.pieces if piece.truth]

    def _of_all(self, some: Sequence[Judged]) -> Share:
        return Share(len(some), len(self.pieces))


@dataclass(frozen=True)
class Look:
    """A judged piece with all that the reader saw on it.

    Attributes:
        judged: The piece.
        fields: The lines that were read, the likeliest first.
        candidates: The codes that were weighed, the best first.
    """

    judged: Judged
    fields: tuple[ReadField, ...]
    candidates: tuple[Candidate, ...]


def judge(name: str, truth: Truth, columns: Mapping[str, str], result: Result) -> Look:
    """Compare a reading of a piece with the truth."""
    reading = result.reading
    rank = rank_of(truth, [one.field for one in result.fields])
    is_wrong = reading.code is not None and not (truth.code and is_same(reading.code, truth.code))
    wrong = mistake(reading.code, result.field, truth) if reading.code is not None and is_wrong else None
    told = (reading.status, reading.code, reading.confidence, reading.reason)
    return Look(Judged(name, truth.code, *told, rank, wrong, columns), result.fields, reading.candidates)


def read_pieces(
    pieces: Sequence[LabelledPiece], reader_of: Callable[[str], Reader], upright: bool = False
) -> list[Look]:
    """Read every piece as `posteye read` does without --field.

    Args:
        pieces: Labelled.
        reader_of: Gives the reader of a country; nothing is the folder's only one.
        upright: Whether the pictures are known to be the right way up.

    Raises:
        ImageError: For a file that is no image.
    """
    bar = tqdm(pieces, desc="pieces", unit="piece", dynamic_ncols=True, leave=False, disable=None)
    return [
        judge(piece.name, piece.truth, piece.columns, reader_of(piece.country).read(piece.path, upright=upright))
        for piece in bar
    ]
