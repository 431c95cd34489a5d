"""The comparison with PP-OCRv6 small on whole pictures: what is kept, and the tables of its page."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from benchmarks.figures.blocks import Files
from benchmarks.figures.tables import Table, columns
from benchmarks.pieces.page import interval, percent
from device_runtime.errors import PosteyeError
from train.evaluation.metrics import Share

FIGURE = "piece-peers"
_TITLES = {
    "pages": "a whole receipt",
    "years": "a register cell",
    "pieces": "a rendered mail piece",
    "frame": "a camera's frame, 1920 x 1080 in colour",
}


class Compared(Struct, frozen=True):
    """What both readers made of a set.

    Attributes:
        title: Of the set.
        exact: posteye's wanted codes, accepted or not.
        accepted: Its accepted codes.
        wrong: Of these, the wrong ones.
        anywhere: Pictures in whose text by PP-OCRv6 the wanted code stands, beside whatever else.
        alone: Those in whose text no other number of as many digits stands.
        version: Of PP-OCRv6.
    """

    title: str
    exact: Share
    accepted: Share
    wrong: Share
    anywhere: Share
    alone: Share
    version: str


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


class Peers(Struct, frozen=True):
    """Everything that is kept.

    Attributes:
        version: Of PP-OCRv6.
        sets: What both read of each set.
        times: Of pictures of each set, and of the frame.
    """

    version: str
    sets: dict[str, Compared]
    times: dict[str, Side]


def rates_markdown(files: Files) -> str:
    """What both read."""
    ours = ("posteye, exact, %", "95 % interval", "accepted, %", "wrong of them")
    heads = ("pictures", "", *ours, "PP-OCRv6, code anywhere, %", "no rival in its text, %")
    lines = [
        [
            one.title,
            str(one.exact.of),
            percent(one.exact),
            interval(one.exact),
            percent(one.accepted),
            str(one.wrong.count),
            f"{percent(one.anywhere)} ({interval(one.anywhere)})",
            percent(one.alone),
        ]
        for one in of_files(files).sets.values()
    ]
    return Table(heads, lines).markdown()


def times_markdown(files: Files) -> str:
    """What a picture costs."""
    lines = [
        [_TITLES[name], str(side.pictures), f"{side.posteye_ms:.1f}", f"{side.ppocr_ms:,.0f}", f"1/{side.ratio:.0f}"]
        for name, side in of_files(files).times.items()
    ]
    return Table(("", "timed", "posteye, ms of CPU", "PP-OCRv6 small", "posteye needs"), lines).markdown()


def of_files(files: Files) -> Peers:
    """The comparison of the results file.

    Raises:
        PosteyeError: It is missing, or holds something else.
    """
    try:
        return msgspec.convert(files[FIGURE].values, Peers)
    except (KeyError, msgspec.ValidationError) as error:
        raise PosteyeError(f"{FIGURE}.json holds no comparison ({error}); python -m benchmarks.pieces.peer") from None


def compared_text(found: Peers) -> str:
    """Both for a terminal."""
    cells = [("", "exact", "accepted", "wrong", "PP-OCRv6", "alone")]
    for name, one in found.sets.items():
        ours = (f"{percent(one.exact)} %", f"{percent(one.accepted)} %", str(one.wrong.count))
        cells.append((name, *ours, f"{percent(one.anywhere)} %", f"{percent(one.alone)} %"))
    lines = [columns(cells, (-10, 9, 10, 7, 10, 9)), ""]
    for name, side in found.times.items():
        lines.append(f"{name:<10}{side.posteye_ms:9.1f} ms, PP-OCRv6 {side.ppocr_ms:9.1f} ms: 1/{side.ratio:.1f}")
    return "\n".join([*lines, "", f"PP-OCRv6: {found.version}"])
