"""The values that travel between the stages of the data path, one type per stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Status = Literal["accepted", "rejected", "no_code"]
Role = Literal["destination", "sender", "other"]
Wanted = Literal["destination", "sender", "any"]


@dataclass(frozen=True)
class Field:
    """A quadrilateral that may hold a code.

    Attributes:
        corners: (x, y) in image pixels, clockwise from the top left of the writing: the first two run along its top in
            the direction of reading, so the corners of turned writing are turned too.
    """

    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Line:
    """A line of writing that was found on a piece.

    Attributes:
        field: where it stands, with a margin of paper around it.
        height_px: of its characters, in image pixels.
        light: whether its ink is light on dark ground.
        boxes: how many preprinted boxes for single characters it stands in; 0 = none.
    """

    field: Field
    height_px: float
    light: bool = False
    boxes: int = 0


@dataclass(frozen=True)
class Strip:
    """A field made ready for the scanner: background flattened, deslanted, text height normalised, ink bright.

    Attributes:
        pixels: uint8 [32, W], 0 = paper.
        image_from_strip: float64 [2, 3], the affine map from strip pixels (x, y, 1) to pixels of the field's image.
        has_ink: False when nothing that could be writing was found.
        second_line: whether the field holds another whole line of writing, which is not in the strip.
        cut: whether the left and the right edge of the field go through the writing.
        aspect: how much wider the writing is drawn than it stands in the field.
    """

    pixels: NDArray[np.uint8]
    image_from_strip: NDArray[np.float64]
    has_ink: bool
    second_line: bool = False
    cut: tuple[bool, bool] = (False, False)
    aspect: float = 1.0


@dataclass(frozen=True)
class Penalties:
    """What the scanner says of a strip: for every column and class the penalty -log p.

    Attributes:
        values: float32 [columns, classes], classes = the alphabet, then blank, then rubbish.
        x_px: float32 [columns], the centre of each column's receptive field in the strip.
        alphabet: the characters of the first classes, in order.
        weights: float64 [columns, classes], probabilities in units of the column's best class, which has 1. Sums over
            paths are taken over these, the penalties are for the best path.
    """

    values: NDArray[np.float32]
    x_px: NDArray[np.float32]
    alphabet: str
    weights: NDArray[np.float64]

    @property
    def blank(self) -> int:
        """Index of the class that stands for the space between characters."""
        return len(self.alphabet)

    @property
    def rubbish(self) -> int:
        """Index of the class that stands for ink which is no character of the alphabet."""
        return len(self.alphabet) + 1


@dataclass(frozen=True)
class Character:
    """One character of a code.

    Attributes:
        char: the character.
        confidence: its posterior, 0..1.
        x_px: where it stands in the strip.
    """

    char: str
    confidence: float
    x_px: float


@dataclass(frozen=True)
class Candidate:
    """A code that the grammar allows.

    Attributes:
        code: the code.
        confidence: its posterior, 0..1.
        field: where it stands on a whole piece; None = in the field that was read.
    """

    code: str
    confidence: float
    field: Field | None = None


@dataclass(frozen=True)
class Outside:
    """A number in the line that is no code of the grammar.

    Attributes:
        number: its digits.
        confidence: its posterior, 0..1.
        too_short: whether all codes are longer.
    """

    number: str
    confidence: float
    too_short: bool


@dataclass(frozen=True)
class Decoding:
    """All that the decoder found.

    Attributes:
        candidates: codes, best first.
        characters: of the best one.
        outside: a number that was read instead, if it is believed more than any candidate.
        doubt: why a code that is well written is not believed, in words.
        free: log mass of all readings of the line: near 0 where every column is surely a digit, blank or rubbish in a
            likely order. None = the line could not be read.
    """

    candidates: tuple[Candidate, ...]
    characters: tuple[Character, ...]
    outside: Outside | None
    doubt: str | None = None
    free: float | None = None


@dataclass(frozen=True)
class Opinion:
    """What a recogniser of another make reads in a field.

    Attributes:
        code: the code that it believes most; None when it finds none.
        agrees: whether that is the code which our own net believes most.
    """

    code: str | None
    agrees: bool

    @property
    def words(self) -> str:
        """The same for people."""
        if self.agrees:
            return "a second opinion agrees"
        return f"a second opinion reads {self.code}" if self.code else "a second opinion finds no code"


@dataclass(frozen=True)
class Reading:
    """The answer for one field.

    Attributes:
        status: "accepted", "rejected", or "no_code" when nothing was read.
        code: the best code, also when rejected; None when there is none.
        reason: why it was not accepted; None when it was.
        confidence: of the code, 0..1.
        characters: of the code.
        candidates: codes, best first.
        opinion: of another recogniser; None where it was not asked.
    """

    status: Status
    code: str | None
    reason: str | None
    confidence: float
    characters: tuple[Character, ...]
    candidates: tuple[Candidate, ...]
    opinion: Opinion | None = None
