"""The page of an evaluation of whole pieces: its figures, and every piece that failed with its fields drawn in."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from device_runtime.image.load import load_image
from device_runtime.types import Field
from train.data.piece_labels import Truth
from train.evaluation.alignment import aligned
from train.evaluation.metrics import Share
from train.evaluation.pieces import Look, PieceFigures
from train.report.page import Section, page, render

MOST_SHOWN = 60  # of each kind: with their pictures a page of some ten megabytes
_MOST_NAMED = 5  # fields of a picture whose role and penalty are written beside them
_LONGEST_PX = 640  # side of a picture on the page
_QUALITY = 70  # of its JPEG
_KINDS: tuple[tuple[str, str, Callable[[Look], bool]], ...] = (
    (
        "Wrong and accepted",
        "The mistakes that cost: a letter goes astray.",
        lambda look: look.judged.is_wrong,
    ),
    (
        "Wrong and rejected",
        "No harm done, and the place to learn from.",
        lambda look: bool(look.judged.truth) and not look.judged.is_accepted and not look.judged.is_right,
    ),
    (
        "Right but rejected",
        "Work for a person that a lower threshold would save.",
        lambda look: look.judged.is_right and not look.judged.is_accepted,
    ),
)


@dataclass(frozen=True)
class Shown:
    """A piece of the page.

    Attributes:
        look: What the reader made of it.
        truth: What it holds.
        load: Gives its picture, upright, uint8 [H, W, 3], RGB.
    """

    look: Look
    truth: Truth
    load: Callable[[], NDArray[np.uint8]]


@dataclass(frozen=True)
class Outline:
    """A quadrilateral drawn over a picture.

    Attributes:
        points: Its corners as SVG takes them.
        kind: How it is drawn: "seen", "chosen", "wanted" or "number".
        name: Written at its first corner; nothing = not written.
        told: Shown where the pointer rests on it.
        x: Of the first corner, px.
        y: Of the same.
    """

    points: str
    kind: str
    name: str
    told: str
    x: float
    y: float


@dataclass(frozen=True)
class Card:
    """A piece that was read wrongly or rejected.

    Attributes:
        read: Characters of the answer, aligned with the truth, and whether each differs; empty without an answer.
        truth: The same of the truth; empty where no code may be accepted.
        confidence: Of the answer.
        picture: As a data: address.
        size_px: Width and height of the picture on the page.
        outlines: Drawn over it.
        notes: Its name, why it was rejected, what was read for the code, rivals.
    """

    read: list[tuple[str, bool]]
    truth: list[tuple[str, bool]]
    confidence: float
    picture: str
    size_px: tuple[int, int]
    outlines: list[Outline]
    notes: list[str]


def piece_gallery(title: str, shown: Sequence[Shown], by: Sequence[str], setup: Mapping[str, str]) -> str:
    """Make the page, HTML.

    Args:
        title: Of the page.
        shown: All pieces that were read.
        by: Columns that the figures are broken down by.
        setup: What was read and how, name and value.

    Raises:
        PosteyeError: There are no pieces.
        ImageError: A picture is gone.
    """
    if not shown:
        raise PosteyeError("there are no pieces, so there is nothing to show")
    figures = PieceFigures([one.look.judged for one in shown])
    tiles = [(f"{len(shown)}", "pieces"), _tile(figures.exact, "read exactly")]
    tiles += [_tile(figures.located(3), "located in the best three")] if figures.located(3).of else []
    tiles += [_tile(figures.accepted, "accepted"), _tile(figures.wrong, "wrong among the accepted")]
    groups = {column: figures.by(column) for column in by}
    sections = [
        Section("Accepted though wrong, by what was read", render("pieces/mistakes.html", mistakes=figures.mistakes)),
        *(Section(f"By {column}", render("pieces/groups.html", groups=some)) for column, some in groups.items()),
        *(_kind(heading, note, [one for one in shown if belongs(one.look)]) for heading, note, belongs in _KINDS),
    ]
    return page(title, [f"{name} {value}" for name, value in setup.items()], tiles, sections)


def _tile(share: Share, what: str) -> tuple[str, str]:
    low, high = share.interval
    return f"{share.value:.1%}", f"{what} ({share.count} of {share.of}; {100 * low:.1f} to {100 * high:.1f})"


def _kind(heading: str, note: str, chosen: Sequence[Shown]) -> Section:
    """One kind of pieces as cards, the surest first."""
    order = sorted(chosen, key=lambda one: -one.look.judged.confidence)
    cards = [_card(one) for one in order[:MOST_SHOWN]]
    body = render("pieces/cards.html", note=note, cards=cards, left_out=len(order) - len(cards))
    return Section(f"{heading} ({len(order)})", body)


def _card(one: Shown) -> Card:
    judged = one.look.judged
    picture, scale = _reduced(one.load())
    pairs = aligned(judged.truth, judged.code) if judged.truth and judged.code else []
    rivals = [f"{c.code} {c.confidence:.3f}" for c in one.look.candidates if c.code != judged.code]
    notes = [judged.name, judged.reason or "", f"read: {judged.mistake}" if judged.mistake else ""]
    notes += [f"next: {', '.join(rivals)}" if rivals else ""]
    return Card(
        [(a, t != a) for t, a in pairs] or [(char, True) for char in judged.code or ""],
        [(t, t != a) for t, a in pairs] or [(char, False) for char in judged.truth],
        judged.confidence,
        jpeg_uri(picture),
        (picture.shape[1], picture.shape[0]),
        _outlines(one, scale),
        [note for note in notes if note],
    )


def _reduced(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """The picture as large as it is shown, and by what its lengths were multiplied."""
    scale = min(1.0, _LONGEST_PX / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    return np.asarray(small, np.uint8), scale


def _outlines(one: Shown, scale: float) -> list[Outline]:
    """What is drawn over a picture: the other numbers, the fields that were read, the wanted one above them."""
    found = [
        _outline(number.field, scale, "number", "", f"{number.text}: {number.kind}, {number.role}")
        for number in one.truth.numbers
        if number.field and number.field != one.truth.field
    ]
    for rank, read in reversed(list(enumerate(one.look.fields, start=1))):
        what = f"{read.role} {read.penalty:.1f}"
        name, told = f"{rank} {what}" if rank <= _MOST_NAMED else "", f"{rank}: {read.code or 'no code'}, {what}"
        found.append(_outline(read.field, scale, "chosen" if rank == 1 else "seen", name, told))
    if one.truth.field:
        found.append(_outline(one.truth.field, scale, "wanted", "", f"{one.truth.code}: wanted"))
    return found


def _outline(field: Field, scale: float, kind: str, name: str, told: str) -> Outline:
    corners = [(x * scale, y * scale) for x, y in field.corners]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return Outline(points, kind, name.strip(), told, round(corners[0][0], 1), round(corners[0][1], 1))


def load_upright(path: Path) -> NDArray[np.uint8]:
    """A picture's file in colour, upright as its EXIF orientation says: uint8 [H, W, 3], RGB.

    Raises:
        ImageError: It is gone, or no picture.
    """
    pixels = load_image(path)
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)


def jpeg_uri(picture: NDArray[np.uint8]) -> str:
    """A picture as a data: address, its JPEG of middling quality.

    Args:
        picture: uint8 [H, W, 3], RGB.
    """
    data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode('ascii')}"
