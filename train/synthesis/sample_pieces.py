"""Makes the sample pieces that come with the program, and hashes of what all samples are read as.

    python -m train.synthesis.sample_pieces --out device_runtime/samples --writers QMNIST --strokes REAL_STRINGS

Pieces are test pieces of the renderer: fonts, layouts and hands that nothing was trained on. Of each kind the first is
kept that is read as the sample is to show: they show a healthy reader and are its self-test; they say nothing of how
often it reads so. Run it after train.synthesis.sample_fields, which makes the fields.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from device_runtime.commands.program import run_command
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_bytes
from device_runtime.reader import Reader
from device_runtime.samples import INDEX_FILE, Golden, Sample, golden, load_index
from train.data.mnist import load_mnist
from train.data.writers import writers_of
from train.progress import Progress
from train.synthesis.pieces.generator import PieceGenerator
from train.synthesis.pieces.piece import Piece

LIMIT_BYTES = 60_000
_ORIGIN = "rendered: fonts of free licences, MNIST test digits (CC BY-SA 3.0), UNIPEN strokes (CC BY 4.0)"
_NONE = Golden("", "", "")  # until the sample is drawn
_SEED, _TRIES, _LONGEST_PX = 2027, 4000, 1100
_QUALITIES = range(88, 55, -4)
_ADDRESSES = {"destination", "sender"}


@dataclass(frozen=True)
class Wanted:
    """A piece that is looked for.

    Attributes:
        name: of its file.
        is_shown: whether a piece is of this kind.
        has_rival: whether it is to be rejected for a rival; else it is to be accepted.
    """

    name: str
    is_shown: Callable[[Piece], bool]
    has_rival: bool = False


def _has_addresses(piece: Piece) -> bool:
    return {number.role for number in piece.numbers} >= _ADDRESSES


WANTED = (
    Wanted(
        "print",
        lambda p: _has_addresses(p) and p.conditions["writing"] == "print" and not p.quarter_turns,
    ),
    Wanted("boxes", lambda p: _has_addresses(p) and p.conditions["boxes"] != "no"),
    Wanted("rival", lambda p: _has_addresses(p) and not p.quarter_turns, has_rival=True),
    Wanted("turned", lambda p: _has_addresses(p) and p.quarter_turns == 2),
)


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the samples, with their index.")
@click.option("--writers", required=True, type=click.Path(path_type=Path), help="Folder of QMNIST label files.")
@click.option("--strokes", required=True, type=click.Path(path_type=Path), help="Folder of pen strokes of capitals.")
def samples(out: Path, writers: Path, strokes: Path) -> None:
    """Draw the pieces, write them, and write the index with fresh hashes of all samples."""
    fields = [sample for sample in load_index(out) if sample.field]
    generator = PieceGenerator(writers_of(load_mnist(None, writers).test), _SEED, "test", strokes=strokes)
    found = found_pieces(generator, WANTED)
    index = list(fields)
    for number, (wanted, (sample, data)) in enumerate(zip(WANTED, found, strict=True), start=len(fields) + 1):
        named = msgspec.structs.replace(sample, file=f"{number:02d}-{wanted.name}.jpg")
        for old in out.glob(f"{number:02d}-*.jpg"):
            old.unlink()
        write_bytes(out / named.file, data)
        index.append(named)
    index = [msgspec.structs.replace(sample, golden=golden(sample, out / sample.file)) for sample in index]
    write_bytes(out / INDEX_FILE, msgspec.json.format(msgspec.json.encode(index), indent=1) + b"\n")


def found_pieces(generator: PieceGenerator, wanted: tuple[Wanted, ...]) -> list[tuple[Sample, bytes]]:
    """The first drawn piece for each that is wanted, as a sample without name, with the bytes of its file.

    Raises:
        PosteyeError: one of them is not among so many pieces.
    """
    found: dict[str, tuple[Sample, bytes]] = {}
    with Progress().bar(_TRIES, "pieces looked at") as bar:
        for tried in range(1, _TRIES + 1):
            piece = generator.piece(longest_px=_LONGEST_PX)
            for one in wanted:
                if one.name not in found and one.is_shown(piece) and (sample := _sample(piece, one)):
                    found[one.name] = sample
                    break  # no piece twice
            bar.to(tried, f"found: {', '.join(found) or 'none yet'}")
            if len(found) == len(wanted):
                return [found[one.name] for one in wanted]
    missing = ", ".join(one.name for one in wanted if one.name not in found)
    raise PosteyeError(f"none of {_TRIES} pieces shows {missing}: the bundle reads badly")


def _sample(piece: Piece, wanted: Wanted) -> tuple[Sample, bytes] | None:
    """The piece as a sample, if it is read as it is to show and small enough."""
    data = _small_jpeg(piece.image)
    if data is None:
        return None
    stored = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert stored is not None
    reading = Reader(country=piece.country).read(np.asarray(stored, np.uint8)).reading
    others = {number.text for number in piece.numbers} - {piece.code}
    reason = (reading.reason or "").split()
    rival = next((number for number in others if "rival" in reason and number in reason), None)
    expected = None if wanted.has_rival else piece.code
    sample = Sample("", expected, _ORIGIN, _NONE, country=piece.country, field=False, rival=rival)
    if wanted.has_rival:
        return (sample, data) if rival and reading.code == piece.code else None
    return (sample, data) if sample.is_read_as_expected(reading) else None


def _small_jpeg(pixels: NDArray[np.uint8]) -> bytes | None:
    """A picture's JPEG within the limit, as good as it allows; None where it would be too poor.

    Colour is not sampled down: decoders differ in how they make it whole again, and all machines must see the same.
    """
    for quality in _QUALITIES:
        options = [cv2.IMWRITE_JPEG_QUALITY, quality]
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
        data = cv2.imencode(".jpg", pixels[..., ::-1], options)[1].tobytes()
        if len(data) <= LIMIT_BYTES:
            return data
    return None


if __name__ == "__main__":
    run_command(samples)
