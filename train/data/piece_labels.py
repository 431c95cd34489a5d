"""Labelled pieces of mail: labels.csv with the code that is wanted, and numbers.csv with every number that is there."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from device_runtime.errors import FileError, PosteyeError
from device_runtime.files.regular import LABELS_LIMIT_BYTES, read_regular
from device_runtime.types import Field, Role
from train.data.labelled import LABELS, Label, read_labels

NUMBERS = "numbers.csv"
ROLES: tuple[Role, ...] = get_args(Role)
_COUNTRY, _ROLE, _CORNERS = "country", "role", "corners"
_NUMBER_HEADS = ("file", "number", _ROLE, "kind", _CORNERS)
_COORDINATES = 8


@dataclass(frozen=True)
class Number:
    """A number that stands on a piece.

    Attributes:
        text: As it is written, with what separates its digits.
        role: Whose it is.
        kind: What it is, in words: "code", "house number", "date".
        field: Where it stands; None = nobody says.
    """

    text: str
    role: Role
    kind: str
    field: Field | None


@dataclass(frozen=True)
class Truth:
    """What a piece holds.

    Attributes:
        code: The code that is wanted; nothing where no code may be accepted.
        field: Where it stands; None = nobody says.
        numbers: All numbers of the piece that are told, the wanted one too where it is among them.
    """

    code: str
    field: Field | None
    numbers: tuple[Number, ...] = ()


@dataclass(frozen=True)
class LabelledPiece:
    """A piece of a folder.

    Attributes:
        name: Of its image, as it stands in labels.csv.
        path: Where the image is.
        country: Whose codes are to be read on it; nothing = the folder's only country.
        truth: What it holds.
        columns: Further columns of its row, by their heads: what figures can be broken down by.
    """

    name: str
    path: Path
    country: str
    truth: Truth
    columns: Mapping[str, str]


def read_pieces(folder: Path) -> tuple[LabelledPiece, ...]:
    """Read the labels of a folder of whole pieces.

    labels.csv has the columns file and code, and where they are known country, role (of the code; destination where it
    is empty) and corners: x and y in image pixels of four corners, clockwise from the top left of the writing.
    numbers.csv beside it, where there is one, has the columns file, number, role, kind and corners.

    Raises:
        PosteyeError: As `read_labels`; for an image that is missing, corners that are not eight numbers, a role that
            there is not, and for a numbers.csv that holds something else.
    """
    labels = read_labels(folder)
    numbers = _numbers(folder / NUMBERS, {label.name for label in labels})
    return tuple(_piece(label, numbers.get(label.name, ()), folder / LABELS) for label in labels)


def _piece(label: Label, numbers: Sequence[Number], table: Path) -> LabelledPiece:
    where = f"{table}, {label.name}"
    if not label.path.is_file():
        raise PosteyeError(f"{where}: there is no such image in the folder; mend its name or leave the row out")
    role = _role(label.further.get(_ROLE, "") or "destination", where)
    field = corners_of(label.further.get(_CORNERS, ""), where)
    told = tuple(numbers)
    if label.code and not any(n.text == label.code and n.role == role for n in told):
        told = (Number(label.code, role, "code", field), *told)
    columns = {head: value for head, value in label.further.items() if head != _CORNERS}
    country = label.further.get(_COUNTRY, "").strip()
    return LabelledPiece(label.name, label.path, country, Truth(label.code, field, told), columns)


def _numbers(path: Path, names: set[str]) -> dict[str, list[Number]]:
    """Rows of numbers.csv by the image's name; none without the file."""
    found: dict[str, list[Number]] = {}
    if not path.exists():
        return found
    try:
        text = read_regular(path, LABELS_LIMIT_BYTES).decode("utf-8-sig")
    except (FileError, UnicodeDecodeError) as error:
        raise PosteyeError(f"{path} cannot be read as UTF-8 text: {error}") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    try:
        missing = [head for head in _NUMBER_HEADS if head not in (reader.fieldnames or ())]
        if missing:
            raise PosteyeError(f"{path} has no column {missing[0]}; its header should be {','.join(_NUMBER_HEADS)}")
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if row["file"] not in names:
                raise PosteyeError(f"{where}, names {row['file']!r}, which is not in {LABELS}")
            number = Number(row["number"], _role(row[_ROLE], where), row["kind"], corners_of(row[_CORNERS], where))
            found.setdefault(row["file"], []).append(number)
    except csv.Error as error:
        raise PosteyeError(f"{path}, line {reader.line_num}, is no row of a CSV table: {error}") from error
    return found


def corners_of(text: str, where: str) -> Field | None:
    """The field that eight numbers describe, "x0 y0 x1 y1 x2 y2 x3 y3"; None for an empty text.

    Args:
        text: The numbers with spaces between them.
        where: What an error begins with.

    Raises:
        PosteyeError: These are not eight finite numbers.
    """
    words = text.split()
    if not words:
        return None
    try:
        values = [float(word) for word in words]
    except ValueError:
        values = []
    if len(values) != _COORDINATES or not all(map(math.isfinite, values)):
        raise PosteyeError(f"{where}: corners are {text!r}; give eight numbers, x0 y0 x1 y1 x2 y2 x3 y3, or nothing")
    return Field(tuple(zip(values[::2], values[1::2], strict=True)))


def _role(text: str, where: str) -> Role:
    if text not in ROLES:
        raise PosteyeError(f"{where}: the role is {text!r}; give one of {', '.join(ROLES)}")
    return text
