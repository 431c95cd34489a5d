"""The comparison with PP-OCRv6 small on whole pictures: what is kept, and the tables of its page."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Struct

from benchmarks.figures.blocks import Files
from benchmarks.figures.tables import Table, columns
from benchmarks.pieces.page import interval, percent
from device_runtime.errors import PosteyeError
from train.evaluation.metrics import Share

FIGURE, OTHER_FIGURE = "piece-peers", "piece-answers"  # posteye's side and the times, and what PP-OCRv6 read
_Kind = TypeVar("_Kind", "Compared", "Answered")
_TITLES = {
    "pages": "a whole receipt",
    "years": "a register cell",
    "pieces": "a rendered mail piece",
    "frame": "a camera's frame, 1920 x 1080 in colour",
}


class Ours(Struct, frozen=True):
    """What posteye made of a set.

    Attributes:
        title: Of the set.
        sample: Hash of the pictures.
        exact: Wanted codes that it reported, accepted or not.
        accepted: Pictures whose code it accepted.
        wrong: Of these, the wrong ones.
    """

    title: str
    sample: str
    exact: Share
    accepted: Share
    wrong: Share


class Theirs(Struct, frozen=True):
    """What PP-OCRv6 made of a set.

    Attributes:
        sample: Hash of the pictures.
        anywhere: Pictures in whose text the wanted code stands, beside whatever else.
        alone: Those in whose text no other number of as many digits stands.
    """

    sample: str
    anywhere: Share
    alone: Share


class Side(Struct, frozen=True):
    """Processor time of a picture.

    Attributes:
        pictures: How many were timed.
        posteye_ms: Mean over the pictures of the median of each.
        ppocr_ms: The same.
    """

    pictures: int
    posteye_ms: float
    ppocr_ms: float

    @property
    def ratio(self) -> float:
        """How many times posteye's time PP-OCRv6 needs."""
        return self.ppocr_ms / self.posteye_ms


class Compared(Struct, frozen=True):
    """posteye's side, with the times of both.

    Attributes:
        sets: By name.
        times: Of pictures of each set, and of the frame.
    """

    sets: dict[str, Ours]
    times: dict[str, Side]


class Answered(Struct, frozen=True):
    """The other side.

    Attributes:
        version: Of PP-OCRv6.
        sets: By name.
    """

    version: str
    sets: dict[str, Theirs]


def rates_markdown(files: Files) -> str:
    """What both read.

    Raises:
        PosteyeError: A side is missing, or they are of different pictures.
    """
    ours, theirs = of_files(files).sets, others_of_files(files).sets
    if {name: one.sample for name, one in ours.items()} != {name: one.sample for name, one in theirs.items()}:
        raise PosteyeError(f"{FIGURE}.json and {OTHER_FIGURE}.json are of different pictures; measure both again")
    heads = ("posteye, exact, %", "95 % interval", "accepted, %", "wrong of them")
    others = ("PP-OCRv6, code anywhere, %", "no rival in its text, %")
    lines = [[*_ours(one), *_theirs(theirs[name])] for name, one in ours.items()]
    return Table(("pictures", "", *heads, *others), lines).markdown()


def _ours(one: Ours) -> list[str]:
    cells = [percent(one.exact), interval(one.exact), percent(one.accepted), str(one.wrong.count)]
    return [one.title, str(one.exact.of), *cells]


def _theirs(one: Theirs) -> list[str]:
    return [f"{percent(one.anywhere)} ({interval(one.anywhere)})", percent(one.alone)]


def times_markdown(files: Files) -> str:
    """What a picture costs."""
    lines = [
        [_TITLES[name], str(side.pictures), f"{side.posteye_ms:.1f}", f"{side.ppocr_ms:,.0f}", f"1/{side.ratio:.0f}"]
        for name, side in of_files(files).times.items()
    ]
    return Table(("", "timed", "posteye, ms of CPU", "PP-OCRv6 small", "posteye needs"), lines).markdown()


def of_files(files: Files) -> Compared:
    """posteye's side, of its results file.

    Raises:
        PosteyeError: It is missing, or holds something else.
    """
    return _converted(files, FIGURE, Compared)


def others_of_files(files: Files) -> Answered:
    """PP-OCRv6's side, of its results file.

    Raises:
        PosteyeError: It is missing, or holds something else.
    """
    return _converted(files, OTHER_FIGURE, Answered)


def _converted(files: Files, name: str, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.convert(files[name].values, kind)
    except (KeyError, msgspec.ValidationError) as error:
        raise PosteyeError(f"{name}.json holds no comparison ({error}); python -m benchmarks.pieces.peer") from None


def ours_text(found: Compared) -> str:
    """posteye's side for a terminal."""
    cells = [("", "exact", "accepted", "wrong")]
    for name, one in found.sets.items():
        cells.append((name, f"{percent(one.exact)} %", f"{percent(one.accepted)} %", str(one.wrong.count)))
    lines = [columns(cells, (-10, 9, 10, 7)), ""]
    for name, side in found.times.items():
        lines.append(f"{name:<10}{side.posteye_ms:9.1f} ms, PP-OCRv6 {side.ppocr_ms:9.1f} ms: 1/{side.ratio:.1f}")
    return "\n".join(lines)


def theirs_text(found: Answered) -> str:
    """PP-OCRv6's side for a terminal."""
    cells = [("", "anywhere", "alone")]
    cells += [(name, f"{percent(one.anywhere)} %", f"{percent(one.alone)} %") for name, one in found.sets.items()]
    return columns(cells, (-10, 10, 9)) + f"\n\nPP-OCRv6: {found.version}"
