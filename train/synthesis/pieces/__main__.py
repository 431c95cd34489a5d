"""Makes a folder of mail pieces with their truth.

    python -m train.synthesis.pieces FOLDER --count 2000 --seed 1 --part test

writes 00000.jpg, ..., labels.csv (file, code, country, role, corners, conditions; an empty code = no code) and
numbers.csv (every number on every piece). Corners are eight numbers, x0 y0 x1 y1 x2 y2 x3 y3, clockwise from the top
left of the writing. Ctrl-C keeps what is there, with its tables.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from device_runtime.commands.program import run_command
from device_runtime.errors import PosteyeError
from train.data.mnist import load_mnist
from train.data.writers import writers_of
from train.progress import Progress
from train.synthesis.pieces.contact_sheet import SHOWN, write_contact_sheet
from train.synthesis.pieces.folder import Tables, write_image
from train.synthesis.pieces.generator import PieceGenerator
from train.synthesis.pieces.parts import PARTS, Part
from train.synthesis.pieces.piece import Piece


@click.command(
    help=__doc__.partition("\n\n    ")[0]
    + "\n\n\b\nExample:\n  python -m train.synthesis.pieces out --count 20 --part test"
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--count", type=click.IntRange(1), required=True, help="How many pieces.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of all draws.")
@click.option("--part", type=click.Choice(PARTS), required=True, help="Whose fonts, layouts and hands.")
@click.option(
    "--no-code-share", type=click.FloatRange(0, 1), default=0.0, show_default=True, help="Pieces without a code."
)
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: pip.")
@click.option("--writers", type=click.Path(path_type=Path), help="Folder of QMNIST label files: one hand a piece.")
@click.option(
    "--strokes", type=click.Path(path_type=Path), help="Folder of pen strokes of capitals, for words by hand."
)
@click.option(
    "--sheet", type=click.Path(path_type=Path, dir_okay=False), help="Contact sheet of the first pieces, PNG or JPEG."
)
def pieces(
    folder: Path,
    count: int,
    seed: int,
    part: Part,
    no_code_share: float,
    mnist: Path | None,
    writers: Path | None,
    strokes: Path | None,
    sheet: Path | None,
) -> None:
    """Make a folder of mail pieces."""
    digits = load_mnist(mnist, writers)
    hands = writers_of(digits.train if part == "train" else digits.test)
    generator = PieceGenerator(hands, seed, part, strokes=strokes)
    folder.mkdir(parents=True, exist_ok=True)
    codeless = np.random.default_rng((seed, len(PARTS))).random(count) < no_code_share
    tables, shown = Tables(), list[Piece]()
    try:
        with Progress().bar(count, "pieces") as bar:
            for index in range(count):
                piece = generator.piece(codes="none" if codeless[index] else "destination")
                name = f"{index:05d}.jpg"
                write_image(folder / name, piece)
                tables.add(name, piece)
                if sheet is not None and len(shown) < SHOWN:
                    shown.append(piece)
                bar.advance()
    except KeyboardInterrupt:
        tables.write(folder)
        raise PosteyeError(
            f"stopped after {len(tables.labels)} of {count} pieces; the tables of {folder} name them"
        ) from None
    tables.write(folder)
    if sheet is not None:
        write_contact_sheet(shown, sheet)


if __name__ == "__main__":
    run_command(pieces)
