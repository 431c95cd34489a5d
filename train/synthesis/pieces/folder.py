"""Pieces as files: images, labels.csv with the wanted code of each, numbers.csv with every number."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

import cv2

from device_runtime.files.atomic import write_bytes, write_text
from train.synthesis.pieces.bands import BANDS, band_of
from train.synthesis.pieces.piece import Corners, Number, Piece

LABELS, NUMBERS = "labels.csv", "numbers.csv"
_JPEG_QUALITY = 95  # little is lost beside what the camera's own compression took
_LABEL_HEADS = ("file", "code", "country", "role", "corners")
_NUMBER_HEADS = ("file", "number", "role", "kind", "corners", "hand", "visible")
_WORDS = (
    "kind",
    "writing",
    "paper",
    "boxes",
    "box_color",
    "scanned",
    "shadow",
    "glare",
    "postmark",
    "chroma",
)  # kept as they are


@dataclass
class Tables:
    """The rows of both tables in the making.

    Attributes:
        labels: a row for each piece.
        numbers: a row for each number.
    """

    labels: list[list[str]] = field(default_factory=list)
    numbers: list[list[str]] = field(default_factory=list)

    def add(self, name: str, piece: Piece) -> None:
        """Add a piece whose image has this name."""
        wanted = next((n for n in piece.numbers if n.role == "destination" and n.text == piece.code), None)
        corners = _written(wanted.corners) if wanted else ""
        row = [name, piece.code or "", piece.country, "destination", corners, str(piece.quarter_turns)]
        row += [str(piece.conditions.get(head, "")) for head in _WORDS]
        row += [band_of(float(piece.conditions.get(head, 0)), edges) for head, edges in BANDS.items()]
        self.labels.append(row)
        self.numbers += [_number_row(name, number) for number in piece.numbers]

    def write(self, folder: Path) -> None:
        """Write both tables.

        Raises:
            WriteError: a file cannot be written.
        """
        heads = (*_LABEL_HEADS, "quarter_turns", *_WORDS, *BANDS)
        write_text(folder / LABELS, _csv(heads, self.labels))
        write_text(folder / NUMBERS, _csv(_NUMBER_HEADS, self.numbers))


def write_image(path: Path, piece: Piece) -> None:
    """Write a piece's picture as JPEG.

    Raises:
        WriteError: the file cannot be written.
    """
    bgr = cv2.cvtColor(piece.image, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    write_bytes(path, data.tobytes())


def _number_row(name: str, number: Number) -> list[str]:
    visible = "".join("1" if seen else "0" for seen in number.visible)
    hand = "yes" if number.hand else "no"
    return [name, number.text, number.role, number.kind, _written(number.corners), hand, visible]


def _written(corners: Corners) -> str:
    return " ".join(f"{value:.1f}" for point in corners for value in point)


def _csv(heads: tuple[str, ...], rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue()
