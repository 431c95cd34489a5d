"""posteye beside PP-OCRv6 small on whole pictures: `python -m benchmarks.pieces.peer DATA`.

    python -m benchmarks.pieces.peer DATA --only others --results benchmarks/results/piece-answers.json
    python -m benchmarks.pieces.peer DATA --only posteye --results benchmarks/results/piece-peers.json

Both read printed_pages and register_years of DATA, and rendered test pieces, which are made from DATA's qmnist_writers
and real_strings. PP-OCRv6 small (detector, classifier and recogniser, in an environment of its own) reads every line
that it finds. It counts as right where the wanted code stands anywhere in its text, whatever other codes are there: it
is never asked to choose. Its texts are kept in WORK/answers, for they do not change with posteye; they are a figure of
their own. Times go with posteye's side: of some pictures of each set and of a camera's frame, by both readers in turn.
"""

from __future__ import annotations

import hashlib
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
from benchmarks.pieces.options import count_option, data_argument, seed_option, work_option
from benchmarks.pieces.peer_page import (
    FIGURE,
    OTHER_FIGURE,
    Answered,
    Compared,
    Ours,
    Side,
    Theirs,
    ours_text,
    theirs_text,
)
from benchmarks.pieces.rendered import CODED, Stock, drawn, portions, truth_of
from benchmarks.pieces.sets import YEARS, reader_of
from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.types import Wanted
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
        role: Whose code it is; receipts and registers have no destination.
    """

    path: Path
    code: str
    country: str | None
    pattern: str | None = None
    role: Wanted = "destination"


def folder_pictures(
    folder: Path, country: str | None, pattern: str | None = None, role: Wanted = "destination"
) -> list[Picture]:
    """The pictures of a folder with labels.csv; a country that a row names goes first."""
    return [Picture(p.path, p.truth.code, p.country or country, pattern, role) for p in read_pieces(folder)]


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


def hash_of(pictures: Sequence[Picture]) -> str:
    """SHA-256 of pictures and of what they hold, wherever they lie."""
    told = [f"{hashlib.sha256(picture.path.read_bytes()).hexdigest()} {picture.code}" for picture in pictures]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def ours(pictures: Sequence[Picture], name: str, title: str, bundle: Path | None) -> Ours:
    """What posteye makes of a set.

    Args:
        pictures: Of the set.
        name: Of the set.
        title: The same for people.
        bundle: Folder of the bundle; None takes the shipped one.
    """
    right = accepted = wrong = 0
    for picture in tqdm(pictures, desc=name, unit="picture", dynamic_ncols=True, leave=False, disable=None):
        reading = reader_of(picture.country, picture.pattern, bundle).read(picture.path, role=picture.role).reading
        is_right = reading.code is not None and is_same(reading.code, picture.code)
        right, accepted = right + is_right, accepted + (reading.status == "accepted")
        wrong += reading.status == "accepted" and not is_right
    of = len(pictures)
    return Ours(title, hash_of(pictures), Share(right, of), Share(accepted, of), Share(wrong, accepted))


def theirs(pictures: Sequence[Picture], kept: Path, again: bool) -> tuple[Theirs, str]:
    """What PP-OCRv6 makes of a set, and its version.

    Args:
        pictures: Of the set.
        kept: File of its answers.
        again: Have it read again what it has read before.
    """
    found = answers(partial(start, "ppocr", _PAGE), [picture.path for picture in pictures], kept, again)
    pairs = [(found.texts[digest(picture.path)], picture.code) for picture in pictures]
    anywhere, alone = (sum(stands(*pair) for pair in pairs) for stands in (stands_in, stands_alone))
    of = len(pictures)
    return Theirs(hash_of(pictures), Share(anywhere, of), Share(alone, of)), found.version


def times(pictures: Sequence[Picture], bundle: Path | None, rounds: int) -> Side:
    """Processor time of a picture by both readers in turn: mean over the pictures of the median of each."""
    cv2.setNumThreads(1)
    mine: list[list[float]] = [[] for _ in pictures]
    other: list[list[float]] = [[] for _ in pictures]
    loaded = [load_upright(picture.path) for picture in pictures]
    with start("ppocr", _PAGE) as peer:
        for round_ in range(rounds + 1):
            for place, picture in enumerate(pictures):
                reader = reader_of(picture.country, picture.pattern, bundle)
                begun = time.process_time()
                reader.read(loaded[place], role=picture.role)
                spent = time.process_time() - begun
                answer = peer.read(picture.path)
                if round_:  # the first one warms both up
                    mine[place].append(spent)
                    other[place].append(answer.cpu_seconds)
    ours_s, theirs_s = (fmean(median(row) for row in rows) for rows in (mine, other))
    return Side(len(pictures), ours_s * 1000, theirs_s * 1000)


def _spread(pictures: Sequence[Picture], count: int) -> Sequence[Picture]:
    """So many of the pictures, from the first on at equal distances."""
    return pictures[:: max(1, len(pictures) // count)][:count]


@click.command()
@data_argument
@mnist_option
@count_option("--count", 300, "Rendered pieces.")
@seed_option("Of the rendered pieces.")
@count_option("--rounds", 3, "Timed readings of a picture.")
@click.option("--again", is_flag=True, help="Have PP-OCRv6 read again what it has read before.")
@work_option("Folder of rendered pieces and answers.")
@click.option("--only", type=click.Choice(["posteye", "others"]), required=True, help="Whose side to measure.")
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
    only: str,
    bundle: Path | None,
    results: Path | None,
) -> None:
    """Compare exact rates and CPU time on whole pictures with PP-OCRv6 small."""
    machine = provenance.machine()
    stock = Stock(data / "qmnist_writers", mnist, data / "real_strings", seed)
    sets = {
        "pages": ("whole receipts", folder_pictures(data / "printed_pages", "MY", None, "any")),
        "years": ("years in register cells", folder_pictures(data / "register_years", None, YEARS, "any")),
        "pieces": ("rendered mail pieces", rendered_pictures(stock, count, work / "peer-pieces")),
    }
    data_hashes = {name: hash_of(pictures) for name, (_, pictures) in sets.items()}
    if only == "others":
        kept = {name: theirs(some, work / "answers" / f"{name}-ppocr.json", again) for name, (_, some) in sets.items()}
        answered = Answered(next(iter(kept.values()))[1], {name: one for name, (one, _) in kept.items()})
        click.echo(theirs_text(answered))
        if results:
            keep(OTHER_FIGURE, results, msgspec.to_builtins(answered), data=data_hashes, seed=seed, bundle=None)
        return
    read = {name: ours(pictures, name, title, bundle) for name, (title, pictures) in sets.items()}
    timed = {name: _spread(pictures, _TIMED[name]) for name, (_, pictures) in sets.items()}
    timed["frame"] = [Picture(PIECE_FILE, "", PIECE_COUNTRY)]
    bar = tqdm(timed.items(), desc="timing", unit="set", leave=False, disable=None)
    found = Compared(read, {name: times(pictures, bundle, rounds) for name, pictures in bar})
    click.echo(ours_text(found))
    if results:
        values, chosen = msgspec.to_builtins(found), bundle or provenance.SHIPPED
        hashes: dict[str, Path | str] = {**data_hashes, "frame": PIECE_FILE}
        keep(FIGURE, results, values, data=hashes, seed=seed, bundle=chosen, machine=machine)


if __name__ == "__main__":
    run_command(peer)
