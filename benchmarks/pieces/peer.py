"""posteye beside PP-OCRv6 small on whole pictures: `python -m benchmarks.pieces.peer DATA`.

    python -m benchmarks.pieces.peer DATA --results benchmarks/results/piece-peers.json

Both read printed_pages and register_years of DATA, and rendered test pieces, which are made from DATA's qmnist_writers
and real_strings. PP-OCRv6 small (detector, classifier and recogniser, in an environment of its own) reads every line
that it finds. It counts as right where the wanted code stands anywhere in its text, whatever other codes are there: it
is never asked to choose. Its texts are kept in WORK/answers, for they do not change with posteye. Times are taken anew,
of some pictures of each set and of a camera's frame, by both readers in turn.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean, median

import click
import cv2
import msgspec
from tqdm import tqdm

from benchmarks.figures import provenance
from benchmarks.figures.command import bundle_option, mnist_option, results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.instructions.probe import PIECE_COUNTRY, PIECE_FILE
from benchmarks.peers.answers import answers, digest
from benchmarks.peers.process import start
from benchmarks.pieces.peer_page import FIGURE, Compared, Peers, Side, compared_text
from benchmarks.pieces.rendered import CODED, Stock, drawn, portions, truth_of
from benchmarks.pieces.sets import YEARS, reader_of
from device_runtime.grammar.grammar import SEPARATORS
from train.data.labelled import LABELS
from train.data.piece_labels import read_pieces
from train.evaluation.metrics import Share
from train.evaluation.mistakes import is_same
from train.report.piece_gallery import load_upright
from train.synthesis.pieces.folder import Tables, write_image

_PAGE = "page"  # the mode of benchmarks.peers.readers.ppocr that reads whole pictures
_TIMED = {"pages": 6, "years": 12, "pieces": 12, "frame": 1}  # pictures whose readings are timed


@dataclass(frozen=True)
class Picture:
    """A whole picture.

    Attributes:
        path: Of its file.
        code: The wanted one.
        country: Whose codes posteye is told to read; None = by the pattern.
        pattern: Of the codes; None = by the country.
    """

    path: Path
    code: str
    country: str | None
    pattern: str | None = None


def folder_pictures(folder: Path, country: str | None, pattern: str | None = None) -> list[Picture]:
    """The pictures of a folder with labels.csv; a country that a row names goes first."""
    return [Picture(p.path, p.truth.code, p.country or country, pattern) for p in read_pieces(folder)]


def rendered_pictures(stock: Stock, count: int, folder: Path) -> list[Picture]:
    """The first rendered test pieces with a code as files; a folder that holds them is left alone."""
    if not (folder / LABELS).exists() or len(read_pieces(folder)) != count:
        folder.mkdir(parents=True, exist_ok=True)
        tables = Tables()
        pieces = (named for portion in portions(CODED, count) for named in drawn(stock, portion))
        for name, piece in tqdm(pieces, desc="rendering", total=count, dynamic_ncols=True, leave=False, disable=None):
            write_image(folder / f"{name}.jpg", piece)
            tables.add(f"{name}.jpg", piece)
            assert truth_of(piece).code
        tables.write(folder)  # last, so that a folder with labels is complete
    return folder_pictures(folder, None)


def stands_in(text: str, code: str) -> bool:
    """Whether a code stands anywhere in a text as a number of its own; what separates its characters may be missing."""
    return bool(re.search(_form([re.escape(char) for char in code if char not in SEPARATORS]), text))


def stands_alone(text: str, code: str) -> bool:
    """Whether a text holds the code and no other number of as many digits."""
    form = _form([r"\d" if char.isdigit() else re.escape(char) for char in code if char not in SEPARATORS])
    found = re.findall(form, text)
    return bool(found) and all(is_same(other, code) for other in found)


def _form(chars: Sequence[str]) -> str:
    separator = f"[{re.escape(SEPARATORS)}]?"
    return rf"(?<!\d){separator.join(chars)}(?!\d)"


def compare(
    pictures: Sequence[Picture], name: str, title: str, kept: Path, bundle: Path | None, again: bool
) -> Compared:
    """How many pictures both read exactly.

    Args:
        pictures: Of the set.
        name: Of the set.
        title: The same for people.
        kept: Folder of the other reader's answers.
        bundle: Folder of posteye's bundle; None takes the shipped one.
        again: Have the other read again what it has read before.
    """
    paths = [picture.path for picture in pictures]
    found = answers(partial(start, "ppocr", _PAGE), paths, kept / f"{name}-ppocr.json", again)
    texts = [found.texts[digest(picture.path)] for picture in pictures]
    right = accepted = wrong = 0
    for picture in tqdm(pictures, desc=name, unit="picture", dynamic_ncols=True, leave=False, disable=None):
        reading = reader_of(picture.country, picture.pattern, bundle).read(picture.path).reading
        is_right = reading.code is not None and is_same(reading.code, picture.code)
        right, accepted = right + is_right, accepted + (reading.status == "accepted")
        wrong += reading.status == "accepted" and not is_right
    pairs = list(zip(texts, (picture.code for picture in pictures), strict=True))
    of = len(pictures)
    return Compared(
        title,
        Share(right, of),
        Share(accepted, of),
        Share(wrong, accepted),
        Share(sum(stands_in(*pair) for pair in pairs), of),
        Share(sum(stands_alone(*pair) for pair in pairs), of),
        found.version,
    )


def times(pictures: Sequence[Picture], bundle: Path | None, rounds: int) -> tuple[Side, str]:
    """Processor time of a picture by both readers in turn: mean over the pictures of the median of each.

    Returns:
        The times; and the version of the other reader.
    """
    cv2.setNumThreads(1)
    ours: list[list[float]] = [[] for _ in pictures]
    theirs: list[list[float]] = [[] for _ in pictures]
    loaded = [load_upright(picture.path) for picture in pictures]
    with start("ppocr", _PAGE) as peer:
        for round_ in range(rounds + 1):
            for place, picture in enumerate(pictures):
                reader = reader_of(picture.country, picture.pattern, bundle)
                begun = time.process_time()
                reader.read(loaded[place])
                spent = time.process_time() - begun
                answer = peer.read(picture.path)
                if round_:  # the first one warms both up
                    ours[place].append(spent)
                    theirs[place].append(answer.cpu_seconds)
        version = peer.identity.version
    mine, other = (fmean(median(row) for row in rows) for rows in (ours, theirs))
    return Side(len(pictures), mine * 1000, other * 1000), version


def _spread(pictures: Sequence[Picture], count: int) -> Sequence[Picture]:
    """So many of the pictures, from the first on at equal distances."""
    return pictures[:: max(1, len(pictures) // count)][:count]


@click.command()
@click.argument("data", type=click.Path(path_type=Path, file_okay=False))
@mnist_option
@click.option("--count", default=300, show_default=True, type=click.IntRange(1), help="Rendered pieces.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Of the rendered pieces.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="Timed readings of a picture.")
@click.option("--again", is_flag=True, help="Have PP-OCRv6 read again what it has read before.")
@click.option(
    "--work",
    default="runs/pieces",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of rendered pieces and answers.",
)
@bundle_option
@results_option
def peer(
    data: Path,
    mnist: Path | None,
    count: int,
    seed: int,
    rounds: int,
    again: bool,
    work: Path,
    bundle: Path | None,
    results: Path | None,
) -> None:
    """Compare exact rates and CPU time on whole pictures with PP-OCRv6 small."""
    machine = provenance.machine()
    stock = Stock(data / "qmnist_writers", mnist, data / "real_strings", seed)
    sets = {
        "pages": ("whole receipts", folder_pictures(data / "printed_pages", "MY")),
        "years": ("years in register cells", folder_pictures(data / "register_years", None, YEARS)),
        "pieces": ("rendered mail pieces", rendered_pictures(stock, count, work / "peer-pieces")),
    }
    compared = {
        name: compare(pictures, name, title, work / "answers", bundle, again)
        for name, (title, pictures) in sets.items()
    }
    timed = {
        name: pictures[:: max(1, len(pictures) // _TIMED[name])][: _TIMED[name]] for name, (_, pictures) in sets.items()
    }
    timed["frame"] = [Picture(PIECE_FILE, "", PIECE_COUNTRY)]
    spent = {}
    for name, pictures in tqdm(timed.items(), desc="timing", unit="set", leave=False, disable=None):
        spent[name], version = times(pictures, bundle, rounds)
    found = Peers(version, compared, spent)
    click.echo(compared_text(found))
    if results:
        hashes: dict[str, Path | str] = {name: data / name for name in ("printed_pages", "register_years")}
        hashes |= {"rendered pieces": work / "peer-pieces", "frame": PIECE_FILE}
        keep(
            FIGURE,
            results,
            msgspec.to_builtins(found),
            data=hashes,
            seed=seed,
            bundle=bundle or provenance.SHIPPED,
            machine=machine,
        )


if __name__ == "__main__":
    run_command(peer)
