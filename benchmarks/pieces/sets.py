"""What the reader makes of real pages, register cells and lines: `python -m benchmarks.pieces.sets DATA`.

DATA holds printed_pages, register_years, printed_postcode_lines and reported, each with its labels.csv.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
import msgspec
from msgspec import Struct
from tqdm import tqdm

from benchmarks.figures.blocks import Files
from benchmarks.figures.command import bundle_option, results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import SHIPPED
from benchmarks.figures.tables import Table, columns
from benchmarks.pieces.options import data_argument
from benchmarks.pieces.page import interval, percent
from device_runtime.errors import PosteyeError
from device_runtime.reader import Reader
from device_runtime.types import Wanted
from train.data.piece_labels import LabelledPiece, read_pieces
from train.evaluation.metrics import Share
from train.evaluation.pieces import Judged, PieceFigures, judge

FIGURE = "piece-sets"
YEARS = r"1[89]\d\d"
_OPTIONS = "options"  # column of a set each of whose pictures is read in its own way


@dataclass(frozen=True)
class Way:
    """How a picture is read.

    Attributes:
        field: As one text field; else as a whole piece.
        country: Whose codes; None = by the pattern.
        pattern: Of the codes; None = by the country.
        role: Whose code is wanted; receipts and registers have no destination.
    """

    field: bool = False
    country: str | None = None
    pattern: str | None = None
    role: Wanted = "destination"

    @property
    def words(self) -> str:
        """As options of `posteye read`."""
        given = ["--field"] if self.field else []
        given += ["--country", self.country] if self.country else []
        given += ["--pattern", shlex.quote(self.pattern)] if self.pattern else []
        given += ["--role", self.role] if self.role != "destination" else []
        return " ".join(given)


@dataclass(frozen=True)
class FolderSet:
    """A folder of labelled pictures.

    Attributes:
        name: Of the set, in results files.
        title: For people.
        folder: Its name in the data.
        way: How its pictures are read; None = as the column options says of each.
        exact: The share that is asked for; None = no goal.
    """

    name: str
    title: str
    folder: str
    way: Way | None
    exact: float | None = None


SETS = (
    FolderSet("pages", "whole receipts", "printed_pages", Way(country="MY", role="any"), 0.97),
    FolderSet("pages-destination", "the same as mail", "printed_pages", Way(country="MY")),
    FolderSet("years", "years in register cells", "register_years", Way(pattern=YEARS, role="any"), 0.80),
    FolderSet("years-destination", "the same as mail", "register_years", Way(pattern=YEARS)),
    FolderSet("lines", "printed postcode lines, whole", "printed_postcode_lines", Way(country="MY", role="any")),
    FolderSet("line-fields", "the same as fields", "printed_postcode_lines", Way(field=True, country="MY")),
    FolderSet("reported", "reported faults", "reported", None, 0.75),
)


class Row(Struct, frozen=True):
    """What came of a set.

    Attributes:
        title: Of the set.
        words: Options that it is read with.
        pieces: How many pictures it has.
        goal: Share read exactly that is asked for; None = no goal.
        exact: Of the pictures with a code.
        accepted: Of all pictures.
        wrong: Of the accepted.
        mistakes: What was accepted though wrong, by name: the code that was reported.
    """

    title: str
    words: str
    pieces: int
    goal: float | None
    exact: Share
    accepted: Share
    wrong: Share
    mistakes: dict[str, str]


class Rows(Struct, frozen=True):
    """Everything that is kept.

    Attributes:
        sets: By name.
    """

    sets: dict[str, Row]


def read_set(asked: FolderSet, data: Path, bundle: Path | None = None) -> list[Judged]:
    """Read the pictures of a set and judge the readings.

    Raises:
        PosteyeError: The set is missing, or a row's options are no options.
    """
    pieces = read_pieces(data / asked.folder)
    bar = tqdm(pieces, desc=asked.name, unit="picture", dynamic_ncols=True, leave=False, disable=None)
    found = []
    for piece in bar:
        way = asked.way or way_of(piece)
        result = reader_of(way.country, way.pattern, bundle).read(piece.path, field=way.field, role=way.role)
        found.append(judge(piece.name, piece.truth, piece.columns, result).judged)
    return found


def way_of(piece: LabelledPiece) -> Way:
    """How the column options says that a picture is read.

    Raises:
        PosteyeError: It says something else.
    """
    words = shlex.split(piece.columns.get(_OPTIONS, ""))
    field = "--field" in words
    rest = [word for word in words if word != "--field"]
    given = dict(zip(rest[::2], rest[1::2], strict=False))
    if len(rest) % 2 or not given.keys() <= {"--country", "--pattern"}:
        raise PosteyeError(f"{piece.name}: {piece.columns.get(_OPTIONS)!r} are no options that a set is read with")
    return Way(field, given.get("--country"), given.get("--pattern"))


@cache
def reader_of(country: str | None, pattern: str | None, bundle: Path | None) -> Reader:
    """The reader of some codes."""
    return Reader(country=country, pattern=pattern, bundle=bundle)


def row_of(asked: FolderSet, judged: list[Judged]) -> Row:
    """The figures of a set."""
    figures = PieceFigures(judged)
    wrong = {piece.name: piece.code or "" for piece in judged if piece.is_wrong}
    words = asked.way.words if asked.way else "each its own"
    return Row(asked.title, words, len(judged), asked.exact, figures.exact, figures.accepted, figures.wrong, wrong)


def rows_markdown(files: Files) -> str:
    """The table of the page."""
    try:
        kept = msgspec.convert(files[FIGURE].values, Rows)
    except (KeyError, msgspec.ValidationError) as error:
        raise PosteyeError(
            f"{FIGURE}.json holds no sets ({error}); python -m benchmarks.pieces.sets measures"
        ) from None
    lines = [_line(row) for row in kept.sets.values()]
    heads = ("pictures", "read with", "", "asked, %", "exact, %", "95 % interval", "accepted, %", "wrong of them")
    return Table(heads, lines).markdown()


def _line(row: Row) -> list[str]:
    asked = f"{100 * row.goal:g}" if row.goal is not None else "-"
    cells = [percent(row.exact), interval(row.exact), percent(row.accepted), str(row.wrong.count)]
    words = f"`{row.words}`" if row.words.startswith("--") else row.words
    return [row.title, words, str(row.pieces), asked, *cells]


def rows_text(rows: Mapping[str, Row]) -> str:
    """The same for a terminal, with the codes that were accepted though wrong."""
    cells = [("", "pictures", "exact", "", "accepted", "wrong")]
    for name, row in rows.items():
        exact = (f"{row.exact.count} of {row.exact.of}", f"{percent(row.exact)} %")
        cells.append((name, str(row.pieces), *exact, f"{percent(row.accepted)} %", str(row.wrong.count)))
    lines = [columns(cells, (-14, 9, 12, 9, 10, 7))]
    lines += [f"{name} {piece}: {code}" for name, row in rows.items() for piece, code in row.mistakes.items()]
    return "\n".join(lines)


@click.command()
@data_argument
@click.option("--only", type=click.Choice([one.name for one in SETS]), multiple=True, help="Some of the sets.")
@bundle_option
@results_option
def sets(data: Path, only: tuple[str, ...], bundle: Path | None, results: Path | None) -> None:
    """Read the sets below DATA, and print what was read exactly, accepted, and accepted though wrong."""
    if results and only:
        raise PosteyeError("--results keeps all sets; leave --only out")
    chosen = [one for one in SETS if not only or one.name in only]
    rows = {one.name: row_of(one, read_set(one, data, bundle)) for one in chosen}
    click.echo(rows_text(rows))
    if results:
        folders = {one.folder: data / one.folder for one in chosen}
        keep(FIGURE, results, msgspec.to_builtins(Rows(rows)), data=folders, bundle=bundle or SHIPPED)


if __name__ == "__main__":
    run_command(sets)
