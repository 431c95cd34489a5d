"""What the tests of mail pieces share: supplies of Pillow's own font, and a folder of capitals made of lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import ascii_uppercase

import numpy as np
import pytest

from train.data.writers import Writer
from train.synthesis.pieces import generator as generator_module
from train.synthesis.pieces.address.countries import FORMATS, LETTERED
from train.synthesis.pieces.desk import Codes
from train.synthesis.pieces.ink.capitals import FILE
from train.synthesis.pieces.parts import PARTS, TEST_COUNTRIES, Part, Supplies
from train.synthesis.pieces.piece import Piece


@pytest.fixture(autouse=True, scope="package")
def supplied(fonts: tuple[list[Path], list[Path]]) -> Iterator[None]:
    """Pieces are set in Pillow's own font, so that the tests need no installed one."""

    def supplies(part: Part) -> Supplies:
        countries = (c for c in FORMATS if c not in LETTERED and (part == "test" or c not in TEST_COUNTRIES))
        return Supplies(tuple(fonts[0]), tuple(fonts[1]), tuple(countries))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generator_module, "supplies", supplies)
        yield


@pytest.fixture(scope="package")
def coded(supplied: None, writers: list[Writer], strokes: Path) -> list[Piece]:
    """Pieces with a code, of both parts."""
    return _pieces(writers, strokes, "destination")


@pytest.fixture(scope="package")
def codeless(supplied: None, writers: list[Writer], strokes: Path) -> list[Piece]:
    """Pieces without a code, of both parts."""
    return _pieces(writers, strokes, "none")


@pytest.fixture(scope="package")
def sent(supplied: None, writers: list[Writer], strokes: Path) -> list[Piece]:
    """Pieces with the sender's code alone, of both parts."""
    return _pieces(writers, strokes, "sender")


@pytest.fixture(scope="package")
def alike(supplied: None, writers: list[Writer], strokes: Path) -> list[Piece]:
    """Pieces without a code, but with numbers as long as one, of both parts."""
    return _pieces(writers, strokes, "lookalike")


def _pieces(writers: list[Writer], strokes: Path, codes: Codes) -> list[Piece]:
    made = []
    for part in PARTS:
        generator = generator_module.PieceGenerator(writers, 5, part, strokes=strokes)
        made += [generator.piece(codes=codes, longest_px=640) for _ in range(60)]
    return made


@pytest.fixture(scope="session")
def strokes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of capitals: every letter of two contributors is an angle of two strokes, and one is a dash."""
    lines, labels, contributors = [], [], []
    for contributor in ("abc", "val"):
        for letter in ascii_uppercase:
            lines += [np.array([[0, 0], [30, 100]]), np.array([[30, 100], [60, 0]])]
            labels.append(letter)
            contributors.append(contributor)
    points = np.concatenate([*lines, np.array([[0, 0], [90, 1]])]).astype(np.int16)
    offsets = np.arange(0, 2 * len(lines) + 1, 2)
    folder = tmp_path_factory.mktemp("strokes")
    np.savez(
        folder / FILE,
        points=points,
        stroke_off=np.append(offsets, len(points)).astype(np.int32),
        char_off=np.append(np.arange(0, len(lines) + 1, 2), len(lines) + 1).astype(np.int32),
        labels=np.array([*labels, "I"]),
        contributor=np.array([*contributors, "abc"]),
    )
    return folder
