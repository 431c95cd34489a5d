"""Light writing on dark paper, and pictures of codes that stay codes upside down: how many are read, how many wrongly.

Every field is drawn twice with the same strokes, dark on light and light on dark; every picture is read as it is and
turned by 180 degrees. `python -m benchmarks.robustness.polarity --amounts CHECK_AMOUNTS --printed POSTCODE_LINES`
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import fonts_found, fonts_hash, mnist_hash
from benchmarks.figures.tables import Table
from benchmarks.mnist_strings.sets import PATTERN
from device_runtime import Reader
from device_runtime.decoding.upright import turn
from device_runtime.image.load import load_gray
from device_runtime.image.polarity import Polarity, polarity
from train.data.labelled import read_labels
from train.data.mnist import load_mnist
from train.data.writers import Writer, writers_of
from train.synthesis.generator import FieldGenerator
from train.synthesis.writing.fonts import PRINT_FAMILIES, find_fonts
from train.synthesis.writing.typeset import Typesetter, random_word

Gray = NDArray[np.uint8]
DIGITS, TURNABLE = "0123456789", "0689"
READ, ACCEPTED, WRONG = "read", "accepted", "accepted wrongly"
_LEAST_CONTRAST = 70  # grey levels between paper and ink


class Drawer:
    """Draws fields and pages; the same seed and writers give the same ones.

    Raises:
        PosteyeError: No font is installed.
    """

    def __init__(self, writers: list[Writer], seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self._setter = Typesetter(find_fonts(PRINT_FAMILIES), self.random)
        self._writers = FieldGenerator(writers, seed)

    def code(self, digits: str = DIGITS) -> str:
        """Five of the digits, drawn at random."""
        return "".join(self.random.choice(list(digits), 5))

    def printed(self, code: str) -> tuple[Gray, Gray]:
        """A printed field, dark on light and light on dark."""
        ink = self._setter.set_line(code, self.random.uniform(16, 40))
        return self._photographed(self._on_paper(ink, light=False)), self._photographed(self._on_paper(ink, light=True))

    def written(self, code: str) -> tuple[Gray, Gray]:
        """A handwritten field on the paper of the training generator, and its negative at another contrast."""
        field = self._writers.handwritten(code).image
        darkest = self.random.uniform(5, 60)
        span = self.random.uniform(100, 255 - darkest)
        return field, np.rint(darkest + (255 - field) * (span / 255)).astype(np.uint8)

    def page(self, code: str, kind: str) -> Gray:
        """A whole picture of an address: `plain`, `dark` (an envelope) or `label` (a dark one on a light page)."""
        block = self._address(code)
        rows, cols = (round(side * self.random.uniform(1.6, 2.2)) for side in block.shape)
        top, left = (rows - block.shape[0]) // 2, (cols - block.shape[1]) // 2
        around = ((top, rows - top - block.shape[0]), (left, cols - left - block.shape[1]))
        if kind == "label":
            paper, dark, white = (self.random.uniform(*levels) for levels in ((190, 250), (10, 60), (180, 250)))
            return self._photographed(np.pad(_toned(block, dark, white), around, constant_values=paper))
        return self._photographed(self._on_paper(np.pad(block, around), light=kind == "dark"))

    def _address(self, code: str) -> Gray:
        """Ink of three lines, the code in the last."""
        random, height = self.random, self.random.uniform(18, 32)
        texts = (
            random_word(random),
            f"{random_word(random)} {random.integers(1, 200)}",
            f"{code} {random_word(random)}",
        )
        lines = [self._setter.set_line(text, height) for text in texts]
        widest = max(line.shape[1] for line in lines)
        return np.concatenate([np.pad(line, ((0, 0), (0, widest - line.shape[1]))) for line in lines])

    def _on_paper(self, ink: Gray, light: bool) -> NDArray[np.float64]:
        if light:
            paper = self.random.uniform(10, 150)
            return _toned(ink, paper, self.random.uniform(paper + _LEAST_CONTRAST, 250))
        paper = self.random.uniform(150, 250)
        return _toned(ink, paper, self.random.uniform(5, paper - _LEAST_CONTRAST))

    def _photographed(self, image: NDArray[np.float64]) -> Gray:
        """Slight blur, light that falls off to one side, noise."""
        random = self.random
        blurred = cv2.GaussianBlur(image, (0, 0), random.uniform(0.3, 1.0))
        light = np.linspace(1, random.uniform(0.7, 1), image.shape[1])[:: random.choice([-1, 1])]
        noisy = blurred * light + random.normal(0, random.uniform(0, 6), image.shape)
        return np.rint(noisy.clip(0, 255)).astype(np.uint8)


def _toned(ink: Gray, paper: float, writing: float) -> NDArray[np.float64]:
    levels: NDArray[np.float64] = paper + ink * ((writing - paper) / 255)
    return levels


def measure(count: int, seed: int) -> dict[str, dict[str, int]]:
    """Read `count` of each kind of field and picture: how many of each were read, accepted and accepted wrongly."""
    drawer, reader = Drawer(writers_of(load_mnist().validation), seed), Reader(pattern=PATTERN)
    found: dict[str, Counter[str]] = defaultdict(Counter)

    def read(kind: str, picture: Gray, code: str, field: bool = False) -> None:
        reading = reader.read(picture, field=field).reading
        right, accepted = reading.code == code, reading.status == "accepted"
        found[kind].update({READ: right, ACCEPTED: accepted, WRONG: accepted and not right})

    for _ in tqdm(range(count), desc="polarity", dynamic_ncols=True, leave=False, disable=None):
        code = drawer.code()
        for name, pair in (("print", drawer.printed(code)), ("pen", drawer.written(code))):
            for ink, field in zip(("dark", "light"), pair, strict=True):
                read(f"{name}, {ink} ink", field, code, field=True)
        for kind in ("plain", "dark", "label"):
            read(f"{kind} page", drawer.page(code, kind), code)
        turnable = drawer.code(TURNABLE)
        pictures = (("code alone", drawer.printed(turnable)[0]), ("address", drawer.page(turnable, "plain")))
        for name, picture in pictures:
            read(f"0 6 8 9, {name}", picture, turnable)
            read(f"0 6 8 9, {name}, upside down", turn(picture), turnable)
    return {kind: dict(counts) for kind, counts in found.items()}


def polarity_counts(folder: Path) -> dict[str, int]:
    """How many labelled fields a folder holds, and of how many the ink is unclear or taken for light.

    Raises:
        PosteyeError: As `read_labels`.
    """
    found = Counter(polarity(load_gray(label.path)) for label in read_labels(folder))
    return {"fields": found.total(), "unclear": found[Polarity.UNCLEAR], "light": found[Polarity.LIGHT]}


@click.command()
@click.option("--amounts", type=click.Path(path_type=Path), required=True, help="Folder of labelled cheque amounts.")
@click.option("--printed", type=click.Path(path_type=Path), required=True, help="Folder of labelled printed lines.")
@click.option("--count", default=30, show_default=True, type=click.IntRange(min=1), help="Drawings of each kind.")
@click.option("--seed", default=1998, show_default=True, type=click.IntRange(min=0))
@results_option
def main(amounts: Path, printed: Path, count: int, seed: int, results: Path | None) -> None:
    """Read drawn fields of both polarities and pictures upside down; count labelled fields of unclear polarity."""
    sets = {"amounts": polarity_counts(amounts), "printed": polarity_counts(printed)}
    kinds = measure(count, seed)
    counted = (READ, ACCEPTED, WRONG)
    lines = [[kind, *(str(counts[what]) for what in counted)] for kind, counts in kinds.items()]
    table = Table([f"{count} of each", *counted], lines)
    click.echo(table.markdown())
    for name, counts in sets.items():
        click.echo(f"{name}: {', '.join(f'{number} {what}' for what, number in counts.items())}")
    if results:
        values: dict[str, Any] = {"count": count, "table": table, "fonts": fonts_found()}
        hashes: dict[str, Path | str] = {"check_amounts": amounts, "printed_postcode_lines": printed}
        hashes |= {"mnist": mnist_hash(load_mnist().test), "fonts": fonts_hash()}
        keep("polarity", results, values | sets, data=hashes, seed=seed)


if __name__ == "__main__":
    run_command(main)
