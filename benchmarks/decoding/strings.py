"""Makes labelled strips of codes handwritten with MNIST *test* digits.

    python -m benchmarks.decoding.strings --out FILE.npz

Each string is written by one test writer in a style of the training generator, photographed, and normalised as on the
device. The file is one of `train.synthesis.shards`, so `posteye calibrate --strips` reads it too.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.figures.command import mnist_option, run_command, writers_option
from device_runtime.bundle import load_bundle
from device_runtime.errors import PosteyeError
from device_runtime.image.normalize import normalize
from device_runtime.types import Strip
from train.data.labelled import Labeled
from train.data.mnist import load_mnist
from train.data.writers import Writer, writers_of
from train.synthesis.generator import FieldGenerator
from train.synthesis.shards import Shard, load_shard, save_shard

_DIGITS = 5
_CHUNK = 100  # strings that one random generator writes, whichever process has it


@dataclass(frozen=True)
class _Chunk:
    """What one process writes at a time.

    Attributes:
        codes: To write.
        seed: Of the generator.
        widest_px: Of a strip that is kept.
    """

    codes: list[str]
    seed: int
    widest_px: int


def write_codes(generator: FieldGenerator, codes: Iterable[str], widest_px: int) -> list[NDArray[np.uint8]]:
    """Write each code on a strip of its own, uint8 [32, W]; what came out too wide is written again."""
    strips = []
    for code in codes:
        pixels = normalize(generator.handwritten(code).image).pixels
        while pixels.shape[1] > widest_px:
            pixels = normalize(generator.handwritten(code).image).pixels
        strips.append(pixels)
    return strips


def load_strings(path: Path) -> Labeled:
    """The strips of a file that was written here.

    Raises:
        PosteyeError: It is another file.
    """
    try:
        shard = load_shard(path)
    except (PosteyeError, OSError, ValueError, KeyError) as error:
        raise PosteyeError(
            f"{path} is no file of strings ({error}); python -m benchmarks.decoding.strings makes one"
        ) from None
    strips = [Strip(pixels, np.eye(2, 3), bool(pixels.any())) for pixels in shard.pixels]
    return Labeled(strips, shard.targets, [f"{path.stem}-{i}" for i in range(len(strips))])


def drawn_codes(listed: Path | None, count: int, seed: int) -> list[str]:
    """Codes drawn at random.

    Args:
        listed: File with one code a line to draw from; None draws five digits.
        count: How many.
        seed: Of the draw.

    Raises:
        PosteyeError: The file cannot be read, or holds something else.
    """
    random = np.random.default_rng(seed)
    if listed is None:
        return [f"{number:0{_DIGITS}d}" for number in random.integers(0, 10**_DIGITS, count).tolist()]
    try:
        codes = [line.split("\t")[0].strip() for line in listed.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise PosteyeError(f"{listed} cannot be read ({error}); give a text file with one code a line") from None
    if not codes or not all(code.isascii() and code.isdigit() for code in codes):
        raise PosteyeError(f"{listed} holds something else than codes of digits, one a line")
    return [codes[row] for row in random.integers(0, len(codes), count).tolist()]


_writers: list[Writer] = []  # of this worker: too much to send with every chunk


def _start_worker(writers: list[Writer]) -> None:
    cv2.setNumThreads(1)
    _writers[:] = writers


def _write(chunk: _Chunk) -> list[NDArray[np.uint8]]:
    return write_codes(FieldGenerator(_writers, chunk.seed), chunk.codes, chunk.widest_px)


def make(writers: list[Writer], codes: list[str], seed: int, processes: int) -> Shard:
    """Write all codes with several processes; the strips depend on the seed alone."""
    widest_px = load_bundle(None).manifest.input.widths_px[-1]
    seeds = np.random.SeedSequence(seed).generate_state(-(-len(codes) // _CHUNK), np.uint64).tolist()
    chunks = [_Chunk(codes[i * _CHUNK : (i + 1) * _CHUNK], s, widest_px) for i, s in enumerate(seeds)]
    pixels: list[NDArray[np.uint8]] = []
    context = multiprocessing.get_context("spawn")  # a fork after OpenCV has started its threads hangs
    with (
        context.Pool(processes, _start_worker, (writers,)) as pool,
        tqdm(total=len(codes), desc="strings", unit="string", dynamic_ncols=True, leave=False, disable=None) as bar,
    ):
        for strips in pool.imap(_write, chunks):
            pixels += strips
            bar.update(len(strips))
    return Shard(pixels, codes)


@click.command()
@click.option("--codes", type=click.Path(path_type=Path), help="Text file to draw the codes from; default: 5 digits.")
@click.option("--count", default=10_000, show_default=True, type=click.IntRange(min=1), help="How many strings.")
@writers_option
@mnist_option
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The .npz file to write.")
@click.option("--seed", default=1, show_default=True)
@click.option("--processes", default=2, show_default=True, type=click.IntRange(min=1))
def strings(
    codes: Path | None, count: int, writers: Path, mnist: Path | None, out: Path, seed: int, processes: int
) -> None:
    """Write strings of test digits, each by one writer, and keep them as labelled strips."""
    drawn = drawn_codes(codes, count, seed)
    shard = make(writers_of(load_mnist(mnist, writers).test), drawn, seed, processes)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_shard(shard, out)
    click.echo(f"{out}: {len(drawn)} strings")


if __name__ == "__main__":
    run_command(strings)
